import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mainstay.core.errors import Mistake
from mainstay.data import sqlite


@pytest.fixture
def base(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "weather.db")) as made, made:
        made.execute("CREATE TABLE hourly (origin TEXT, temp REAL, seats INTEGER, wet BOOLEAN, x)")
        made.execute(
            "INSERT INTO hourly VALUES ('EWR', 39.02, 5, 1, NULL), (NULL, 4, NULL, 0, NULL)"
        )
        made.commit()
        yield made


def staged(base: sqlite3.Connection, folder: Path, table: str = "hourly") -> Path:
    base.commit()
    return sqlite.staged(folder / "weather.db", table, folder / "staged")


def test_columns_have_the_type_that_their_values_have(
    base: sqlite3.Connection, tmp_path: Path
) -> None:
    rows = pq.read_table(staged(base, tmp_path))

    kinds = {field.name: str(field.type) for field in rows.schema}
    assert kinds == {
        "origin": "string", "temp": "double", "seats": "int64", "wet": "bool", "x": "double",
    }  # fmt: skip
    assert rows.to_pylist() == [
        {"origin": "EWR", "temp": 39.02, "seats": 5, "wet": True, "x": None},
        {"origin": None, "temp": 4.0, "seats": None, "wet": False, "x": None},
    ]


def test_the_same_content_is_staged_once(base: sqlite3.Connection, tmp_path: Path) -> None:
    first = staged(base, tmp_path)
    written = first.stat().st_mtime_ns

    assert staged(base, tmp_path) == first
    assert first.stat().st_mtime_ns == written


def test_other_content_is_staged_anew(base: sqlite3.Connection, tmp_path: Path) -> None:
    first = staged(base, tmp_path)
    base.execute("DELETE FROM hourly WHERE origin IS NULL")

    second = staged(base, tmp_path)

    assert (pq.read_table(first).num_rows, pq.read_table(second).num_rows) == (2, 1)


def test_what_only_the_write_ahead_log_holds_is_read(
    base: sqlite3.Connection, tmp_path: Path
) -> None:
    base.execute("PRAGMA journal_mode=WAL")
    first = staged(base, tmp_path)
    base.execute("INSERT INTO hourly (origin) VALUES ('JFK')")

    second = staged(base, tmp_path)

    assert (tmp_path / "weather.db-wal").stat().st_size
    assert (pq.read_table(first).num_rows, pq.read_table(second).num_rows) == (2, 3)


def test_many_rows_are_staged_in_pieces(
    base: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BATCH", 3)
    base.executemany("INSERT INTO hourly (seats) VALUES (?)", [(at,) for at in range(10)])

    rows = pq.read_table(staged(base, tmp_path))

    assert rows["seats"].to_pylist() == [5, None, *range(10)]


def test_a_view_is_a_table_and_names_are_quoted(base: sqlite3.Connection, tmp_path: Path) -> None:
    base.execute('CREATE VIEW "of ""all""" AS SELECT temp AS "the ""temp""" FROM hourly')

    rows = pq.read_table(staged(base, tmp_path, 'of "all"'))

    assert rows.to_pydict() == {'the "temp"': [39.02, 4.0]}


def test_an_empty_table_has_its_declared_types(base: sqlite3.Connection, tmp_path: Path) -> None:
    base.execute("DELETE FROM hourly")

    rows = pq.read_table(staged(base, tmp_path))

    kinds = [str(field.type) for field in rows.schema]
    assert kinds == ["string", "double", "int64", "bool", "double"]


def test_values_of_several_types_are_counted(base: sqlite3.Connection, tmp_path: Path) -> None:
    base.execute("INSERT INTO hourly (temp) VALUES ('cold')")

    with pytest.raises(Mistake, match=r"hourly.temp holds 2 of type real and 1 of type text"):
        staged(base, tmp_path)


def test_an_unknown_table_is_named_with_those_there_are(
    base: sqlite3.Connection, tmp_path: Path
) -> None:
    with pytest.raises(Mistake, match=r"weather.db has no table hour") as caught:
        staged(base, tmp_path, "hour")

    assert "hourly" in caught.value.hint


def test_a_file_that_is_no_database_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "weather.db").write_bytes(b"not a database, whatever its name says" * 30)

    with pytest.raises(Mistake, match="no readable SQLite database"):
        sqlite.staged(tmp_path / "weather.db", "hourly", tmp_path)
