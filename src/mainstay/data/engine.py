"""The engine on this machine: DuckDB behind Ibis, in UTC, with nothing fetched from anywhere."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Mistake
from mainstay.core.typed import TIME

EngineError = duckdb.Error
THREADS = 2
_OTHERS = (("psycopg", "Error"), ("pyspark.errors", "PySparkException"))
_ZONED = r"\d:\d\d.*([zZ]|[+-]\d\d(:?\d\d)?)$"  # text of a time that ends in an offset


def connect(folder: Path | None = None, memory: str = "") -> Backend:
    """A fresh in-memory engine; folder: where what exceeds memory is spilled, else a temporary one.

    memory: how much it may use, for example 250MB; else most of the machine's.

    Two threads: training and serving share the machine. Extensions are neither loaded nor fetched.
    """
    spill = folder or Path(tempfile.gettempdir())
    return ibis.duckdb.connect(
        threads=THREADS,
        temp_directory=str(spill),
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        **({"memory_limit": memory} if memory else {}),
    )


@contextlib.contextmanager
def in_order(backend: Backend) -> Iterator[None]:
    """While rows are streamed: one thread, which holds one group of rows of a file at a time.

    Two read ahead, and take a third more memory the longer a file is.
    """
    backend.con.execute("SET threads = 1")
    try:
        yield
    finally:
        with contextlib.suppress(EngineError):  # closed meanwhile
            backend.con.execute(f"SET threads = {THREADS}")


def errors() -> tuple[type[Exception], ...]:
    """What engines raise: DuckDB, and of the others those that are in use."""
    loaded = ((sys.modules.get(module), name) for module, name in _OTHERS)
    return EngineError, *(getattr(module, name) for module, name in loaded if module)


def moments(table: ir.Table, name: str, layout: str = "", zone: str = "") -> ir.Table:
    """The table with a column of text, dates or plain times as moments in UTC.

    layout: as strptime takes it, ISO 8601 by default; zone: of what carries no offset of its own,
    UTC by default. Raises Mistake with a count and an example for text that is no time.
    """
    value = table[name]
    if not (value.type().is_string() or value.type().is_date() or value.type().is_timestamp()):
        raise Mistake(f"{name} is {value.type()}", "a time is text, a date or a timestamp")
    read = _parsed(value, layout, zone) if value.type().is_string() else _placed(value, zone)
    made = table.mutate(**{name: read.cast(TIME)})
    if value.type().is_string():
        _refuse_unreadable(table.select(text=value, moment=read), name, layout)
    return made


def _parsed(text: ir.StringValue, layout: str, zone: str) -> ir.TimestampValue:
    if "%z" in layout:
        return _moment(text, layout)
    if layout:
        return _placed(_plain_time(text, layout), zone)
    return ibis.ifelse(
        text.re_search(_ZONED), text.try_cast(TIME), _placed(text.try_cast("timestamp"), zone)
    )


def _placed(value: ir.Value, zone: str) -> ir.TimestampValue:
    """A time as read from a clock on the wall of that zone; one with a zone stays what it is."""
    if value.type().is_timestamp() and value.type().timezone:
        return value
    return _timezone(zone or "UTC", value.cast("timestamp"))


def _refuse_unreadable(read: ir.Table, name: str, layout: str) -> None:
    lost = read.filter(read.text.notnull() & read.moment.isnull())
    found = lost.aggregate(rows=lost.count(), example=lost.text.min()).to_pyarrow().to_pylist()[0]
    if found["rows"]:
        wanted = layout or "ISO 8601, for example 2013-01-31T06:00Z"
        raise Mistake(
            f"{name}: {found['rows']:,} values are no time, for example {found['example']!r}",
            f"they were read as {wanted}; state format and zone in the contract",
        )


def _of_engine(text: str, other: str) -> None:
    """Two arguments of a function that the engine has."""


_TEXTS, _WALL = ("string", "string"), ("string", "timestamp")
_declared = ibis.udf.scalar.builtin
# text or zone, and what it is read with or applied to; try_strptime is null where text does not fit
_timezone = _declared(_of_engine, name="timezone", signature=(_WALL, TIME))
_plain_time = _declared(_of_engine, name="try_strptime", signature=(_TEXTS, "timestamp"))
_moment = _declared(_of_engine, name="try_strptime", signature=(_TEXTS, TIME))
