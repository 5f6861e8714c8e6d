"""A table of Spark as a source: its columns, its rows, and what was asked of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from side_by_side import Engine

from mainstay.core.errors import Mistake
from mainstay.core.typed import TIME
from mainstay.data import engine, source
from mainstay.data.expression import constant
from mainstay.data.source import Reader

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
MOST = "spark.sql.execution.arrow.maxRecordsPerBatch"
ROWS = pa.table(
    {
        "id": list(range(100)),
        "seen": pa.array(
            [BEGIN + timedelta(hours=row) for row in range(100)], pa.timestamp("us", "UTC")
        ),
        "note": [None if row % 3 else f"n°{row}" for row in range(100)],
    }
)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(engine.connect(tmp_path), tmp_path, tmp_path / "staged")


def test_a_table_of_spark_is_a_source(spark: Engine, reader: Reader) -> None:
    name = spark.stored(ROWS).get_name()

    opened = source.opened(reader, f"spark#{name}")

    late = opened.table.filter(
        opened.table.seen >= constant((BEGIN + timedelta(hours=98)).isoformat(), TIME)
    )
    assert [one.type for one in opened.columns] == ["int64", TIME, "string"]
    assert opened.table.order_by("id").to_pyarrow().to_pylist() == ROWS.to_pylist()
    assert late.order_by("id").to_pyarrow()["id"].to_pylist() == [98, 99]
    assert source.opened(reader, f"spark#{name}").digest == opened.digest


def test_a_large_table_comes_in_batches_and_in_order(spark: Engine) -> None:
    given = pa.table({"id": list(range(5000)), "half": [at / 2 for at in range(5000)]})
    table, session = spark.stored(given).order_by("id"), spark.backend._session
    session.conf.set(MOST, "300")

    try:
        with table.to_pyarrow_batches(chunk_size=1000) as batches:
            came = list(batches)
    finally:
        session.conf.unset(MOST)

    assert pa.Table.from_batches(came) == given
    assert {1000 <= one.num_rows < 1300 for one in came[:-1]} == {True}


def test_a_reader_that_stops_early_leaves_spark_as_it_was(spark: Engine) -> None:
    table = spark.stored(ROWS)

    batches = table.to_pyarrow_batches(chunk_size=10)
    first = batches.read_next_batch().num_rows
    del batches

    assert 10 <= first <= 100
    assert table.count().to_pyarrow().as_py() == 100


def test_a_table_that_is_not_there_is_a_mistake(spark: Engine, reader: Reader) -> None:
    with pytest.raises(Mistake, match="there is no table nowhere"):
        source.opened(reader, "spark#nowhere")
