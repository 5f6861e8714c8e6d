import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.data import schema

NOTHING = float("nan")


@pytest.mark.parametrize(
    ("kind", "neutral"),
    [
        ("int8", "int64"), ("uint32", "int64"), ("float32", "float64"),
        ("decimal(18, 0)", "int64"), ("decimal(19, 0)", "float64"), ("decimal(5, 2)", "float64"),
        ("string", "string"), ("boolean", "boolean"), ("date", "date"),
        ("timestamp", "timestamp('UTC')"), ("timestamp('Europe/Paris', 3)", "timestamp('UTC')"),
        ("uint64", "uint64"), ("array<int64>", "array<int64>"), ("!int64", "int64"),
        ("!binary", "binary"),
    ],
)  # fmt: skip
def test_a_type_becomes_the_one_that_all_engines_share(kind: str, neutral: str) -> None:
    assert schema.neutral(dt.dtype(kind)) == neutral


def test_rows_are_widened_without_loss_and_nan_is_null(bench: Backend) -> None:
    rows = pa.table(
        {
            "small": pa.array([1, None], pa.int8()),
            "number": pa.array([1.5, NOTHING], pa.float32()),
            "plain": pa.array([0, None], pa.timestamp("us")),
        }
    )
    table = bench.create_table("narrow", rows, temp=True, overwrite=True)

    made = schema.widened(table)

    assert [column.type for column in schema.columns(made)] == [
        "int64",
        "float64",
        "timestamp('UTC')",
    ]
    assert made.number.to_pyarrow().to_pylist() == [1.5, None]
    assert str(made.plain.to_pyarrow()[0]) == "1970-01-01 00:00:00+00:00"


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    table = ibis.table({"temp": "float64"}, name="weather")

    with pytest.raises(Mistake, match="weather has no column tmp") as caught:
        schema.column(table, "tmp", "weather")

    assert caught.value.hint.startswith("did you mean temp?")


def test_what_changed_its_type_or_is_gone_is_named() -> None:
    before = (Column("temp", "float64"), Column("seats", "int64"), Column("origin", "string"))
    now = (Column("temp", "string"), Column("origin", "string"), Column("fresh", "date"))

    found = schema.differences(before, now)

    assert list(map(str, found)) == [
        "temp was float64 and is string", "seats was int64 and is gone", "fresh is new",
    ]  # fmt: skip


def test_what_was_widened_is_not_widened_again() -> None:
    """Spark compiles no function of three times as many words."""
    table = ibis.table({"x": "float64", "y": "float32"}, name="t")

    once = schema.widened(table)
    again = schema.widened(schema.widened(once.filter(once.x > 0)).order_by("y"))

    assert str(ibis.to_sql(again, "duckdb")).lower().count("isnan") == 2
