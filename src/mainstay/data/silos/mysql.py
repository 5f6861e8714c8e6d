"""MySQL and MariaDB as servers of tables."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data.silos import servers
from mainstay.data.silos.access import Access, access, is_here, refuse_clear, secured
from mainstay.data.silos.found import Place, Rows, said

_SECONDS = 10  # for a server to answer at all
_BATCH = 50_000
_BEGIN = ("SET time_zone = '+00:00'", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
_CATALOGUE = """
SELECT column_name, column_type FROM information_schema.columns
WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position
"""
_STATE = """
SELECT count(*), sum(cast(conv(left(md5(concat_ws(',', {})), 15), 16, 10) AS decimal(30))) FROM {}
"""
_KINDS = (
    (r"tinyint\(1\)", pa.bool_()),
    (r"bigint(\(\d+\))? unsigned.*", pa.uint64()),
    (r"(tiny|small|medium|big)?int(\(\d+\))?( .*)?|year(\(4\))?", pa.int64()),
    (r"(float|double)(\(.*\))?( .*)?", pa.float64()),
    (r"(var)?char\(.*|(tiny|medium|long)?text|enum\(.*|set\(.*|json|uuid", pa.string()),
    (r"date", pa.date32()),
    (r"datetime(\(\d\))?", pa.timestamp("us")),
    (r"timestamp(\(\d\))?", pa.timestamp("us", "UTC")),
)
_NUMERIC = re.compile(r"decimal\((\d+),(\d+)\).*")
_VOUCHED = "ca in sources.toml names who vouches for the server: docs/reference/sources.md"
_FORM = "mysql://USER@HOST:PORT/DATABASE#TABLE"


def found(address: str, place: Place) -> Rows:
    """`mysql://USER@HOST:PORT/DATABASE#TABLE`, mariadb:// likewise. Raises Mistake, Unavailable,

    MissingExtra.
    """
    url, _, name = address.partition("#")
    connection, database = _connected(address, url)
    with connection.cursor() as cursor:
        for one in _BEGIN:
            cursor.execute(one)
    return servers.found(MySql(connection, database), address, name, place)


def _connected(address: str, url: str) -> tuple[Any, str]:
    try:
        import pymysql  # noqa: PLC0415 - an optional reader
    except ImportError as error:
        raise MissingExtra("mysql") from error
    parts, stated = urlsplit(url), access(address)
    database = parts.path.strip("/")
    if not parts.hostname or not database:
        raise Mistake(f"{address} names no server and database", f"write {_FORM}")
    try:
        opened = pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=unquote(parts.username or "") or stated.user or None,
            password=stated.hidden,
            database=database,
            connect_timeout=_SECONDS,
            charset="utf8mb4",
            **_speaking(url, stated),
        )
    except pymysql.MySQLError as error:
        hint = _VOUCHED if "SSL" in str(error) or "TLS" in str(error) else ""
        raise Unavailable(f"{address} does not answer: {said(error, stated)}", hint) from None
    return opened, database


def _speaking(url: str, stated: Access) -> dict[str, Any]:
    """Under TLS wherever the server is elsewhere, unless the operator says otherwise.

    On this machine as the server likes it. Raises Refused where a password would go in clear.
    """
    if stated.tls is False:
        refuse_clear(url, stated, "leave tls = false out of sources.toml")
        return {"ssl_disabled": True}
    return {"ssl": secured(stated)} if stated.tls or stated.ca or not is_here(url) else {}


class MySql:
    """A connection of PyMySQL, at one moment."""

    def __init__(self, connection: Any, database: str) -> None:
        self._connection, self.home = connection, database
        self.close = connection.close

    def kind(self, declared: str) -> Any:
        """See servers.Server."""
        return servers.kind(declared, _NUMERIC, _KINDS)

    def quoted(self, name: str) -> str:
        """See servers.Server; a percent sign would begin a parameter."""
        inner = name.replace("`", "``").replace("%", "%%")
        return f"`{inner}`"

    def catalogue(self) -> str:
        """See servers.Server."""
        return _CATALOGUE

    def state(self, table: str, columns: tuple[str, ...]) -> str:
        """See servers.Server."""
        return _STATE.format(", ".join(f"quote({self.quoted(name)})" for name in columns), table)

    def rows(self, sql: str, values: tuple[object, ...]) -> Iterator[list[tuple[Any, ...]]]:
        """See servers.Server; unbuffered, so that all rows are never in memory."""
        from pymysql.cursors import SSCursor  # noqa: PLC0415 - an optional reader

        with closing(self._connection.cursor(SSCursor)) as cursor:
            cursor.execute(sql, values)
            while some := cursor.fetchmany(_BATCH):
                yield list(some)
