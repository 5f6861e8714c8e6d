"""What is told of a canary that fails."""

from mainstay.core.nouns import Estimate, Limit
from mainstay.life.serve.hearing import Failing


def test_the_facts_hold_the_whole_judgement() -> None:
    found = Failing("errors", Estimate(0.5, 0.3, 1.0, 80), Limit("at_most", 0.01), "it fails")

    assert found.facts == {
        "measure": "errors", "value": 0.5, "low": 0.3, "rows": 80.0, "limit": 0.01,
    }  # fmt: skip
