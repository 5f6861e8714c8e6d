"""What a predicted value earns by its goal."""

from collections.abc import Callable

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.nouns import Evidence
from mainstay.life.assess.baselines import forward
from mainstay.life.assess.missed import SHIFT, missed
from mainstay.life.assess.money import ROOM, RULE, money
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.stakes import NOTHING
from mainstay.life.assess.worth import ASKED, EVEN, GOAL, MONTH, above

Look = Callable[..., Seen]
Promise = Callable[..., Contract]
SAME = "per_unit_over: -2, per_unit_under: -2"
DEARER = "per_unit_over: -1, per_unit_under: -4"


def regression(contract: Promise, costs: str, goals: str = "{metric: mae, at_most: 5}") -> Contract:
    return contract(
        {
            "task: binary": "task: regression",
            "true_positive: 50, false_positive: -20": costs,
            "{metric: roc_auc, at_least: 0.7}": goals,
            "column: stays": "column: pulse",
        }
    )


@pytest.fixture
def told(visits: ir.Table, look: Look, contract: Promise) -> Callable[..., dict[str, Evidence]]:
    def told(costs: str, **goals: str) -> dict[str, Evidence]:
        stated = regression(contract, costs, **goals)
        seen = look(visits, "age", under=stated)
        judged = forward(stated, seen)
        assert judged is not None
        every = (*money(stated, judged, seed=1), *missed(stated, seen, judged, seed=1))
        return {one.clause: one for one in every}

    return told


def test_the_rule_costs_what_it_is_off(told: Callable[..., dict[str, Evidence]]) -> None:
    found = told(SAME)

    assert found[RULE].estimate.value == pytest.approx(-found[ROOM].estimate.value)
    assert found[EVEN].estimate.value == pytest.approx(-found[RULE].estimate.value / 2000)


def test_where_both_sides_cost_the_same_the_money_of_a_goal_is_known(
    told: Callable[..., dict[str, Evidence]],
) -> None:
    found = told(SAME)

    assert found[GOAL].estimate.value == pytest.approx(found[ROOM].estimate.value - 2000 * 5)
    assert found[MONTH].estimate.unit == "EUR a month"


def test_where_one_side_is_dearer_the_money_of_a_goal_is_bounded(
    told: Callable[..., dict[str, Evidence]],
) -> None:
    found = told(DEARER)

    room, goal = found[ROOM].estimate.value, found[GOAL].estimate
    assert goal.low < room - 4000 * 5 < goal.value < room - 1000 * 5 < goal.high


def test_the_goal_is_held_against_one_answer_for_all_too(
    told: Callable[..., dict[str, Evidence]], visits: ir.Table, look: Look, contract: Promise
) -> None:
    stated = regression(contract, DEARER)
    judged = forward(stated, look(visits, "age", under=stated))
    assert judged is not None
    off = judged.label[:, None] - np.linspace(50, 120, 701)
    cheapest = np.where(off > 0, 4 * off, -off).mean(axis=0).min()

    found = told(DEARER)[above(NOTHING)]

    assert found.estimate.value == pytest.approx(1000 * (cheapest - 2.5 * 5), rel=1e-3)
    assert found.estimate.low < found.estimate.value < found.estimate.high
    assert "one answer for all" in found.note


def test_a_goal_in_money_tells_the_error_it_needs(
    told: Callable[..., dict[str, Evidence]],
) -> None:
    found = told(SAME, goals="{metric: value_over_baseline_per_1000, at_least: 1000}")

    assert found[ASKED].estimate.value == pytest.approx(found[EVEN].estimate.value - 0.5)


def test_answers_move_towards_the_side_that_costs_less(
    told: Callable[..., dict[str, Evidence]],
) -> None:
    even, dearer = told(SAME)[SHIFT], told(DEARER)[SHIFT]

    assert abs(even.estimate.value) < 1.5 < 5 < dearer.estimate.value
    assert "the quantile 0.8" in dearer.note


def test_without_costs_of_being_off_nothing_is_said(
    told: Callable[..., dict[str, Evidence]],
) -> None:
    found = told("per_retrain: -30")

    assert EVEN not in found
    assert SHIFT not in found


def test_yes_or_no_is_not_its_business(visits: ir.Table, look: Look, contract: Promise) -> None:
    seen = look(visits, "age")
    judged = forward(contract(), seen)
    assert judged is not None

    assert list(missed(contract(), seen, judged, seed=1)) == []
    assert np.isfinite(judged.decided).all()
