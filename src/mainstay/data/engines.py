"""Engines that people have already, by their URL: Spark and PostgreSQL behind Ibis, in UTC.

A password is part of no error and no address that is shown; PGPASSWORD and ~/.pgpass are better
places for it than a URL.
"""

import weakref
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from mainstay.core import engines
from mainstay.core.addresses import shown
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data import engine, schema
from mainstay.data.silos.access import access

_LOCAL = "local[2]"  # as many threads as DuckDB gets: training and serving share the machine
_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ"
_SPARK = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what cannot be computed is an error, no null
    "spark.sql.caseSensitive": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_ALONE = {  # on this machine: nothing listens to others, and work is cut into few pieces
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}


def connect(url: str, folder: Path | None = None) -> BaseBackend:
    """The engine at a URL; folder: where one on this machine keeps what exceeds memory.

    What opens it stands in sources.toml, as for sources. Raises Mistake for no such URL,
    MissingExtra, Unavailable where nothing answers.
    """
    if not engines.known(url):
        raise Mistake(f"there is no engine {shown(url)}", engines.KNOWN)
    kind = url.partition("://")[0]
    match kind:
        case "spark":
            return _spark(_LOCAL if url == kind else url, folder)
        case "sc":
            return _connect(url)
        case "postgres" | "postgresql":
            return _postgres(url)
        case _:
            return engine.connect(folder)


def at_one_moment(backend: BaseBackend) -> BaseBackend:
    """The engine, which tells from now on how all its tables are now; only PostgreSQL can."""
    if backend.name == schema.POSTGRES:
        backend.con.execute(_MOMENT)
    return backend


def _spark(master: str, folder: Path | None) -> BaseBackend:
    builder, failure = _builder()
    stated = _SPARK | (_ALONE if master == _LOCAL else {})
    if folder:
        stated |= {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder)}
    try:
        session = builder.master(master).config(map=stated).getOrCreate()
    except failure as error:
        raise Unavailable("Spark does not start", "it needs Java 17 on PATH") from error
    session.sparkContext.setLogLevel("ERROR")
    return _in_arrow(session)


def _connect(url: str) -> BaseBackend:
    """Spark behind Spark Connect: what its server is set to otherwise is set for this session."""
    builder, failure = _builder()
    token = access(url).bearer
    whole = f"{url.rstrip('/')}/;token={token}" if token else url
    try:
        session = builder.remote(whole).getOrCreate()
        for name, value in _SPARK.items():
            if name.startswith("spark.sql."):
                session.conf.set(name, value)
    except ImportError as error:
        raise MissingExtra("spark") from error
    except failure as error:
        said = str(error).splitlines()[0].replace(token, "…") if token else str(error)
        raise Unavailable(f"{shown(url)} does not answer: {said.splitlines()[0]}") from None
    return _in_arrow(session)


def _builder() -> tuple[Any, type[Exception]]:
    """What sessions of Spark are built by, and what it raises."""
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - an optional engine
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional engine
    except ImportError as error:
        raise MissingExtra("spark") from error
    return SparkSession.builder, PySparkException


def _in_arrow(session: Any) -> BaseBackend:
    """Spark behind Ibis, which takes results through pandas: a null there makes doubles of whole
    numbers, and beyond 2^53 they are others.
    """
    from ibis.backends.pyspark import Backend  # noqa: PLC0415 - an optional engine

    class Exact(Backend):  # type: ignore[misc]  # Ibis comes without types
        def to_pyarrow(self, expr: ir.Expr, /, **how: Any) -> pa.Table:
            self._run_pre_execute_hooks(expr)
            table = expr.as_table()
            found = self._session.sql(self.compile(table, **how)).toArrow()
            found = found.select(
                list(table.columns)
            )  # a number of rows stays where some are left out
            return expr.__pyarrow_result__(found.cast(table.schema().to_pyarrow()))

        def to_parquet(self, expr: ir.Table, /, path: Path, **how: Any) -> None:
            """One file, as of every other engine; Spark itself writes a folder."""
            BaseBackend.to_parquet(self, expr, path, **how)

        def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
            """Ibis forgets to bring rows in memory along."""
            self._run_pre_execute_hooks(expr)
            return super()._create_cached_table(name, expr)

    Exact.register_options()
    made: BaseBackend = Exact()
    made.do_connect(session)
    return made


def _postgres(url: str) -> BaseBackend:
    from mainstay.data.silos import postgres  # noqa: PLC0415 - an optional engine

    stated = access(url)
    connection = postgres.connected(url, stated.hidden, postgres.speaking(url, stated))
    made: BaseBackend = ibis.postgres.from_connection(connection)
    weakref.finalize(made, connection.close)
    return made
