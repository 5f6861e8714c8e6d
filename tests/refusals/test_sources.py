"""What must not be read in silence: a missing file, a changed type, text that is no time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mainstay.core.errors import Mistake
from mainstay.data import engine, schema, source
from mainstay.data.source import Moment, Reader


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = engine.connect()
    yield Reader(made, tmp_path, tmp_path / "staged")
    made.disconnect()


def test_a_missing_file_names_every_place_looked_into(reader: Reader) -> None:
    (reader.base / "flight.parquet").touch()

    with pytest.raises(Mistake) as caught:
        source.opened(reader, "flights.parquet")

    assert str(reader.base / "flights.parquet") in str(caught.value)
    assert "holds flight.parquet" in caught.value.hint


def test_a_missing_table_names_those_there_are(reader: Reader) -> None:
    with closing(sqlite3.connect(reader.base / "weather.db")) as base, base:
        base.execute("CREATE TABLE hourly (temp REAL)")

    with pytest.raises(Mistake, match="no table daily") as caught:
        source.opened(reader, "sqlite:///weather.db#daily")

    assert "hourly" in caught.value.hint


def test_a_source_on_another_machine_is_not_fetched(reader: Reader) -> None:
    with pytest.raises(Mistake, match=r"s3://bucket/x\.parquet cannot be read yet"):
        source.opened(reader, "s3://bucket/x.parquet")


def test_a_column_that_changed_its_type_is_named(reader: Reader) -> None:
    (reader.base / "planes.csv").write_text("tailnum,built\nN1,1999\n")
    before = source.opened(reader, "planes.csv").columns
    (reader.base / "planes.csv").write_text("tailnum,built\nN1,unknown\n")

    now = source.opened(reader, "planes.csv").columns

    assert list(map(str, schema.differences(before, now))) == ["built was int64 and is string"]


def test_text_that_is_no_time_is_not_read_as_missing(reader: Reader) -> None:
    (reader.base / "seen.csv").write_text("seen,x\n2013-01-31T06:00Z,1\n31/01/2013,2\n")

    with pytest.raises(Mistake, match="seen: 1 values are no time, for example '31/01/2013'"):
        source.opened(reader, "seen.csv", (Moment("seen"),))


def test_a_column_of_mixed_values_is_not_guessed(reader: Reader) -> None:
    with closing(sqlite3.connect(reader.base / "weather.db")) as base, base:
        base.execute("CREATE TABLE hourly (temp REAL)")
        base.execute("INSERT INTO hourly VALUES (1.5), ('cold')")

    with pytest.raises(Mistake, match="1 of type real and 1 of type text"):
        source.opened(reader, "sqlite:///weather.db#hourly")
