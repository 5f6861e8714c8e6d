"""What somebody may do about runs."""

import pytest
from visiting import visit

from mainstay.core.answers import Answer
from mainstay.web import turns

SAID = Answer("x", facts={"jobs": [{"job": "build"}, {"job": "run"}]})


def run(state: str) -> dict[str, object]:
    return {"id": 3, "job": "build", "state": state}


@pytest.mark.parametrize(
    ("role", "forms"),
    [("viewer", 0), ("approver", 0), ("data-scientist", 1), ("ml-engineer", 3)],
)
def test_only_who_may_ask_is_offered_to(role: str, forms: int) -> None:
    drawn = turns.offers(visit(role), SAID)

    assert drawn.count("<form") == forms
    assert drawn.count("live.js") == 1


def test_what_is_not_over_can_be_called_off_and_what_is_done_again() -> None:
    going, over = (turns.of_one(visit("data-scientist"), run(one)) for one in ("running", "failed"))

    assert 'action="/runs/3/cancel"' in going
    assert 'action="/runs/ask"' in over
    assert '<input type="hidden" name="job" value="build">' in over
    assert "<form" not in turns.of_one(visit("viewer"), run("running"))


def test_work_is_asked_for_where_it_is_about() -> None:
    assert turns.work(visit("ml-engineer"), "build", "certify").count("<form") == 2
    assert turns.work(visit("viewer"), "build") == ""
