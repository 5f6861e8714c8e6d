import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mainstay.core import digest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import TIME
from mainstay.data import source
from mainstay.data.source import Moment, Reader

FLIGHTS = pa.table({"id": ["a", "b"], "temp": pa.array([1.5, float("nan")], pa.float32())})


@pytest.fixture
def flights(reader: Reader) -> Reader:
    pq.write_table(FLIGHTS, reader.base / "flights.parquet")
    return reader


def test_parquet_is_read_in_neutral_types_without_nan(flights: Reader) -> None:
    opened = source.opened(flights, "flights.parquet")

    assert opened.columns == (Column("id", "string"), Column("temp", "float64"))
    assert opened.table.to_pyarrow().to_pydict() == {"id": ["a", "b"], "temp": [1.5, None]}


def test_a_source_is_known_by_the_digest_of_its_file(flights: Reader) -> None:
    opened = source.opened(flights, "flights.parquet")

    assert opened.digest == digest.of_file(flights.base / "flights.parquet")
    assert opened.address == "flights.parquet"


def test_a_star_names_many_files(flights: Reader) -> None:
    pq.write_table(FLIGHTS, flights.base / "flights_2.parquet")

    opened = source.opened(flights, "flights*.parquet")

    assert opened.table.count().to_pyarrow().as_py() == 4
    assert opened.digest != source.opened(flights, "flights.parquet").digest


@pytest.mark.parametrize("name", ["planes.csv", "planes.tsv"])
def test_types_of_text_files_are_those_of_all_rows(reader: Reader, name: str) -> None:
    mark = "," if name.endswith("csv") else "\t"
    numbers = "\n".join(f"N{row}{mark}{row}{mark}" for row in range(30_000))
    text = f"tailnum{mark}built{mark}engine\n{numbers}\nN1{mark}1999.5{mark}Turbo-fan\n"
    (reader.base / name).write_text(text)

    opened = source.opened(reader, name)

    assert [column.type for column in opened.columns] == ["string", "float64", "string"]
    assert opened.table.engine.count().to_pyarrow().as_py() == 1


def test_sqlite_is_staged_and_its_text_times_are_read(reader: Reader) -> None:
    with closing(sqlite3.connect(reader.base / "weather.db")) as base, base:
        base.execute("CREATE TABLE hourly AS SELECT '2013-01-31T06:51:00Z' AS seen_at, 3.5 AS temp")

    opened = source.opened(reader, "sqlite:///weather.db#hourly", (Moment("seen_at"),))

    seen = datetime(2013, 1, 31, 6, 51, tzinfo=UTC)
    assert opened.table.to_pyarrow().to_pylist() == [{"seen_at": seen, "temp": 3.5}]
    assert (reader.staged / f"{opened.digest}.parquet").is_file()


@pytest.mark.parametrize("files", [1, 2], ids=["one file", "many"])
@pytest.mark.parametrize("end", ["csv", "jsonl"])
@pytest.mark.parametrize(
    "told",
    [
        "01/02/2013",
        "01-02-2013",
        "13-02-2013",
        "13-02-01",
        "13-02-01 07:00:00",
        "01-02-2013 07:00:00",
    ],
)
def test_what_is_no_iso_date_is_text_as_it_came(
    reader: Reader, told: str, end: str, files: int
) -> None:
    row = {"id": 1, "seen": told, "day": "2013-02-01", "at": "2013-02-01T07:00:00Z"}
    lines = (
        [json.dumps(row)] if end == "jsonl" else [",".join(row), ",".join(map(str, row.values()))]
    )
    for number in range(files):
        (reader.base / f"seen{number}.{end}").write_text("\n".join([*lines, ""]))

    opened = source.opened(reader, f"seen*.{end}")

    assert [column.type for column in opened.columns] == ["int64", "string", "date", TIME]
    (found, *_) = opened.table.to_pyarrow().to_pylist()
    assert (found["seen"], found["day"]) == (told, date(2013, 2, 1))


def test_a_stated_format_is_not_overruled_by_a_guess(reader: Reader) -> None:
    (reader.base / "seen.csv").write_text("seen,x\n2013-01-02,1\n")

    opened = source.opened(reader, "seen.csv", (Moment("seen", "%Y-%d-%m"),))

    assert opened.table.seen.to_pyarrow()[0].as_py() == datetime(2013, 2, 1, tzinfo=UTC)


def test_a_time_is_read_as_stated(reader: Reader) -> None:
    (reader.base / "seen.csv").write_text("seen\n31.01.2013 07:00\n")

    opened = source.opened(reader, "seen.csv", (Moment("seen", "%d.%m.%Y %H:%M", "Europe/Paris"),))

    assert opened.table.seen.to_pyarrow()[0].as_py() == datetime(2013, 1, 31, 6, tzinfo=UTC)


def test_a_file_that_is_not_there_says_where_it_was_looked_for(flights: Reader) -> None:
    with pytest.raises(Mistake, match=r"there is no file flight.parquet: looked for /") as caught:
        source.opened(flights, "flight.parquet")

    assert "flights.parquet" in caught.value.hint


def test_a_folder_that_is_not_there_is_named(reader: Reader) -> None:
    with pytest.raises(Mistake, match=r"there is no file data/x\.csv") as caught:
        source.opened(reader, "data/x.csv")

    assert caught.value.hint == f"there is no folder {reader.base / 'data'}"


def test_a_time_column_that_is_not_there_is_named(flights: Reader) -> None:
    with pytest.raises(Mistake, match=r"flights.parquet has no column idd"):
        source.opened(flights, "flights.parquet", (Moment("idd"),))


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("x.parquet", b"PAR1 but no more", "x.parquet is not readable"),
        ("x.doc", b"PK", "x.doc is of a kind nobody reads"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_mistake(
    reader: Reader, name: str, content: bytes, what: str
) -> None:
    (reader.base / name).write_bytes(content)

    with pytest.raises(Mistake, match=what):
        source.opened(reader, name)


def test_an_address_of_a_kind_that_nobody_reads_names_those_there_are(reader: Reader) -> None:
    with pytest.raises(Mistake, match=r"ftp://example\.org/x\.csv is of a kind") as said:
        source.opened(reader, "ftp://example.org/x.csv")

    assert "s3://" in said.value.hint


def test_a_folder_is_all_parquet_below_it(flights: Reader) -> None:
    part = flights.base / "all" / "carrier=AA" / "part.parquet"
    part.parent.mkdir(parents=True)
    pq.write_table(FLIGHTS, part)

    opened = source.opened(flights, "all/")

    assert Column("carrier", "string") in opened.columns
    assert opened.table.count().to_pyarrow().as_py() == 2


def test_json_lines_are_read_with_types_of_all_rows(reader: Reader) -> None:
    (reader.base / "flights.jsonl").write_text('{"id":"a","temp":1}\n{"id":"b","temp":2.5}\n')

    opened = source.opened(reader, "flights.jsonl")

    assert opened.columns == (Column("id", "string"), Column("temp", "float64"))
    assert opened.table.to_pyarrow().to_pydict() == {"id": ["a", "b"], "temp": [1.0, 2.5]}


def test_a_column_of_csv_is_text_where_that_is_asked(reader: Reader) -> None:
    (reader.base / "codes.csv").write_text("code,n\n007,1\n")

    opened = source.opened(reader, "codes.csv", (), ("code", "absent"))

    assert opened.table.to_pyarrow().to_pydict() == {"code": ["007"], "n": [1]}


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_each_row_of_several_files_knows_which_it_is_of(reader: Reader, ending: str) -> None:
    for name, number in (("one", 1), ("two", 2)):
        path = reader.base / f"{name}.{ending}"
        if ending == "parquet":
            pq.write_table(pa.table({"id": [number], "at": ["2024-01-01T00:00Z"]}), path)
        elif ending == "csv":
            path.write_text(f"id,at\n{number},2024-01-01T00:00Z\n")
        else:
            path.write_text(f'{{"id": {number}, "at": "2024-01-01T00:00Z"}}\n')
    times = (source.Moment("at"),)
    opened = source.opened(reader, f"*.{ending}", times)

    found = source.stretched(reader, opened, times).order_by("id").to_pyarrow()

    assert found[source.STRETCH].to_pylist() == [f"one.{ending}", f"two.{ending}"]
    assert found.drop_columns([source.STRETCH]) == opened.table.order_by("id").to_pyarrow()


def test_a_stretch_has_the_same_name_wherever_paths_start_from(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reader.base / "days").mkdir()
    for name in ("one", "two"):
        pq.write_table(pa.table({"id": [1]}), reader.base / "days" / f"{name}.parquet")
    monkeypatch.chdir(reader.base)
    here = reader._replace(base=Path())

    found = source.stretched(here, source.opened(here, "days/*.parquet"))

    names = found[source.STRETCH].to_pyarrow().to_pylist()
    assert sorted(names) == ["one.parquet", "two.parquet"]


def test_what_is_no_file_of_several_is_one_stretch(reader: Reader) -> None:
    pq.write_table(pa.table({"id": [1, 2]}), reader.base / "only.parquet")
    opened = source.opened(reader, "only.parquet")

    found = source.stretched(reader, opened).to_pyarrow()

    assert found[source.STRETCH].to_pylist() == ["only.parquet"] * 2
