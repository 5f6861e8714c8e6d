"""SQLite tables as Parquet, through the standard library: no extension is ever downloaded.

SQLite types values, not columns; a column gets the one type that all its values have.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mainstay.core import digest, nearest
from mainstay.core.errors import Mistake

_BATCH = 50_000  # rows in memory at a time
_STAGING = 1  # raised when the same file would be staged otherwise
_KINDS = {
    frozenset({"integer"}): pa.int64(),
    frozenset({"integer", "real"}): pa.float64(),
    frozenset({"real"}): pa.float64(),
    frozenset({"text"}): pa.string(),
    frozenset({"blob"}): pa.binary(),
}
_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
_AFFINITIES = (("INT", pa.int64()), ("CHAR", pa.string()), ("TEXT", pa.string()))


def staged(file: Path, table: str, folder: Path) -> Path:
    """The table as a Parquet file named by the digest of the database; written once.

    Raises Mistake for an unknown table, or a column whose values are of several types.
    """
    target = folder / f"{digest.of_value([_STAGING, _content(file), table])}.parquet"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as base:
            _write(base, table, target, file.name)
    return target


def _content(file: Path) -> list[str]:
    """Digests of the database and of what its write-ahead log adds."""
    log = file.with_name(f"{file.name}-wal")
    return [digest.of_file(path) for path in (file, log) if path.exists()]


def _write(base: sqlite3.Connection, table: str, target: Path, name: str) -> None:
    try:
        base.execute("BEGIN")  # one moment for types and rows
        known = [row[0] for row in base.execute(_TABLES)]
        if table not in known:
            what = f"{name} has no table {table}" if table else f"{name}: which table?"
            raise Mistake(what, f"write sqlite:///…#TABLE; {nearest.hint(table, known)}")
        schema = _schema(base, table)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        with pq.ParquetWriter(fresh, schema) as writer:
            for batch in _batches(base, table, schema):
                writer.write_batch(batch)
        fresh.replace(target)
    except sqlite3.DatabaseError as error:
        raise Mistake(f"{name} is no readable SQLite database: {error}") from error


def _schema(base: sqlite3.Connection, table: str) -> pa.Schema:
    declared = base.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
    return pa.schema([(name, _kind(base, table, name, kind)) for name, kind in declared])


def _kind(base: sqlite3.Connection, table: str, name: str, declared: str) -> pa.DataType:
    query = f"SELECT typeof({_quoted(name)}), count(*) FROM {_quoted(table)} GROUP BY 1"  # noqa: S608
    found = {kind: rows for kind, rows in base.execute(query) if kind != "null"}
    if set(found) <= {"integer"} and declared.upper().startswith("BOOL"):
        return pa.bool_()
    if not found:
        return next((kind for part, kind in _AFFINITIES if part in declared.upper()), pa.float64())
    if frozenset(found) not in _KINDS:
        parts = " and ".join(f"{rows:,} of type {kind}" for kind, rows in sorted(found.items()))
        raise Mistake(
            f"{table}.{name} holds {parts}", "make them one type, or read a view that does"
        )
    return _KINDS[frozenset(found)]


def _batches(base: sqlite3.Connection, table: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    rows = base.execute(f"SELECT {', '.join(map(_quoted, schema.names))} FROM {_quoted(table)}")  # noqa: S608
    while some := rows.fetchmany(_BATCH):
        values = zip(*some, strict=True)
        arrays = [
            pa.array(_given(one, kind), kind)
            for one, kind in zip(values, schema.types, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def _given(values: tuple[object, ...], kind: pa.DataType) -> list[object] | tuple[object, ...]:
    """Values as Arrow takes them: SQLite keeps a boolean as an integer."""
    if pa.types.is_boolean(kind):
        return [None if value is None else bool(value) for value in values]
    return values


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
