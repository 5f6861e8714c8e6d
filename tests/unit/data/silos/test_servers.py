"""What PostgreSQL and MariaDB share: each test runs on both."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, NamedTuple

import psycopg
import pymysql
import pytest
import stores
from psycopg import conninfo

from mainstay.core.errors import Mistake, Unavailable
from mainstay.core.typed import TIME
from mainstay.data import source
from mainstay.data.expression import constant
from mainstay.data.source import Moment, Reader

NAMES = count()
Write = Callable[[str], None]
MAKE = """
CREATE TABLE {name} (
  id bigint PRIMARY KEY, cost numeric(9,2), whole numeric(9,0), share double precision,
  done boolean, day date, plain timestamp, note varchar(200), {more}
)
"""
ROW = (
    "INSERT INTO {name} (id, cost, whole, share, done, day, plain, note) VALUES"
    " (%s, %s, %s, %s, %s, %s, %s, %s)"
)


class Kind(NamedTuple):
    """One kind of server, and a table of its own for each test: who reads keeps it from going."""

    address: str
    connection: Any
    name: str

    @property
    def table(self) -> str:
        """The address of the table."""
        return f"{self.address}#{self.name}"


@pytest.fixture(params=["postgres", "mariadb"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.getfixturevalue(f"{request.param}_shop")
    for number in range(40):
        day = date(2020, 1, 1 + number // 4)
        row = (
            number, "2.50", "7", number / 7, number % 2 == 0, day,
            f"{day} 12:00:00", None if number % 5 == 0 else f"100 % n°{number}",
        )  # fmt: skip
        with found.connection.cursor() as cursor:
            cursor.execute(ROW.format(name=found.name), row)
    return found


@pytest.fixture
def postgres_shop(server: str, credentials: Write) -> Iterator[Kind]:
    stated = conninfo.conninfo_to_dict(server)
    address = f"postgres://mainstay@127.0.0.1:{stated['port']}/postgres"
    credentials(f"[sources.shop]\nat = \"{address}\"\nsecret = '{stated['password']}'\n")
    with psycopg.connect(server, autocommit=True) as connection:
        name = f"visits_{next(NAMES)}"
        connection.execute(MAKE.format(name=name, more="seen timestamptz, extra jsonb, many int[]"))
        yield Kind(address, connection, name)


@pytest.fixture
def mariadb_shop(mariadb: str, credentials: Write) -> Iterator[Kind]:
    host, port = mariadb.split(":")
    address = f"mysql://reader@{mariadb}/shop"
    credentials(f'[sources.shop]\nat = "{address}"\nsecret = "{stores.SECRET}"\n')
    connection = pymysql.connect(
        host=host, port=int(port), user="reader", password=stores.SECRET, database="shop",
        autocommit=True,
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        name = f"visits_{next(NAMES)}"
        cursor.execute(MAKE.format(name=name, more="seen timestamp NULL, extra json, many blob"))
        yield Kind(address, connection, name)


def test_columns_have_the_types_that_the_catalogue_says(kind: Kind, reader: Reader) -> None:
    opened = source.opened(reader, kind.table)

    assert {one.name: one.type for one in opened.columns} == {
        "id": "int64", "cost": "float64", "whole": "int64", "share": "float64", "done": "boolean",
        "day": "date", "plain": TIME, "note": "string", "seen": TIME, "extra": "string",
    }  # fmt: skip
    last = opened.table.order_by("id").to_pyarrow().to_pylist()[-1]
    assert last["note"] == "100 % n°39"
    assert (last["cost"], last["whole"], last["share"], last["done"]) == (2.5, 7, 39 / 7, False)
    assert (last["day"], last["plain"]) == (
        date(2020, 1, 10),
        datetime(2020, 1, 10, 12, tzinfo=UTC),
    )


def test_a_question_brings_its_columns_and_rows_alone(kind: Kind, reader: Reader) -> None:
    table = source.opened(reader, kind.table, (Moment("plain"),)).table
    late = table.filter(table.plain >= constant("2020-01-10T00:00:00+00:00", TIME))

    assert sorted(late.select("id").to_pyarrow()["id"].to_pylist()) == [36, 37, 38, 39]

    (kept,) = (file for folder in reader.staged.glob(".asked-*") for file in folder.glob("*"))
    from pyarrow import parquet

    assert parquet.read_table(kept).num_rows == 4
    assert parquet.read_schema(kept).names == ["id", "plain"]


def test_all_questions_see_one_moment_and_another_state_has_another_digest(
    kind: Kind, reader: Reader
) -> None:
    opened = source.opened(reader, kind.table)
    same = source.opened(reader, kind.table)
    with kind.connection.cursor() as cursor:
        cursor.execute(f"UPDATE {kind.name} SET note = 'changed' WHERE id = 7")
        cursor.execute(f"DELETE FROM {kind.name} WHERE id > 30")

    now = source.opened(reader, kind.table)

    assert opened.table.count().to_pyarrow().as_py() == 40
    assert opened.table.note.max().to_pyarrow().as_py() == "100 % n°9"
    assert now.table.count().to_pyarrow().as_py() == 31
    assert opened.digest == same.digest != now.digest


def test_columns_are_known_without_a_row(kind: Kind, reader: Reader) -> None:
    shape = source.shape(reader, kind.table, (Moment("plain"),))

    assert len(shape) == 10
    assert not [file for folder in reader.staged.glob(".asked-*") for file in folder.glob("*")]


def test_a_join_over_two_silos_brings_what_it_needs(kind: Kind, reader: Reader) -> None:
    (reader.base / "days.csv").write_text("day,wet\n2020-01-02,1\n2020-01-03,0\n")
    days = source.opened(reader, "days.csv").table
    visits = source.opened(reader, kind.table).table

    wet = visits.join(days, "day").group_by("wet").aggregate(rows=lambda each: each.count())

    found = wet.order_by("wet").to_pyarrow().to_pylist()
    assert found == [{"wet": 0, "rows": 4}, {"wet": 1, "rows": 4}]
    from pyarrow import parquet

    (kept,) = (file for folder in reader.staged.glob(".asked-*") for file in folder.glob("*"))
    assert parquet.read_schema(kept).names == ["day"]


def test_a_table_that_is_not_there_names_those_there_are(kind: Kind, reader: Reader) -> None:
    near = f"{kind.name}s"  # others of the same server are farther
    with pytest.raises(Mistake, match=rf"there is no table {near}$") as said:
        source.opened(reader, f"{kind.address}#{near}")

    assert kind.name in said.value.hint


def test_a_wrong_password_is_told_without_it(
    kind: Kind, reader: Reader, credentials: Write
) -> None:
    credentials(f'[sources.shop]\nat = "{kind.address}"\nsecret = "wr0ng-{stores.SECRET}"\n')

    with pytest.raises(Unavailable, match="does not answer") as said:
        source.opened(reader, kind.table)

    assert stores.SECRET not in f"{said.value}{said.value.hint}"
