"""An assessment never calls good what it cannot tell."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest

from mainstay.contract import document
from mainstay.core.errors import Broken, Mistake
from mainstay.core.expressions import ColumnOf, Output
from mainstay.core.nouns import Verdict, Window
from mainstay.data import engine
from mainstay.life.assess.assess import assessed
from mainstay.life.assess.assessment import Assessment, headline
from mainstay.life.assess.proposal import proposed

START = datetime(2024, 1, 1, tzinfo=UTC)
TRAIN = Window(START, START + timedelta(days=60))
HELD = Window(START + timedelta(days=61), START + timedelta(days=75))
GOAL = "[{metric: roc_auc, at_least: 0.7}]"
MONEY = "[{metric: value_over_baseline_per_1000, at_least: 90000}]"


def orders(tmp_path: Path, rows: int = 3000, **columns: object) -> ir.Table:
    draw = np.random.default_rng(1)
    made = {
        "order": [f"o{at:05d}" for at in range(rows)],
        "placed_at": [START + timedelta(minutes=25 * at) for at in range(rows)],
        "size": draw.normal(size=rows),
        "returned": draw.random(rows) < 0.3,
        **columns,
    }
    return engine.connect(tmp_path).create_table("orders", pa.table(made))


def assess(rows: ir.Table, *names: str, goal: str = GOAL) -> Assessment:
    text = f"""\
mainstay: 1
model: returns
owner: shop
objective:
  decision: Ask before sending.
  task: binary
  value: {{currency: EUR, true_positive: 9, false_positive: -2}}
  good_enough: {goal}
data:
  decisions: {{from: orders.parquet, key: order, time: placed_at}}
  label: {{column: returned, known_after: 1d}}
"""
    contract = document.parsed(text.encode(), Path("contract.yaml")).contract
    outputs = tuple(Output(name, ColumnOf(name, str(rows[name].type()))) for name in names)
    return assessed(contract, rows, outputs, train=TRAIN, hold_out=HELD)


def test_without_a_threshold_nothing_can_be_good_enough(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="good_enough is empty") as refused:
        assess(orders(tmp_path), "size", goal="[]")

    assert "at_least" in refused.value.hint


def test_without_data_there_is_nothing_to_assess(tmp_path: Path) -> None:
    rows = orders(tmp_path)

    with pytest.raises(Broken, match="no decision from 2024-01-01 to 2024-03-01") as refused:
        assess(rows.filter(rows.placed_at >= HELD.since), "size")

    assert "--from" in refused.value.hint


def test_without_a_known_label_there_is_nothing_to_assess(tmp_path: Path) -> None:
    rows = orders(tmp_path, returned=pa.nulls(3000, pa.bool_()))

    with pytest.raises(Broken, match=r"none of 3,000 decisions .* has a known returned") as refused:
        assess(rows, "size")

    assert "1d after its decision" in refused.value.hint


def test_too_few_rows_are_not_enough(tmp_path: Path) -> None:
    found = assess(orders(tmp_path, rows=120), "size")

    assert found.verdict is Verdict.FAIL
    assert headline(found).startswith("returns: not enough data: 120 labelled rows")


def test_too_few_of_the_rarer_outcome_are_not_enough(tmp_path: Path) -> None:
    found = assess(orders(tmp_path, returned=np.arange(3000) % 500 == 0), "size")

    assert found.verdict is Verdict.FAIL
    assert "6 rows of the rarer class" in headline(found)


def test_an_outcome_that_never_happened_is_not_enough(tmp_path: Path) -> None:
    found = assess(orders(tmp_path, returned=np.zeros(3000, dtype=bool)), "size")

    assert found.verdict is Verdict.FAIL


def test_an_input_written_after_the_outcome_is_not_let_through(tmp_path: Path) -> None:
    returned = np.random.default_rng(2).random(3000) < 0.3
    rows = orders(tmp_path, returned=returned, refund=np.where(returned, 20.0, 0.0))

    found = assess(rows, "size", "refund")

    assert found.verdict is Verdict.FAIL
    assert headline(found) == "returns: to fix first: refund looks known only after the decision."


def test_a_goal_beyond_perfect_decisions_is_not_worth_it(tmp_path: Path) -> None:
    found = assess(orders(tmp_path), "size", goal=MONEY)

    assert found.verdict is Verdict.FAIL
    assert headline(found).startswith("returns: not worth it")


def test_few_days_do_not_clear_an_input(tmp_path: Path) -> None:
    hurried = [START + timedelta(minutes=at) for at in range(3000)]

    found = assess(orders(tmp_path, placed_at=hurried), "size")

    assert found.verdict is Verdict.UNSURE


def test_a_project_without_a_time_is_not_proposed(tmp_path: Path) -> None:
    rows = orders(tmp_path).drop("placed_at")

    with pytest.raises(Mistake, match="which column is the decision time"):
        proposed(rows, "orders.parquet", model="returns", label="returned", time=None, key=None)


def test_a_project_without_a_key_is_not_proposed(tmp_path: Path) -> None:
    rows = orders(tmp_path).drop("order")

    with pytest.raises(Mistake, match="no column has another value in each of the 3,000 rows"):
        proposed(rows, "orders.parquet", model="returns", label="returned", time=None, key=None)
