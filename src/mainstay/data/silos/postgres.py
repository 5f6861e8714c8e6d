"""PostgreSQL as a server of tables; a connection to it says no password in any error."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from types import MappingProxyType
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as written
from ibis.backends import BaseBackend

from mainstay.core.addresses import shown
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.core.typed import NUMBER, TEXT
from mainstay.data.silos import servers
from mainstay.data.silos.access import Access, access, refuse_clear
from mainstay.data.silos.found import Place, Resident, Rows

_SECONDS = 10  # for a server to answer at all
_BATCH = 50_000
_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_CATALOGUE = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %s AND relname = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_STATE = """
SELECT count(*), sum(('x' || left(md5(one::text), 15))::bit(60)::bigint::numeric) FROM {} AS one
"""
_KINDS = (
    (r"smallint|integer|bigint", pa.int64()),
    (r"real|double precision|numeric", pa.float64()),
    (r"boolean", pa.bool_()),
    (r"text|uuid|jsonb?|name|(character|character varying|varchar|char)(\(\d+\))?", pa.string()),
    (r"date", pa.date32()),
    (r"timestamp(\(\d\))? without time zone", pa.timestamp("us")),
    (r"timestamp(\(\d\))? with time zone", pa.timestamp("us", "UTC")),
)
_PLAIN = written.WriteOptions(include_header=False)  # an empty text is quoted, a null is not
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


def found(address: str, place: Place) -> Rows:
    """`postgres://USER@HOST:PORT/DATABASE#SCHEMA.TABLE`. Raises Mistake, Unavailable,

    MissingExtra.
    """
    url, _, name = address.partition("#")
    stated = access(address)
    connection = connected(url, stated.hidden, speaking(url, stated))
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute(_MOMENT)
    return servers.found(Postgres(connection), address, name, place)


def stands(url: str, address: str) -> bool:
    """Whether the table of an address is in the database of a URL. Raises MissingExtra, Mistake."""
    return _database(url) == _database(address.partition("#")[0])


def resident(engine: BaseBackend, address: str) -> Resident:
    """The table of an address in the database of the engine, with the values that `found` gives.

    Raises Mistake.
    """
    server, name = Postgres(engine.con), address.partition("#")[2]
    there = servers.declared(server, address, name)
    table = engine.table(there.table, database=there.schema)
    columns = {one.name: _as_found(table[one.name], one.type) for one in there.shape}
    whole = there.whole(server)
    return Resident(table.select(**columns), lambda: servers.state(server, whole, tuple(columns)))


def _as_found(value: ir.Value, kind: Any) -> ir.Value:
    """What comes as text is text; single precision is what is written of it."""
    if pa.types.is_string(kind) and not value.type().is_string():
        return value.cast(TEXT)
    return value.cast(TEXT).cast(NUMBER) if value.type().is_float32() else value


def _database(url: str) -> tuple[object, ...]:
    said = _stated(url)
    names = said.get("dbname") or said.get("user")
    return str(said.get("host", "")).lower(), str(said.get("port") or 5432), names


def speaking(url: str, stated: Access) -> dict[str, str]:
    """Under TLS as the operator says; where nothing is said, as the library does it."""
    if stated.tls is False:
        refuse_clear(url, stated, "leave tls = false out of sources.toml")
        return {"sslmode": "disable"}
    if not (stated.tls or stated.ca):
        return {}
    own = {"sslcert": stated.certificate, "sslkey": stated.key or stated.certificate}
    vouched = {"sslmode": "verify-full", "sslrootcert": stated.ca or "system"}
    return vouched | (own if stated.certificate else {})


def connected(url: str, password: str = "", how: Mapping[str, str] = MappingProxyType({})) -> Any:
    """A connection in autocommit; how: what else the library is told.

    Raises Mistake for no URL of one, Unavailable, MissingExtra.
    """
    psycopg, stated = _driver(), _stated(url)
    if password:
        stated["password"] = password
    try:
        return psycopg.connect(**{"connect_timeout": _SECONDS, **stated, **how}, autocommit=True)
    except psycopg.OperationalError as error:
        text, secret = str(error).splitlines()[0], stated.get("password")
        why = text.replace(secret, "…") if secret else text
        raise Unavailable(f"{shown(url)} does not answer: {why}") from None


def lines(batch: pa.RecordBatch) -> bytes:
    """Rows as COPY takes them, FORMAT csv."""
    target = pa.BufferOutputStream()
    written.write_csv(batch, target, _PLAIN)
    found: bytes = target.getvalue().to_pybytes()
    return found


def _driver() -> Any:
    try:
        import psycopg  # noqa: PLC0415 - an optional engine
    except ImportError as error:
        raise MissingExtra("postgres") from error
    return psycopg


def _stated(url: str) -> dict[str, Any]:
    """What a URL says, by the words of PostgreSQL. Raises Mistake, MissingExtra."""
    psycopg = _driver()
    try:
        found: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # what it says holds the password
        hint = "postgres://USER@HOST:PORT/DATABASE"
        raise Mistake("this is no URL of a PostgreSQL", f"known: {hint}") from None
    return found


class Postgres:
    """A connection of psycopg, at one moment."""

    home = "public"

    def __init__(self, connection: Any) -> None:
        from psycopg.types.string import TextLoader  # noqa: PLC0415 - an optional engine

        for kind in ("json", "jsonb"):
            connection.adapters.register_loader(kind, TextLoader)
        self._connection = connection
        self.close = connection.close

    def kind(self, declared: str) -> Any:
        """See servers.Server."""
        return servers.kind(declared, _NUMERIC, _KINDS)

    def quoted(self, name: str) -> str:
        """See servers.Server; a percent sign would begin a parameter."""
        inner = name.replace('"', '""').replace("%", "%%")
        return f'"{inner}"'

    def catalogue(self) -> str:
        """See servers.Server."""
        return _CATALOGUE

    def state(self, table: str, columns: tuple[str, ...]) -> str:  # noqa: ARG002 - whole rows
        """See servers.Server."""
        return _STATE.format(table)

    def rows(self, sql: str, values: tuple[object, ...]) -> Iterator[list[tuple[Any, ...]]]:
        """See servers.Server; by a cursor of the server, so that it never sends all at once."""
        with closing(self._connection.cursor(name="mainstay")) as cursor:
            cursor.execute(sql, values)
            while some := cursor.fetchmany(_BATCH):
                yield some
