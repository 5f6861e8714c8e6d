"""What errors of inputs come to, through the guard and the runtime of a real bundle."""

from pathlib import Path

import pytest

from mainstay.contract.rivals import Robust
from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.core.nouns import Estimate, Limit, Verdict
from mainstay.life.certify import robust
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.robust import Shaken, Tried

OUTCOMES = ("rejected", "fallback", "flagged", "person", "unnoticed")


@pytest.fixture(scope="module")
def found(born: Path) -> dict[tuple[str, str], Tried]:
    with projects.opened(born) as opened:
        details = papers.record(opened, versions.found(opened)).details
    return {(one.what, one.name): one for one in details.shaken.tried}


def test_of_every_error_each_row_has_one_outcome(found) -> None:
    for one in found.values():
        assert sum(getattr(one, name) for name in OUTCOMES) == one.rows > 500


def test_the_guard_does_what_the_contract_says(found) -> None:
    """Wait rejects, an unknown kind is flagged, rain may be null: that nobody notices."""
    null, unseen, missing = (
        found[one] for one in (("null", "wait"), ("unseen", "kind"), ("missing", "weather"))
    )

    assert null.rejected == null.rows
    assert unseen.flagged == unseen.rows
    assert missing.unnoticed == missing.rows
    assert missing.harm is not None
    assert null.harm is None


def test_a_column_the_answers_hang_on_costs_when_nobody_notices(found) -> None:
    assert found["noise", "wait"].harm.value > 0
    assert found["noise", "wait"].harm.n <= found["noise", "wait"].unnoticed


def shaken(*harms: tuple[float, float]) -> Shaken:
    return Shaken(
        "roc_auc",
        tuple(
            Tried("null", f"c{at}", 90, 0, 0, 0, 0, 90, Estimate((a + b) / 2, a, b, 90))
            for at, (a, b) in enumerate(harms)
        ),
    )


def test_without_a_limit_the_worst_is_a_finding_that_gates_nothing(asked: Asked) -> None:
    (one,) = robust.evidence(asked, shaken((0.0, 0.02), (0.03, 0.05)))

    assert (one.limit, one.verdict) == (None, None)
    assert one.estimate.value == pytest.approx(0.04)
    assert "c1" in one.note


@pytest.mark.parametrize(
    ("harm", "verdict"), [(0.1, Verdict.PASS), (0.04, Verdict.UNSURE), (0.01, Verdict.FAIL)]
)
def test_with_a_limit_the_worst_is_a_gate(asked: Asked, harm: float, verdict: Verdict) -> None:
    stated = asked.contract.certify.model_copy(update={"robust": Robust(harm=harm)})
    limited = asked._replace(contract=asked.contract.model_copy(update={"certify": stated}))

    (one,) = robust.evidence(limited, shaken((-0.02, 0.0), (0.03, 0.05)))

    assert (one.verdict, one.limit) == (verdict, Limit("at_most", harm))


def test_where_everything_is_noticed_nothing_is_told(asked: Asked) -> None:
    nothing = Tried("null", "c", 90, 90, 0, 0, 0, 0, None)

    assert not list(robust.evidence(asked, Shaken("roc_auc", (nothing,))))
