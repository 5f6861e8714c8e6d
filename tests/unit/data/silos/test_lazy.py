from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.core.typed import TIME
from mainstay.data import schema
from mainstay.data.expression import constant
from mainstay.data.silos.bounds import Bound
from mainstay.data.silos.lazy import Lazy

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
NAMES = count()
ROWS = pa.table(
    {
        "id": list(range(100)),
        "seen": [BEGIN + timedelta(hours=row) for row in range(100)],
        "seen_by": [f"who {row}" for row in range(100)],
    },
    schema=pa.schema({"id": pa.int64(), "seen": pa.timestamp("us", "UTC"), "seen_by": pa.string()}),
)
Asked = list[tuple[tuple[str, ...], tuple[Bound, ...]]]


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def table(bench: Backend, asked: Asked) -> ir.Table:
    def fetch(columns: tuple[str, ...], bounds: tuple[Bound, ...]) -> Iterator[Any]:
        asked.append((columns, bounds))
        yield from ROWS.select(list(columns)).to_batches(30)

    name = f"lazy_{next(NAMES)}"
    bench.con.register(name, Lazy(ROWS.schema, fetch))
    return schema.widened(bench.table(name))


def test_a_question_fetches_its_columns_and_bounds_alone(table: ir.Table, asked: Asked) -> None:
    begin = constant((BEGIN + timedelta(hours=90)).isoformat(), TIME)

    found = table.filter(table.seen >= begin).select("id").to_pyarrow()

    assert found["id"].to_pylist() == list(range(90, 100))
    assert asked == [(("id", "seen"), (Bound("seen", ">=", BEGIN + timedelta(hours=90)),))]


def test_a_count_fetches_one_column(table: ir.Table, asked: Asked) -> None:
    assert table.count().to_pyarrow().as_py() == 100
    assert asked == [(("id",), ())]


@pytest.mark.parametrize(
    "keep",
    [
        lambda rows: (rows.seen_by == "who 7") | (rows.id > 97),
        lambda rows: rows.seen_by.isin(["who 7", "who 98", "who 99"]),
        lambda rows: (rows.id == 7) | rows.id.between(98, 99),
    ],
)
def test_what_no_bound_says_is_still_filtered(
    table: ir.Table, keep: Callable[[ir.Table], ir.BooleanValue]
) -> None:
    found = table.filter(keep(table)).order_by("id").to_pyarrow()

    assert found["id"].to_pylist() == [7, 98, 99]
