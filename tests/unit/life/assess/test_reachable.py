from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.core.nouns import Evidence
from mainstay.life.assess.reachable import LEAST, least, reachable
from mainstay.life.assess.seen import Seen

Look = Callable[..., Seen]
Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
Promise = Callable[..., Contract]
GOALS = "good_enough: [{metric: roc_auc, at_least: 0.7}]"
VALUE = "  value: {currency: EUR, true_positive: 50, false_positive: -20}\n"


@pytest.fixture
def told(table: Table, columns: Columns, look: Look, contract: Promise) -> Callable[..., list]:
    """Of nights that ward and age tell but for a standard deviation of 2, under these goals."""

    def made(goals: str, *inputs: str, rows: int = 2400) -> list[Evidence]:
        text = {"task: binary": "task: regression", VALUE: "", GOALS: f"good_enough: [{goals}]"}
        under = contract(text)
        drawn = columns(rows)
        ward = np.array([ord(one) for one in drawn["ward"]])
        noise = np.random.default_rng(2).normal(0, 2, rows)
        nights = 3.0 * ward + drawn["age"] + noise
        seen = look(table(**{**drawn, "stays": nights}), *inputs, under=under)
        return list(reachable(under, seen, seed=1))

    return made


def test_what_inputs_leave_open_is_the_least_error(told: Callable) -> None:
    (one,) = told("{metric: rmse, at_most: 3}", "ward", "age")

    assert one.clause == f"{LEAST}, rmse"
    assert one.estimate.value == pytest.approx(2, abs=0.15)
    assert one.estimate.low < 2 < one.estimate.high
    assert one.note.endswith("of 2,400 rows have a like; the goal is ≤ 3")


def test_a_goal_that_nothing_reaches_is_said_to_be_so(told: Callable) -> None:
    rmse, mae, r2 = told(
        "{metric: rmse, at_most: 1.5}, {metric: mae, at_most: 0.5}, {metric: r2, at_least: 0.999}",
        "ward",
        "age",
    )

    assert rmse.note.endswith("the goal is ≤ 1.5: no model of these inputs reaches it on them")
    assert mae.note.endswith("reaches it on them")
    assert r2.note.endswith("reaches it on them")
    assert 0.9 < r2.estimate.low < r2.estimate.value < r2.estimate.high < 0.999


def test_without_a_goal_in_errors_it_is_told_as_rmse(told: Callable) -> None:
    (one,) = told("", "ward", "age")

    assert one.clause == f"{LEAST}, rmse"
    assert one.note.endswith("no model of these inputs is better on them")


def test_of_rows_that_all_differ_and_of_a_class_nothing_is_told(
    told: Callable, visits: ir.Table, look: Look, contract: Promise
) -> None:
    assert told("{metric: rmse, at_most: 3}", "ward", "age", "pulse") == []
    assert list(reachable(contract(), look(visits, "ward"), seed=1)) == []


def test_pairs_give_what_every_two_rows_alike_give() -> None:
    random = np.random.default_rng(3)
    group, label = random.permutation(np.arange(200) % 30), random.gamma(2, 1, 200)
    squares, distances, rows = 0.0, 0.0, 0
    for one in range(30):
        mine = label[group == one]
        apart = mine[:, None] - mine[None, :]
        pairs = len(mine) * (len(mine) - 1)
        squares += (len(mine) - 1) * (apart**2).sum() / pairs / 2
        distances += (len(mine) - 1) * np.abs(apart).sum() / pairs / 2
        rows += len(mine) - 1

    rmse, mae, r2 = (least(one, group, label, seed=1).value for one in ("rmse", "mae", "r2"))

    assert rmse**2 == pytest.approx(squares / rows)
    assert mae == pytest.approx(distances / rows)
    assert r2 == pytest.approx(1 - squares / rows / label.var())


def test_where_no_row_has_a_like_there_is_none() -> None:
    with pytest.raises(ValueError, match="no row has a like"):
        least("rmse", np.arange(9), np.arange(9.0), seed=1)
