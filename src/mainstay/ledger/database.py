"""The one module that knows SQLite: files, pragmas, triggers, locks, copies, error codes."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from mainstay.core import clock, durable
from mainstay.core.errors import Broken, Conflict, MainstayError, Unavailable
from mainstay.ledger import schema

PRAGMAS = ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON")
PATIENCE = 60.0
"""Seconds to wait for other writers before Unavailable."""

TRIGGERS = (
    """
CREATE TRIGGER event_never_changes BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END""",
    """
CREATE TRIGGER event_never_goes BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END""",
    """
CREATE TRIGGER event_comes_last BEFORE INSERT ON event
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'an event is appended, never put in between'); END""",
)
"""The third also stops INSERT OR REPLACE, which fires no trigger for the row it deletes; for that
seq must stay the only column of the table that is unique."""

WHOLE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
PART = ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))

Value = str | int | float
Result = TypeVar("Result")


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the ledger file, made with all its tables where there is none yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with told():
            return _prepared(path)
    except MainstayError as error:
        raise type(error)(f"{path}: {error}", error.hint) from error


def in_memory(statements: tuple[str, ...]) -> sqlite3.Connection:
    """A database of these tables that is gone when it is closed."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, durable at the end, alone among writers; inside another one, a part of it."""
    begin, commit, rollback = PART if connection.in_transaction else WHOLE
    with told():
        patiently(lambda: connection.execute(begin))
    try:
        yield
        with told():
            connection.execute(commit)
    except BaseException:
        if connection.in_transaction:
            for statement in rollback:
                connection.execute(statement)
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Reads inside see one moment, whatever others write meanwhile."""
    with told():
        patiently(lambda: connection.execute("BEGIN"))
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def rows(
    connection: sqlite3.Connection, query: str, values: tuple[Value, ...] = ()
) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with told():
        return patiently(lambda: connection.execute(query, values).fetchall())


def change(connection: sqlite3.Connection, statement: str, values: tuple[Value, ...]) -> int:
    """Carry out a statement; the number of rows changed."""
    with told():
        return connection.execute(statement, values).rowcount


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """One consistent, compact file, also while others write (a stepwise copy would never end)."""
    with told():
        patiently(lambda: connection.execute("VACUUM INTO ?", (str(target),)))


def damages(connection: sqlite3.Connection) -> list[str]:
    """What is physically wrong with the file, and what its tables and triggers lack or add."""
    found = [text for (text,) in rows(connection, "PRAGMA integrity_check") if text != "ok"]
    return found + differences(_objects(connection), _expected())


def patiently(act: Callable[[], Result]) -> Result:
    """Try until no other process is in the way, at most PATIENCE seconds.

    Pauses of 0.6 ms: with SQLite's own, up to 100 ms, the slowest of 8 writers waits 2 to 5 times
    as long (bench.ledger).
    """
    started = clock.stopwatch()
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            waited = clock.stopwatch() - started
            if _code(error) != sqlite3.SQLITE_BUSY or waited > PATIENCE:
                raise
            time.sleep(0.0006 if waited < 1 else 0.005)


@contextmanager
def told() -> Iterator[None]:
    """Errors of the database as ours; Python's own complaints about misuse pass."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise _damaged(error) from error
    except sqlite3.Error as error:
        known = _known(error)
        if known is None:
            raise
        raise known from error


def _prepared(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        patiently(lambda: _prepare(connection))
        durable.sync(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise Unavailable("it cannot be locked safely there", hint="keep it on a local disk")
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if _version(connection) == 0:
        _create(connection)
    while _version(connection) in schema.LATER:
        _brought_forward(connection)
    if _version(connection) != schema.VERSION:
        raise Conflict(
            f"it has form {_version(connection)}, this version reads {schema.VERSION}",
            hint="use the version of Mainstay that wrote it",
        )


def _create(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        if _version(connection) == 0:
            for statement in (*schema.CREATE, *TRIGGERS):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {schema.VERSION}")


def _brought_forward(connection: sqlite3.Connection) -> None:
    """One form further, whole or not at all; another process may have been faster."""
    with transaction(connection):
        form = _version(connection)
        for statement in schema.LATER.get(form, ()):
            connection.execute(statement)
        if form in schema.LATER:
            connection.execute(f"PRAGMA user_version = {form + 1}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _objects(connection: sqlite3.Connection) -> dict[str, str]:
    """Name -> statement of every table, index and trigger that somebody made."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    found = rows(connection, query)
    return {f"{kind} {name}": " ".join(str(sql).split()) for kind, name, sql in found}


def _expected() -> dict[str, str]:
    connection = in_memory((*schema.CREATE, *TRIGGERS))
    try:
        return _objects(connection)
    finally:
        connection.close()


def differences(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """What somebody took away, added or changed, by name."""
    gone = [f"the {name} is missing" for name in wanted.keys() - found.keys()]
    new = [f"the {name} does not belong here" for name in found.keys() - wanted.keys()]
    both = found.keys() & wanted.keys()
    changed = [f"the {name} was changed" for name in both if found[name] != wanted[name]]
    return sorted(gone + new + changed)


def _known(error: sqlite3.Error) -> MainstayError | None:
    match _code(error):
        case None:
            is_text = isinstance(error, sqlite3.OperationalError)  # that is not UTF-8
            return _damaged(error) if is_text else None
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Unavailable("the ledger is held by another process", hint="try again")
        case sqlite3.SQLITE_CONSTRAINT:
            return Conflict(f"the ledger does not allow it: {error}", hint="mainstay status")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            return _damaged(error)
        case _:
            return Unavailable(
                f"the ledger cannot be used: {error}", hint="look at disk and rights"
            )


def _damaged(error: Exception) -> Broken:
    return Broken(f"the ledger is damaged: {error}", hint="mainstay restore, from a backup")


def _code(error: sqlite3.Error) -> int | None:
    """The primary code of SQLite; None where Python itself complains."""
    extended = getattr(error, "sqlite_errorcode", None)
    return None if extended is None else extended & 0xFF
