"""Tables of PostgreSQL and of MySQL or MariaDB: each question fetches its columns and rows alone.

All questions of one opening see one moment of the server: a read-only transaction stays open until
nobody asks any more. What was fetched once is not fetched again.
"""

import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from mainstay.core import digest, nearest
from mainstay.core.errors import Mistake
from mainstay.data.silos.bounds import Bound
from mainstay.data.silos.found import Place, Rows

_BATCH = 50_000  # rows in memory at a time
_EXACT = 18  # decimal digits that int64 always holds
_TABLES = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type <> %s"


class Server(Protocol):
    """What of a kind of server differs."""

    home: str
    """The schema of a table that names none."""
    close: Callable[[], None]
    """Ends the connection."""

    def kind(self, declared: str) -> pa.DataType | None:
        """The type of Arrow for a declared one; None for what no column of ours can hold."""

    def quoted(self, name: str) -> str:
        """A name as SQL takes it."""

    def catalogue(self) -> str:
        """The question for names and declared types of a table's columns, in order."""

    def rows(self, sql: str, values: tuple[object, ...]) -> Iterator[list[tuple[Any, ...]]]:
        """What a question gives, some rows at a time."""

    def state(self, table: str, columns: tuple[str, ...]) -> str:
        """The question for what changes when any row of a table does."""


class _Table(NamedTuple):
    """One table of a server. fetched: what was brought already, by what was asked."""

    server: Server
    name: str
    schema: Any
    folder: Path
    lock: threading.Lock

    def fetch(self, columns: tuple[str, ...], bounds: tuple[Bound, ...]) -> Iterator[Any]:
        """From the server the first time, then from what was kept of it."""
        target = self.folder / f"{digest.of_value([columns, list(map(str, bounds))])}"
        with self.lock:
            if not target.exists():
                self._bring(columns, bounds, target)
        with pq.ParquetFile(target) as kept:
            yield from kept.iter_batches(_BATCH)

    def _bring(self, columns: tuple[str, ...], bounds: tuple[Bound, ...], target: Path) -> None:
        kinds = pa.schema([self.schema.field(name) for name in columns])
        fresh = target.with_suffix(".new")
        with pq.ParquetWriter(fresh, kinds) as writer:
            for rows in self.server.rows(*_asked(self, columns, bounds)):
                values = zip(*rows, strict=True)
                arrays = [_array(one, kind) for one, kind in zip(values, kinds.types, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=kinds))
        fresh.replace(target)


def found(server: Server, address: str, name: str, place: Place) -> Rows:
    """The table of a name, with or without a schema. Raises Mistake for one that is not there.

    The server is closed, and what was kept is removed, when nobody asks any more.
    """
    from mainstay.data.silos import lazy  # noqa: PLC0415 - it loads pandas, a quarter of a second

    try:
        opened = _opened(server, address, name, place, lazy.placed)
    except BaseException:
        server.close()
        raise
    rows = lazy.Lazy(opened.schema, opened.fetch)
    weakref.finalize(rows, server.close)
    weakref.finalize(rows, shutil.rmtree, opened.folder, ignore_errors=True)
    return Rows(rows, lambda: _state(opened))


def _opened(
    server: Server, address: str, name: str, place: Place, placed: Callable[..., Any]
) -> _Table:
    there = declared(server, address, name)
    place.staged.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=place.staged, prefix=".asked-"))
    shape = placed(there.shape, place.times)
    return _Table(server, there.whole(server), shape, folder, threading.Lock())


class Declared(NamedTuple):
    """A table by its schema and name; shape: of Arrow, of the columns that can be held here."""

    schema: str
    table: str
    shape: Any

    def whole(self, server: Server) -> str:
        """Its name as SQL takes it."""
        return f"{server.quoted(self.schema)}.{server.quoted(self.table)}"


def declared(server: Server, address: str, name: str) -> Declared:
    """The table of a name, as the catalogue says. Raises Mistake for one that is not there."""
    schema, _, table = name.rpartition(".")
    schema = schema or server.home
    said = _all(server, server.catalogue(), (schema, table))
    if not said:
        raise Mistake(f"{address}: there is no table {name}", _known(server, name))
    kinds = [(column, server.kind(kind)) for column, kind in said]
    shape = pa.schema([(column, kind) for column, kind in kinds if kind is not None])
    return Declared(schema, table, shape)


def kind(
    declared: str, exact: re.Pattern[str], kinds: Sequence[tuple[str, pa.DataType]]
) -> pa.DataType | None:
    """The first whose form a declared type has. exact: the form of digits and of those behind the
    point.
    """
    found = exact.fullmatch(declared)
    if found:
        return number(int(found[1]), int(found[2]))
    return next((one for form, one in kinds if re.fullmatch(form, declared)), None)


def number(digits: int, fraction: int) -> Any:
    """The type of Arrow for exact numbers of so many digits, see schema.neutral."""
    return pa.decimal128(digits, 0) if not fraction and digits <= _EXACT else pa.float64()


def _array(values: tuple[Any, ...], kind: Any) -> Any:
    """Values as drivers give them: exact numbers for doubles, whole numbers for booleans."""
    makes = next((make for fits, make in _MADE if fits(kind)), None)
    made = [None if one is None else makes(one) for one in values] if makes else values
    return pa.array(made, kind)


_MADE = ((pa.types.is_floating, float), (pa.types.is_boolean, bool), (pa.types.is_string, str))


def _known(server: Server, name: str) -> str:
    some = _all(server, _TABLES, ("SYSTEM VIEW",))
    own = [f"{schema}.{table}" for schema, table in some if schema not in _INNER]
    return nearest.hint(name, [one.removeprefix(f"{server.home}.") for one in own])


_INNER = ("pg_catalog", "information_schema", "mysql", "performance_schema", "sys")


def _state(table: _Table) -> str:
    """A digest of all rows that the server itself computes."""
    with table.lock:
        return state(table.server, table.name, tuple(table.schema.names))


def state(server: Server, table: str, columns: tuple[str, ...]) -> str:
    """The same of a table by its name as SQL takes it."""
    asked = server.state(table, columns)
    return digest.of_value([list(map(str, row)) for row in _all(server, asked, ())])


def _all(server: Server, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    with closing(server.rows(sql, values)) as parts:  # type: ignore[type-var]
        return [row for part in parts for row in part]


def _asked(
    table: _Table, columns: tuple[str, ...], bounds: tuple[Bound, ...]
) -> tuple[str, tuple[object, ...]]:
    quoted = table.server.quoted
    names = ", ".join(map(quoted, columns))
    kept = " AND ".join(f"{quoted(one.column)} {one.how.replace('==', '=')} %s" for one in bounds)
    where = f" WHERE {kept}" if kept else ""
    sql = f"SELECT {names} FROM {table.name}{where}"  # noqa: S608 - names are quoted
    return sql, tuple(one.value for one in bounds)
