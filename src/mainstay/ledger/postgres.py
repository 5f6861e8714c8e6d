"""The one module that knows PostgreSQL: the same acts as on SQLite, of a server asked by URL.

Writers are alone by an advisory lock that ends with their transaction, so that each sees all that
was written before, as on SQLite. A ledger is a schema of its own.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mainstay.core.errors import Broken, Conflict, MainstayError, MissingExtra, Mistake, Unavailable
from mainstay.ledger import database, schema
from mainstay.ledger.database import Value
from mainstay.ledger.resting import Resting

LOCK = 4_700_125
"""Of who writes, beside the hash of the schema: ledgers do not wait for each other."""
SETTINGS = (
    "SET synchronous_commit = 'on'", "SET lock_timeout = '60s'", "SET client_encoding = 'UTF8'",
    "SET idle_in_transaction_session_timeout = '120s'",
)  # fmt: skip
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FORM = "CREATE TABLE form (version BIGINT NOT NULL)"
GUARDS = (
    """
CREATE FUNCTION event_never_changes() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'an event is never changed or deleted'; END$$""",
    """
CREATE FUNCTION event_comes_last() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN
        RAISE EXCEPTION 'an event is appended, never put in between';
    END IF;
    RETURN NEW;
END$$""",
    """
CREATE TRIGGER event_never_changes BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_never_changes()""",
    """
CREATE TRIGGER event_never_goes BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_never_changes()""",
    """
CREATE TRIGGER event_comes_last BEFORE INSERT ON event
FOR EACH ROW EXECUTE FUNCTION event_comes_last()""",
)
OBJECTS = """
SELECT 'table ' || table_name || ', column ' || column_name,
    concat_ws(' ', data_type, collation_name, is_nullable)
FROM information_schema.columns WHERE table_schema = $1::text
UNION ALL SELECT 'index ' || indexname, replace(indexdef, $1::text || '.', '')
FROM pg_indexes WHERE schemaname = $1::text
UNION ALL SELECT 'constraint ' || conname || ' of ' || relname,
    replace(pg_get_constraintdef(k.oid), $1::text || '.', '')
FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = connamespace
WHERE nspname = $1::text
UNION ALL SELECT 'trigger ' || tgname,
    replace(pg_get_triggerdef(t.oid), $1::text || '.', '') || tgenabled::text || prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid
    JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = $1::text AND NOT tgisinternal"""
"""Everything that somebody made in a schema, and how."""


EACH = 500
"""Rows that are brought by one statement."""
RESTING = Resting(lambda connection: connection.close())


class Session:
    """A connection, and how deep in transactions it is. name: of the schema."""

    def __init__(self, connection: Any, name: str, url: str) -> None:
        self.connection, self.name, self.url = connection, name, url
        self.depth = 0

    @property
    def in_transaction(self) -> bool:
        return self.depth > 0

    def close(self) -> None:
        """Give it back, for who comes next; what was not committed is undone."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        if self.in_transaction:
            connection.close()
        else:
            RESTING.given(self.url, connection)


def opened(url: str) -> Session:
    """A session on the ledger of a URL, made with all its tables where there is none yet.

    Raises Mistake for another URL, MissingExtra without the driver, Unavailable where nothing
    answers. No error says the password.
    """
    name, arguments = _asked(url)
    rested = _rested(url, name)
    if rested:
        return rested
    with told():
        connection = _driver().native.Connection(**arguments)
        try:
            session = Session(connection, name, url)
            _prepare(session)
        except BaseException:
            connection.close()
            raise
    return session


def _rested(url: str, name: str) -> Session | None:
    """One that was given back, still answers, and holds the form that is read here."""
    while (connection := RESTING.taken(url)) is not None:
        session = Session(connection, name, url)
        with suppress(MainstayError):
            if _form(session) == schema.VERSION:
                return session
        with suppress(_driver().exceptions.Error, OSError):
            connection.close()
    return None


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """All or nothing, durable at the end, alone among writers; inside another one, a part of it."""
    whole = not session.in_transaction
    with told():
        _run(session, "BEGIN" if whole else "SAVEPOINT part")
        session.depth += 1
    try:
        if whole:
            rows(session, f"SELECT pg_advisory_xact_lock({LOCK}, hashtext(?))", (session.name,))
        yield
        with told():
            _run(session, "COMMIT" if whole else "RELEASE part")
    except BaseException:
        _undone(session, whole=whole)
        raise
    finally:
        session.depth -= 1


@contextmanager
def snapshot(session: Session) -> Iterator[None]:
    """Reads inside see one moment, whatever others write meanwhile."""
    with told():
        _run(session, "BEGIN ISOLATION LEVEL REPEATABLE READ")
    session.depth += 1
    try:
        yield
    finally:
        session.depth -= 1
        _undone(session, whole=True)


def rows(session: Session, query: str, values: tuple[Value, ...] = ()) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with told():
        found = session.connection.execute_unnamed(_numbered(query), vals=values)
        return [tuple(row) for row in found.rows or ()]


def change(session: Session, statement: str, values: tuple[Value, ...]) -> int:
    """Carry out a statement; the number of rows changed."""
    with told():
        found = session.connection.execute_unnamed(_numbered(statement), vals=values)
        return int(found.row_count)


def copy(session: Session, target: Path) -> None:
    """One consistent file of SQLite: a copy can be read where no server is."""
    made = database.opened(target)
    try:
        with snapshot(session), database.transaction(made):
            for table in schema.TABLES:
                listed = ", ".join(_columns(table))
                for row in rows(session, f"SELECT {listed} FROM {table} ORDER BY {listed}"):  # noqa: S608 - our own names
                    database.change(made, _insert(table), row)
    finally:
        made.close()


def refuse_filled(url: str) -> None:
    """Raises Conflict where the schema holds a ledger."""
    session = opened(url)
    try:
        if rows(session, "SELECT 1 FROM event LIMIT 1"):
            raise Conflict("the database holds a ledger already", hint="choose another schema")
    finally:
        session.close()


def filled(url: str, source: Path) -> None:
    """Bring a copy of a ledger into a schema that holds none."""
    session, made = opened(url), database.opened(source)
    try:
        with transaction(session):
            for table in schema.TABLES:
                listed = ", ".join(_columns(table))
                found = database.rows(made, f"SELECT {listed} FROM {table} ORDER BY {listed}")  # noqa: S608 - our own names
                for at in range(0, len(found), EACH):
                    some = found[at : at + EACH]
                    change(session, _insert(table, len(some)), tuple(chain.from_iterable(some)))
    finally:
        session.close()
        made.close()


def damages(session: Session) -> list[str]:
    """What its tables, indexes and triggers lack or add; disks are the server's own matter."""
    found = dict(rows(session, OBJECTS, (session.name,)))
    return database.differences(found, _expected(session))


@contextmanager
def told() -> Iterator[None]:
    """Errors of the server as ours."""
    driver = _driver()
    try:
        yield
    except driver.exceptions.DatabaseError as error:
        raise _known(error.args[0] if error.args else {}) from error
    except (driver.exceptions.InterfaceError, OSError) as error:
        raise Unavailable(
            f"the ledger's server does not answer: {type(error).__name__}",
            hint="MAINSTAY_LEDGER says where it is",
        ) from error


def _prepare(session: Session) -> None:
    for statement in SETTINGS:
        _run(session, statement)
    with transaction(session):
        _run(session, f'CREATE SCHEMA IF NOT EXISTS "{session.name}"')
        _run(session, f'SET search_path TO "{session.name}"')
        if not rows(session, "SELECT 1 FROM pg_tables WHERE schemaname = ? AND tablename = 'form'",
                    (session.name,)):  # fmt: skip
            _create(session)
        found = form = _form(session)
        while found in schema.LATER:
            for statement in schema.LATER[found]:
                _run(session, _typed(statement))
            found += 1
        if found != schema.VERSION:
            raise Conflict(
                f"the ledger has form {found}, this version reads {schema.VERSION}",
                hint="use the version of Mainstay that wrote it",
            )
        if found != form:
            change(session, "UPDATE form SET version = ?", (found,))


def _form(session: Session) -> int:
    return int(rows(session, "SELECT version FROM form")[0][0])


def _create(session: Session) -> None:
    for statement in (*map(_typed, schema.CREATE), *GUARDS, FORM):
        _run(session, statement)
    change(session, "INSERT INTO form (version) VALUES (?)", (schema.VERSION,))


def _expected(session: Session) -> dict[str, str]:
    """As a new ledger would be: made in a schema that is never committed."""
    name = f"{session.name}_expected"
    with told():
        _run(session, "SAVEPOINT expected" if session.in_transaction else "BEGIN")
    try:
        _run(session, f'CREATE SCHEMA "{name}"')
        _run(session, f'SET LOCAL search_path TO "{name}"')
        _create(session)
        return dict(rows(session, OBJECTS, (name,)))
    finally:
        _run(session, "ROLLBACK TO expected" if session.in_transaction else "ROLLBACK")


def _undone(session: Session, *, whole: bool) -> None:
    driver = _driver()
    try:
        for statement in ("ROLLBACK",) if whole else ("ROLLBACK TO part", "RELEASE part"):
            _run(session, statement)
    except (driver.exceptions.Error, OSError):
        return  # the server is gone, and with it what was not committed


def _run(session: Session, statement: str) -> None:
    session.connection.execute_simple(statement)


@lru_cache(maxsize=500)
def _numbered(query: str) -> str:
    """Question marks as PostgreSQL counts them; none stands in a text of ours."""
    first, *more = query.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(more, 1))


def _typed(statement: str) -> str:
    """Whole numbers of 64 bits, and texts in the order of their bytes, as SQLite has them."""
    return statement.replace("INTEGER", "BIGINT").replace(" TEXT", ' TEXT COLLATE "C"')


def _columns(table: str) -> tuple[str, ...]:
    memory = database.in_memory(schema.CREATE)
    try:
        return tuple(row[1] for row in memory.execute(f"PRAGMA table_info({table})"))
    finally:
        memory.close()


def _insert(table: str, count: int = 1) -> str:
    """Of so many rows."""
    columns = _columns(table)
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)}"  # noqa: S608 - our own names


def _asked(url: str) -> tuple[str, dict[str, Any]]:
    """The schema, and what the driver is to be told. Raises Mistake."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    name = asked.pop("schema", "mainstay")
    plain = asked.pop("sslmode", "") == "disable"
    wrong = parts.scheme not in ("postgresql", "postgres") or not parts.hostname or asked
    if wrong or not name.replace("_", "").isalnum() or not name.islower():
        raise Mistake(
            "MAINSTAY_LEDGER is no address of a PostgreSQL that can be used",
            hint="postgresql://USER:PASSWORD@HOST:5432/DATABASE?schema=mainstay",
        )
    context = None if plain or parts.hostname in LOOPBACK else ssl.create_default_context()
    return name, {
        "user": unquote(parts.username or ""), "password": unquote(parts.password or "") or None,
        "host": parts.hostname, "port": parts.port or 5432, "timeout": 30,
        "database": unquote(parts.path.strip("/")) or None, "ssl_context": context,
    }  # fmt: skip


def _known(said: Any) -> MainstayError:
    code = said.get("C", "") if isinstance(said, dict) else ""
    what = said.get("M", "") if isinstance(said, dict) else str(said)
    if code[:2] == "23" or code == "P0001":
        return Conflict(f"the ledger does not allow it: {what}", hint="mainstay status")
    if code in ("40001", "40P01", "55P03"):
        return Unavailable("the ledger is held by another process", hint="try again")
    if code[:2] in ("22", "42"):
        return Broken(f"the ledger is damaged: {what}", hint="mainstay restore, from a backup")
    return Unavailable(f"the ledger cannot be used: {what}", hint="look at the server")


def _driver() -> ModuleType:
    try:
        import_module("pg8000.native")
        return import_module("pg8000")
    except ImportError as error:
        raise MissingExtra("postgres") from error
