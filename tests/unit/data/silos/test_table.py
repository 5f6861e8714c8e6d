"""A partition in a table is whole, as it was in its files, or it is not there."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from psycopg import conninfo
from pyarrow import parquet
from tabled import Tabled

from mainstay.core.errors import Mistake, Unavailable
from mainstay.data.silos import table
from mainstay.data.silos.table import Portion, Table

DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOSTILE = ["", None, "\\.", 'a "quoted", text', "line\n\\.\nline", "\\N", "100 % €"]
VALUES = {
    "id": pa.array(range(7)),
    "score": pa.array([0.1, None, float("nan"), float("inf"), -0.0, 5e-324, 1 / 3]),
    "yes": pa.array([True, False, None] * 2 + [True]),
    "day": pa.array([date(2026, 3, 1), None] * 3 + [date(1, 1, 1)]),
    "at": pa.array([DAY, DAY + timedelta(microseconds=1), None] * 2 + [DAY], pa.timestamp("us")),
    "zoned": pa.array([DAY, None] * 3 + [DAY], pa.timestamp("us", "UTC")),
    "cents": pa.array([1, None] * 3 + [9], pa.decimal128(12, 0)),
    'odd "%s" name%': pa.array(HOSTILE),
}


@pytest.fixture
def target(tabled: Tabled) -> Iterator[Table]:
    with table.opened(tabled.address) as one:
        yield one


def portion(
    folder: Path, name: str = "2026-03-01", *, rejected: bool = False, **columns: Any
) -> Portion:
    """With a file of its own under the folder."""
    file = folder / f"{name}.parquet"
    parquet.write_table(pa.table(columns or VALUES), file)
    other = file if rejected else None
    return Portion(name, DAY, DAY + timedelta(days=1), "m", "day", "v1", file, other, "d" * 64)


def put(target: Table, *some: Portion) -> None:
    target.ready(some)
    for one in some:
        target.replace(one)


def test_rows_are_those_of_the_file(target: Table, tabled: Tabled, tmp_path: Path) -> None:
    one = portion(tmp_path)

    put(target, one)

    tabled.run("SET TIME ZONE 'UTC'")
    found = tabled.run("SELECT * FROM {}.scores ORDER BY id").fetchall()
    assert {row[0] for row in found} == {one.name}
    wanted = parquet.read_table(one.answers).to_pylist()
    for row, values in zip(found, wanted, strict=True):
        values |= {
            name: values[name] and values[name].replace(tzinfo=UTC) for name in ("at", "zoned")
        }
        assert repr(row[1:]) == repr(tuple(values.values()))


def test_what_a_partition_had_is_replaced_and_marked(
    target: Table, tabled: Tabled, tmp_path: Path
) -> None:
    first, other = portion(tmp_path, x=[1, 2, 3], rejected=True), portion(tmp_path, "b", x=[9])
    put(target, first, other)
    put(target, portion(tmp_path, x=[4]))

    assert tabled.rows() == {first.name: [(first.name, 4)], "b": [("b", 9)]}
    assert tabled.rows("_rejected") == {}
    (mark,) = tabled.rows("_mainstay")[first.name]
    assert mark == (first.name, DAY, first.until, "m", "day", "v1", 1, 0, "d" * 64)

    target.remove(first.name)

    assert list(tabled.rows()) == list(tabled.rows("_mainstay")) == list(target.known()) == ["b"]


def test_nothing_is_known_of_no_table(target: Table) -> None:
    assert target.known() == {}


@pytest.mark.parametrize(
    "act",
    ["DELETE FROM {}.scores WHERE x = 1", "INSERT INTO {}.scores VALUES ('a', 3)",
     "TRUNCATE {}.scores_rejected", "DROP TABLE {}.scores"],
)  # fmt: skip
def test_rows_that_somebody_else_changed_are_not_known(
    target: Table, tabled: Tabled, tmp_path: Path, act: str
) -> None:
    one = portion(tmp_path, "a", x=[1, 2], rejected=True)
    put(target, one)
    assert target.known()["a"].digest == one.digest

    tabled.run(act)

    assert target.known()["a"].digest == ""
    put(target, one)
    assert target.known()["a"].digest == one.digest
    assert tabled.rows() == {"a": [("a", 1), ("a", 2)]}


def test_a_table_of_other_columns_is_refused_and_nothing_is_made(
    target: Table, tabled: Tabled, tmp_path: Path
) -> None:
    tabled.run("CREATE TABLE {}.scores (mainstay_partition text, x text, wait integer)")

    with pytest.raises(Mistake) as told:
        target.ready([portion(tmp_path, x=[1], y=["a"])])

    what = "y is missing; wait is none of ours; x is text, not bigint"
    assert str(told.value).startswith(
        f"{tabled.address}: {tabled.schema}.scores has other columns:"
    )
    assert str(told.value).endswith(what)
    assert tabled.run("SELECT to_regclass('{}.scores_mainstay')").fetchone() == (None,)


def test_what_no_column_holds_is_refused(target: Table, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="x is list<"):
        target.ready([portion(tmp_path, x=[[1]])])


def test_a_text_that_the_server_cannot_hold_leaves_what_was_there(
    target: Table, tabled: Tabled, tmp_path: Path
) -> None:
    put(target, portion(tmp_path, x=["a"]))

    with pytest.raises(Mistake, match="does not take what was scored: invalid byte sequence"):
        target.replace(portion(tmp_path, x=["b", "a\0b"]))

    assert [row for (row,) in tabled.rows().values()] == [("2026-03-01", "a")]


def test_who_may_only_change_rows_of_tables_that_are_there_does(
    server: str, target: Table, tabled: Tabled, tmp_path: Path
) -> None:
    one, role = portion(tmp_path, x=[1]), f"writer_{tabled.schema}"
    put(target, one)
    tabled.run(f"CREATE ROLE {role} LOGIN PASSWORD 'w'")
    tabled.run(f"GRANT USAGE ON SCHEMA {{}} TO {role}")
    tabled.run(f"GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA {{}} TO {role}")
    how = conninfo.conninfo_to_dict(server) | {"user": role, "password": "w"}

    with psycopg.connect(**how, autocommit=True) as connection:  # type: ignore[arg-type]
        put(target._replace(connection=connection), portion(tmp_path, x=[2]))
        with pytest.raises(Mistake, match="permission denied"):
            target._replace(connection=connection, name="new").ready([one])

    assert tabled.rows() == {one.name: [(one.name, 2)]}


def test_a_server_that_is_gone_is_unavailable(target: Table, tmp_path: Path) -> None:
    target.connection.close()

    with pytest.raises(Unavailable, match="does not answer: the connection is closed"):
        put(target, portion(tmp_path))


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("postgres://me@host/base", "names no table"),
        ("postgres://me@host/base#shop.", "names no table"),
        (f"postgres://me@host/base#{'x' * 55}", "at most 54 bytes"),
        ("postgres://me:secret@host/base#scores", "holds a secret"),
    ],
)
def test_an_address_that_is_none_is_a_mistake(address: str, what: str) -> None:
    with pytest.raises(Mistake, match=what), table.opened(address):
        pass


def test_what_is_a_table() -> None:
    assert table.is_table("postgres://host/shop#scores")
    assert table.is_table("postgresql://host/shop#scores")
    assert not table.is_table("mysql://host/shop#scores")
    assert not table.is_table("postgres")
