"""A batch answers every row as the door does, bit for bit."""

from typing import Any

import batched
import msgspec
import numpy as np
import pytest
from batched import AT, Both, Tabled, drawn
from ibis.backends.duckdb import Backend
from small_project import Serving

from mainstay.bundle.baseline import Cell, Commonest, Constant, OfColumn
from mainstay.bundle.manifest import Abstain
from mainstay.bundle.runtime import Runtime
from mainstay.bundle.stakes import Payoff, Stakes
from mainstay.core.errors import Unavailable
from mainstay.core.rules import FieldRule
from mainstay.life.score import answers as answering
from mainstay.life.score.asked import asks

CASES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "uncovered": {"uncovered": "fallback"},
    "abstains to a person": {"abstain": Abstain(0.2, 0.4, "person")},
    "abstains to the baseline": {"abstain": Abstain(0.2, 0.4, "baseline")},
    "a constant": {"baseline": Constant(0.25)},
    "a column": {"baseline": OfColumn("rain", 0.5)},
    "by what is at stake": {
        "stakes": Stakes(Payoff(-2.0), Payoff(-10.0), Payoff(), Payoff(1.0, "wait", -1.0)),
        "threshold": 0.5, "baseline_threshold": 0.45,
    },
    "a regression": {"task": "regression", "threshold": None, "baseline_threshold": None},
    "classes": {
        "task": "multiclass", "classes": ("a", "b", "c"), "threshold": None,
        "baseline_threshold": None,
    },
    "classes by what they are worth": {
        "task": "multiclass", "classes": ("a", "b", "c"), "threshold": None,
        "baseline_threshold": None, "baseline": Constant(2.0),
        "matrix": ((5.0, -1.0, -2.0), (-30.0, 6.0, -4.0), (-5.0, -6.0, 7.0)),
    },
    "classes by a rule": {
        "task": "multiclass", "classes": ("a", "b", "c"), "threshold": None,
        "baseline_threshold": None,
        "baseline": Commonest(("kind",), (Cell(("new",), 2.0),), 1.0),
    },
    "classes by number": {
        "task": "multiclass", "classes": (1, 2, 7), "threshold": None, "baseline_threshold": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("held", ["certified", "not certified"])
@pytest.mark.parametrize("case", CASES)
def test_a_batch_answers_as_the_door_does(
    opened_once: Runtime, serving: Serving, bench: Backend, case: str, held: str
) -> None:
    stated = msgspec.structs.replace(opened_once.manifest, **CASES[case])
    engine = Tabled(len(stated.classes)) if "task" in CASES[case] else opened_once.engine
    if case == "a regression":
        engine = Tabled(1)
    both = Both(stated, engine, serving.certificate() if held == "certified" else None)
    rows = drawn(400)

    found = both.batch(bench, rows)

    assert found == told(both.door(rows, AT))
    assert {one["decided_by"] for one in found if one} >= {"baseline"}
    assert None in found


def test_what_is_at_stake_decides_at_one_score(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    stated = msgspec.structs.replace(opened_once.manifest, **CASES["by what is at stake"])
    both = Both(stated, opened_once.engine, serving.certificate())
    rows = [
        one | {"wait": wait, "visit": f"{one['visit']}-{wait}"}
        for one in drawn(40)
        for wait in (5, 80)
    ]

    found = both.batch(bench, rows)

    little, much = (
        {one["decision"] for one in found[at::2] if one and one["decided_by"] == "model"}
        for at in (0, 1)
    )
    assert (little, much) == ({False}, {True})


def told(answers: list[dict[str, Any] | None]) -> list[dict[str, Any] | None]:
    """Answers of a door as a table has them: a class that is a number, as its text."""
    return [
        one and {**one, "decision": f"{one['decision']}"}
        if one and type(one["decision"]) is int
        else one
        for one in answers
    ]


def test_what_is_imputed_is_imputed_in_batches_too(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    rule = FieldRule(
        "rain", "number", nullable=False, on_breach="impute", low=0, high=100, imputed=3.5
    )
    others = tuple(one for one in opened_once.manifest.rules if one.name != "rain")
    stated = msgspec.structs.replace(opened_once.manifest, rules=(*others, rule))
    both = Both(stated, opened_once.engine, serving.certificate())
    rows = drawn(200)

    found = both.batch(bench, rows)

    assert found == both.door(rows, AT)
    assert any(one and one["flags"] == ["rain"] for one in found)


def test_an_engine_that_fails_stops_a_batch(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    class Dead(Tabled):
        def scores(self, matrix: np.ndarray) -> np.ndarray:  # noqa: ARG002 - the protocol
            raise Unavailable("its process has died")

    both = Both(opened_once.manifest, Dead(1), serving.certificate())

    with pytest.raises(Unavailable, match="its process has died"):
        both.batch(bench, drawn(3))


def test_a_slice_that_nobody_knows_covers_nobody(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    certificate = msgspec.structs.replace(serving.certificate(), not_covered=("planet = mars",))
    both = Both(opened_once.manifest, opened_once.engine, certificate)
    rows = drawn(20)

    found = both.batch(bench, rows)

    assert found == both.door(rows, AT)
    assert not any(one["covered"] for one in found if one)


def test_breaches_are_those_of_rows_that_no_model_answered(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    both = Both(opened_once.manifest, opened_once.engine, serving.certificate())
    rows = drawn(60)
    asked = asks(batched.stored(bench, both.stated, rows), both.stated, ("kind",))
    (batch,) = asked.asked.batches()

    said = answering.answers(batch, asked, both.standing)

    outcomes, breaches = said.outcome.to_pylist(), said.breaches.to_pylist()
    assert {one for one, by in zip(breaches, outcomes, strict=True) if by == "model"} == {""}
    assert {by for one, by in zip(breaches, outcomes, strict=True) if one} == {
        "baseline",
        "rejected",
    }
