"""PostgreSQL as a server of tables; a connection to it says no password in any error."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from mainstay.core.addresses import shown
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data.silos import servers
from mainstay.data.silos.access import Access, access, refuse_clear
from mainstay.data.silos.found import Place, Rows

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
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


def found(address: str, place: Place) -> Rows:
    """`postgres://USER@HOST:PORT/DATABASE#SCHEMA.TABLE`. Raises Mistake, Unavailable,

    MissingExtra.
    """
    url, _, name = address.partition("#")
    stated = access(address)
    connection = connected(url, stated.hidden, _speaking(url, stated))
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute(_MOMENT)
    return servers.found(Postgres(connection), address, name, place)


def _speaking(url: str, stated: Access) -> dict[str, str]:
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
    try:
        import psycopg  # noqa: PLC0415 - an optional engine
    except ImportError as error:
        raise MissingExtra("postgres") from error
    try:
        stated: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # what it says holds the password
        hint = "postgres://USER@HOST:PORT/DATABASE"
        raise Mistake("this is no URL of a PostgreSQL", f"known: {hint}") from None
    if password:
        stated["password"] = password
    try:
        return psycopg.connect(**{"connect_timeout": _SECONDS, **stated, **how}, autocommit=True)
    except psycopg.OperationalError as error:
        text, secret = str(error).splitlines()[0], stated.get("password")
        why = text.replace(secret, "…") if secret else text
        raise Unavailable(f"{shown(url)} does not answer: {why}") from None


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
