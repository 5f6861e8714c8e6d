"""A table of PostgreSQL that partitions are brought into: each in one transaction.

Beside it `TABLE_rejected`, rows that were set aside, and `TABLE_mainstay`: of each partition that
is whole, what it is. A table that is missing is made.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mainstay.core.errors import Mistake, Unavailable
from mainstay.data.silos import postgres
from mainstay.data.silos.access import access, refuse_secrets
from mainstay.data.silos.found import said
from mainstay.data.silos.postgres import Postgres

PARTITION = "mainstay_partition"
"""The column, beside those of the rows, that says whose they are."""
ANSWERS, REJECTED, MARKS = "", "_rejected", "_mainstay"
_LONGEST = 63 - len(MARKS)  # bytes: PostgreSQL cuts longer names
_BATCH = 50_000  # rows in memory at a time
FORM = "postgres://USER@HOST:PORT/DATABASE#SCHEMA.TABLE"
_KINDS = (
    (pa.types.is_string, "text"),
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_floating, "double precision"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp with time zone"),
    (pa.types.is_null, "text"),
)
_MARKED = {
    "partition": "text", "since": "timestamp with time zone", "until": "timestamp with time zone",
    "model": "text", "unit": "text", "version": "text", "answers": "bigint", "rejected": "bigint",
    "digest": "text",
}  # fmt: skip
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_COUNTS = "SELECT {}, count(*) FROM {} GROUP BY 1"
_ALL = "SELECT partition, model, unit, answers, rejected, digest FROM {}"
_DELETE = "DELETE FROM {} WHERE {} = %s"
_MARK = "INSERT INTO {} ({}) VALUES ({})"
_COPY = "COPY {} ({}) FROM STDIN (FORMAT csv)"


class Known(NamedTuple):
    """A partition as it lies there; digest: its beginning where a table has no room for more, and

    empty where its rows are not those it was left with.
    """

    model: str
    unit: str
    digest: str


class Portion(NamedTuple):
    """A partition [since, until) as it shall be: files of Parquet, None without rows; digest: of

    what they hold.
    """

    name: str
    since: datetime
    until: datetime
    model: str
    unit: str
    version: str
    answers: Path | None
    rejected: Path | None
    digest: str

    def file(self, part: str) -> Path | None:
        """Of ANSWERS or REJECTED."""
        return self.rejected if part else self.answers


class Table(NamedTuple):
    """At an address, by a connection in UTC. What it does raises Mistake, Unavailable."""

    address: str
    connection: Any
    server: Postgres
    schema: str
    name: str

    def known(self) -> dict[str, Known]:
        """What lies there, by partition."""
        with self._alone():
            if not self._shape(MARKS):
                return {}
            there = self._counts(ANSWERS), self._counts(REJECTED)
            marks = self._run(_ALL.format(self._named(MARKS))).fetchall()
        return {
            name: Known(
                model, unit, digest if counts == [one.get(name, 0) for one in there] else ""
            )
            for name, model, unit, *counts, digest in marks
        }

    def ready(self, portions: Sequence[Portion]) -> None:
        """Makes what is missing. Raises Mistake where what is there has other columns."""
        with self._alone():
            self._is(MARKS, _MARKED)
            for part in (REJECTED, ANSWERS):
                files = filter(None, (one.file(part) for one in portions))
                for shape in {tuple(self._kinds(file).items()) for file in files}:
                    self._is(part, {PARTITION: "text", **dict(shape)})

    def replace(self, one: Portion) -> None:
        """The rows of a partition in place of those it had."""
        with self._alone():
            self._clear(one.name)
            rejected, answers = self._copied(REJECTED, one), self._copied(ANSWERS, one)
            values = (*one[:6], answers, rejected, one.digest)
            names, places = (
                ", ".join(map(self.server.quoted, _MARKED)),
                ", ".join(["%s"] * len(values)),
            )
            self._run(_MARK.format(self._named(MARKS), names, places), values)

    def remove(self, name: str) -> None:
        """A partition, with what was set aside of it."""
        with self._alone():
            self._clear(name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A transaction, after those of other runs: seen at its end, or not at all."""
        from psycopg import Error, InterfaceError, OperationalError  # noqa: PLC0415 - optional

        try:
            with self.connection.transaction():
                self._run(_ALONE, (f"mainstay {self.schema}.{self.name}",))
                yield
        except (OperationalError, InterfaceError) as error:
            text = said(error, access(self.address))
            raise Unavailable(f"{self.address} does not answer: {text}") from None
        except Error as error:
            text = said(error, access(self.address))
            raise Mistake(f"{self.address} does not take what was scored: {text}") from None

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> Any:
        return self.connection.execute(statement, values)

    def _named(self, part: str) -> str:
        return f"{self.server.quoted(self.schema)}.{self.server.quoted(self.name + part)}"

    def _shape(self, part: str) -> dict[str, str]:
        """Columns and their declared types; empty where there is no such table."""
        asked = (self.schema, self.name + part)
        return dict(self._run(self.server.catalogue(), asked).fetchall())

    def _counts(self, part: str) -> dict[str, int]:
        if PARTITION not in self._shape(part):
            return {}
        return dict(
            self._run(_COUNTS.format(self.server.quoted(PARTITION), self._named(part))).fetchall()
        )

    def _kinds(self, file: Path) -> dict[str, str]:
        return {one.name: self._kind(one) for one in pq.read_schema(file)}

    def _kind(self, column: Any) -> str:
        if pa.types.is_decimal(column.type):
            return f"numeric({column.type.precision},{column.type.scale})"
        found = next((name for fits, name in _KINDS if fits(column.type)), None)
        if found is None:
            raise Mistake(f"{self.address}: {column.name} is {column.type}, which no column holds")
        return found

    def _is(self, part: str, wanted: dict[str, str]) -> None:
        """Makes a table of these columns, or sees that it has them."""
        if not self._shape(part):
            columns = ", ".join(
                f"{self.server.quoted(name)} {kind}" for name, kind in wanted.items()
            )
            self._run(f"CREATE TABLE {self._named(part)} ({columns})")
            self._run(
                f"CREATE INDEX ON {self._named(part)} ({self.server.quoted(next(iter(wanted)))})"
            )
        others = differences(self._shape(part), wanted)
        if others:
            where = f"{self.schema}.{self.name}{part}"
            raise Mistake(
                f"{self.address}: {where} has other columns: {'; '.join(others)}",
                "name another table, or drop it: it is made and filled again",
            )

    def _clear(self, name: str) -> None:
        for part, column in ((MARKS, "partition"), (REJECTED, PARTITION), (ANSWERS, PARTITION)):
            if self._shape(part):
                self._run(_DELETE.format(self._named(part), self.server.quoted(column)), (name,))

    def _copied(self, part: str, one: Portion) -> int:
        """How many rows."""
        file = one.file(part)
        if file is None:
            return 0
        with pq.ParquetFile(file) as rows, self.connection.cursor() as cursor:
            columns = ", ".join(map(self.server.quoted, (PARTITION, *rows.schema_arrow.names)))
            statement = _COPY.format(self._named(part), columns)
            with cursor.copy(statement.replace("%%", "%")) as copy:  # without parameters
                for batch in rows.iter_batches(_BATCH):
                    copy.write(postgres.lines(_marked(batch, one.name)))
            found: int = rows.metadata.num_rows
            return found


def is_table(address: str) -> bool:
    """Whether a table there can be written."""
    return address.startswith(("postgres://", "postgresql://"))


def refuse_nameless(address: str) -> None:
    """Raises Mistake for an address that names no table, or one of too long a name."""
    table = address.partition("#")[2].rpartition(".")[2]
    if not table:
        raise Mistake(f"{address} names no table", f"known: {FORM}")
    if len(table.encode()) > _LONGEST:
        raise Mistake(f"{address}: a name of a table has at most {_LONGEST} bytes here")


@contextmanager
def opened(address: str) -> Iterator[Table]:
    """`postgres://USER@HOST:PORT/DATABASE#SCHEMA.TABLE`. Raises Mistake, Unavailable,

    MissingExtra.
    """
    refuse_secrets(address)
    refuse_nameless(address)
    url, _, name = address.partition("#")
    stated, (schema, _, table) = access(address), name.rpartition(".")
    made = postgres.connected(url, stated.hidden, postgres.speaking(url, stated))
    with closing(made) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        yield Table(address, connection, Postgres(connection), schema or Postgres.home, table)


def _marked(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """The partition first: no line begins with what COPY takes for an end."""
    columns = [pa.repeat(name, batch.num_rows), *batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=[PARTITION, *batch.schema.names])


def differences(there: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """How columns and their types are not those wanted."""
    lacks = [f"{name} is missing" for name in wanted if name not in there]
    more = [f"{name} is none of ours" for name in there if name not in wanted]
    both = ((name, there[name], kind) for name, kind in wanted.items() if name in there)
    return (
        lacks + more + [f"{name} is {was}, not {kind}" for name, was, kind in both if was != kind]
    )
