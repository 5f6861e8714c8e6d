import math
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Mistake
from mainstay.data import brought, engines

MOMENT = datetime(2024, 1, 5, 7, 5, 9, 123456, tzinfo=UTC)
ROWS = pa.table(
    {
        "id": [1, 2, 3],
        "whole": pa.array([2**53 + 1, None, -(2**63)], pa.int64()),
        "number": pa.array([0.1, math.inf, None], pa.float64()),
        "text": ["", None, 'é, "日本"\n\\N'],
        "flag": [True, None, False],
        "day": pa.array([date(2024, 2, 29), None, date(1, 1, 1)]),
        "moment": pa.array([MOMENT, None, MOMENT], pa.timestamp("us", "UTC")),
    }
)


def test_rows_come_to_a_server_exactly_as_they_are(server: str, bench: Backend) -> None:
    there = engines.connect(server)
    table = bench.create_table("to_be_brought", ROWS, temp=True, overwrite=True)

    made = brought.brought(there, table, "x.parquet")

    assert made.order_by("id").to_pyarrow().to_pylist() == ROWS.to_pylist()


def test_columns_that_engines_do_not_share_stay_behind(server: str, bench: Backend) -> None:
    rows = pa.table({"id": [1], "list": [[1, 2]]})
    table = bench.create_table("with_a_list", rows, temp=True, overwrite=True)

    assert brought.brought(engines.connect(server), table, "x").columns == ("id",)


def test_what_a_server_cannot_hold_is_a_mistake(server: str, bench: Backend) -> None:
    table = bench.create_table("with_nul", pa.table({"text": ["a\0b"]}), temp=True, overwrite=True)

    with pytest.raises(Mistake, match=r"x\.csv cannot be brought to postgres"):
        brought.brought(engines.connect(server), table, "x.csv")
