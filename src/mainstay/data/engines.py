"""Engines that people have already, by their URL: Spark and PostgreSQL behind Ibis, in UTC.

A password is part of no error and no address that is shown; PGPASSWORD and ~/.pgpass are better
places for it than a URL.
"""

import socket
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
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
_PORTS = {"spark": 7077, "sc": 15002}
_PATIENCE = 5.0  # seconds until a machine that says nothing is taken to be gone
_ROWS = 100_000  # of a batch that comes from Spark: a group of rows where it becomes a file
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
            return _spark(url, folder)
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


def _spark(url: str, folder: Path | None) -> BaseBackend:
    builder, failure = _builder()
    alone = url == "spark"
    stated = _SPARK | (_ALONE if alone else {})
    if folder:
        stated |= {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder)}
    if not alone:
        _refuse_silent(url)
    try:
        session = builder.master(_LOCAL if alone else url).config(map=stated).getOrCreate()
    except failure as error:
        raise Unavailable("Spark does not start", "it needs Java 17 on PATH") from error
    session.sparkContext.setLogLevel("ERROR")
    return _in_arrow(session)


def _connect(url: str) -> BaseBackend:
    """Spark behind Spark Connect: what its server is set to otherwise is set for this session."""
    builder, failure = _builder()
    token = access(url).bearer
    whole = f"{url.rstrip('/')}/;token={token}" if token else url
    _refuse_silent(url)
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


def _refuse_silent(url: str) -> None:
    """Raises Unavailable where nobody listens at its places: Spark itself asks for minutes."""
    kind, _, rest = url.partition("://")
    places = rest.partition("/")[0].partition(";")[0].split(",")
    said = [_silence(place, _PORTS[kind]) for place in places]
    if all(said):
        hint = "is it started, and are its host and port right?"
        raise Unavailable(f"{shown(url)} does not answer: {said[0]}", hint)


def _silence(place: str, port: int) -> str:
    """Why nobody answers at HOST:PORT, "" where somebody does."""
    try:
        there = urlsplit(f"//{place}")
        with socket.create_connection((there.hostname or "", there.port or port), _PATIENCE):
            return ""
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


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

        def to_pyarrow_batches(
            self, expr: ir.Expr, /, *, chunk_size: int = _ROWS, **how: Any
        ) -> pa.RecordBatchReader:
            """Of about so many rows, as they come: what Ibis gives was fetched whole before."""
            self._run_pre_execute_hooks(expr)
            table = expr.as_table()
            kinds = table.schema().to_pyarrow()
            came = _streamed(self._session.sql(self.compile(table, **how)))
            found = _gathered((one.select(kinds.names).cast(kinds) for one in came), chunk_size)
            return pa.RecordBatchReader.from_batches(kinds, found)

        def to_parquet(
            self, expr: ir.Table, /, path: Path, *, params: Any = None, **how: Any
        ) -> None:
            """One file, as of every other engine; Spark itself writes a folder."""
            with (
                self.to_pyarrow_batches(expr, params=params) as batches,
                pq.ParquetWriter(path, batches.schema, **how) as file,
            ):
                for batch in batches:
                    file.write_batch(batch)

        def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
            """Ibis forgets to bring rows in memory along."""
            self._run_pre_execute_hooks(expr)
            return super()._create_cached_table(name, expr)

    Exact.register_options()
    made: BaseBackend = Exact()
    made.do_connect(session)
    return made


def _streamed(frame: Any) -> Iterator[pa.RecordBatch]:
    """The rows of a DataFrame in their order, of which Spark holds a part or two at a time."""
    session = frame.sparkSession
    if not hasattr(frame, "_jdf"):  # Spark Connect
        plan = frame._plan  # noqa: SLF001 - Spark has no other way
        asked = plan.to_proto(session.client)
        for some in session.client.to_table_as_iterator(asked, plan.observations):
            if isinstance(some, pa.Table):  # else it is told how Spark calls the types
                yield from some.to_batches()
        return
    from pyspark import RDD  # noqa: PLC0415 - an optional engine
    from pyspark.serializers import NoOpSerializer  # noqa: PLC0415 - an optional engine
    from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415 - an optional engine

    parts = frame._jdf.toArrowBatchRdd().toJavaRDD()  # noqa: SLF001 - Spark has no other way
    messages = RDD(parts, session.sparkContext, NoOpSerializer())
    kinds = to_arrow_schema(frame.schema)
    for one in messages.toLocalIterator(prefetchPartitions=True):
        yield pa.ipc.read_record_batch(pa.py_buffer(one), kinds)


def _gathered(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of at least so many, but for the last."""
    held: list[pa.RecordBatch] = []
    for one in batches:
        held.append(one)
        if sum(each.num_rows for each in held) >= rows:
            yield from pa.Table.from_batches(held).combine_chunks().to_batches()
            held = []
    if held:
        yield from pa.Table.from_batches(held).combine_chunks().to_batches()


def _postgres(url: str) -> BaseBackend:
    from mainstay.data.silos import postgres  # noqa: PLC0415 - an optional engine

    stated = access(url)
    connection = postgres.connected(url, stated.hidden, postgres.speaking(url, stated))
    made: BaseBackend = ibis.postgres.from_connection(connection)
    weakref.finalize(made, connection.close)
    return made
