"""Parquet into the records of a request."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from mainstay.data.parquet_process import records

LARGEST = 1_000_000


def written(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def test_every_type_of_a_request_is_read() -> None:
    at = datetime(2024, 1, 31, 6, tzinfo=UTC)
    made = pa.table(
        {
            "text": pa.array(["ä", None]).dictionary_encode(),
            "whole": [2**53 + 1, None],
            "number": [0.1, float("nan")],
            "exact": pa.array([Decimal("1.5"), None]),
            "flag": [True, None],
            "day": [date(2024, 1, 31), None],
            "time": pa.array([at, None], pa.timestamp("us", "UTC")),
        }
    )

    first, second = json.loads(records(written(made), LARGEST))["records"]

    assert first == {
        "text": "ä", "whole": 2**53 + 1, "number": 0.1, "exact": 1.5, "flag": True,
        "day": "2024-01-31", "time": "2024-01-31T06:00:00+00:00",
    }  # fmt: skip
    assert set(second.values()) == {None}


def test_the_index_of_a_frame_is_no_column() -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    target = io.BytesIO()
    frame.to_parquet(target)

    assert json.loads(records(target.getvalue(), LARGEST)) == {"records": [{"a": 1}, {"a": 2}]}


def test_a_small_file_does_not_become_a_large_request() -> None:
    many = written(pa.table({"a": pa.array([None] * 300_000, pa.int64())}))
    wide = written(pa.table({"a": ["x" * 700_000, "x" * 700_000]}))

    assert len(many) < 10_000
    with pytest.raises(ValueError, match="300,000 rows are too many"):
        records(many, LARGEST)
    with pytest.raises(ValueError, match="bytes, at most 1,000,000"):
        records(wide, LARGEST)


def test_what_no_request_can_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="a column holds bytes"):
        records(written(pa.table({"a": [b"x"]})), LARGEST)
    with pytest.raises(pa.ArrowInvalid):
        records(b"no parquet", LARGEST)
