from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from mainstay.contract.model import Contract
from mainstay.core.expressions import Output
from mainstay.core.nouns import Window
from mainstay.life.assess.cold import PART, cold

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
Promise = Callable[..., Contract]
KNOWN_BY = """\
  context:
    files: {from: files.csv, on: patient, take: [visits]}
"""
ENTITY = {"time: seen_at": "time: seen_at, entity: patient"}


def test_newcomers_are_counted_in_the_newest_rows(
    table: Table, columns: Columns, contract: Promise, train: Window
) -> None:
    made = columns()
    since = train.until - (train.until - train.since) / PART
    newest = [at for at, moment in enumerate(made["seen_at"]) if moment >= since]
    patients = [f"p{at % 50}" for at in range(2400)]
    for at in newest[::4]:
        patients[at] = f"new {at}"

    (found,) = cold(contract(ENTITY), table(**made, patient=patients), (), train, seed=1)

    assert found.estimate.n == len(newest)
    assert found.estimate.value == pytest.approx(0.25, abs=0.01)
    assert 0 < found.estimate.low < 0.25 < found.estimate.high
    assert found.verdict is None


def test_a_row_that_names_nobody_is_about_somebody_new(
    table: Table, columns: Columns, contract: Promise, train: Window
) -> None:
    (found,) = cold(
        contract(ENTITY), table(**columns(), patient=pa.nulls(2400, pa.string())), (), train, seed=1
    )

    assert found.estimate.value == 1


def test_nobody_new_is_a_share_of_nought_with_an_interval(
    table: Table, columns: Columns, contract: Promise, train: Window
) -> None:
    (found,) = cold(contract(ENTITY), table(**columns(), patient=["p"] * 2400), (), train, seed=1)

    assert (found.estimate.value, found.estimate.low) == pytest.approx((0, 0))
    assert 0 < found.estimate.high < 0.02


def test_without_entities_there_is_nothing_to_tell(
    visits: ir.Table, contract: Promise, train: Window
) -> None:
    assert list(cold(contract(), visits, (), train, seed=1)) == []


def test_without_newest_rows_there_is_nothing_to_tell(
    table: Table, columns: Columns, contract: Promise, train: Window
) -> None:
    rows = table(**columns(), patient=["p"] * 2400)
    old = rows.filter(rows.seen_at < train.since + (train.until - train.since) / 2)

    assert list(cold(contract(ENTITY), old, (), train, seed=1)) == []


def test_what_hangs_on_who_it_is_is_told_of_newcomers(
    table: Table,
    columns: Columns,
    contract: Promise,
    train: Window,
    outputs: Callable[..., tuple[Output, ...]],
) -> None:
    made = columns()
    since = train.until - (train.until - train.since) / PART
    new = [moment >= since and at % 4 == 0 for at, moment in enumerate(made["seen_at"])]
    patient = [f"new {at}" if one else f"p{at % 50}" for at, one in enumerate(new)]
    visits = [None if one and at % 8 else 3 for at, one in enumerate(new)]
    rows = table(**made, patient=patient, visits=visits)
    under = contract({**ENTITY, "  label": f"{KNOWN_BY}  label"})

    (found,) = cold(under, rows, outputs(rows, "age", "visits"), train, seed=1)

    assert found.note == "visits is missing of 50% of them, of all 13%"


def test_inputs_that_hang_on_nobody_are_said_to(
    table: Table, columns: Columns, contract: Promise, train: Window
) -> None:
    (found,) = cold(contract(ENTITY), table(**columns(), patient=["p"] * 2400), (), train, seed=1)

    assert found.note.startswith("no input hangs on who it is")
