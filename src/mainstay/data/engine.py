"""The engine on this machine: DuckDB behind Ibis, in UTC, with nothing fetched from anywhere."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

EngineError = duckdb.Error
THREADS = 2
_OTHERS = (("psycopg", "Error"), ("pyspark.errors", "PySparkException"))


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


def streamed(table: ir.Table, rows: int) -> Any:
    """The rows of a table of DuckDB as batches of Arrow, so many at a time: what Ibis gives makes a

    second copy of all of them, and breaks with DuckDB 2.
    """
    relation = ibis.get_backend(table)._to_duckdb_relation(table)  # noqa: SLF001
    return relation.to_arrow_reader(rows)


def errors() -> tuple[type[Exception], ...]:
    """What engines raise: DuckDB, and of the others those that are in use."""
    loaded = ((sys.modules.get(module), name) for module, name in _OTHERS)
    return EngineError, *(getattr(module, name) for module, name in loaded if module)
