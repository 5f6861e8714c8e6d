"""Rows frozen by content: a Parquet file named by the digest of what it says.

The digest is over names, types and values in the order of the key, column by column, so that
neither the engine, the order of rows nor the layout of a file changes it.
"""

import hashlib
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.backends import BaseBackend

from mainstay.core import digest
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Column, Dataset, Window
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import dialect, schema
from mainstay.data.engine import errors

_FORM = 1  # raised when the same rows would get another digest
_BATCH = 100_000  # rows in memory at a time
Bytes = memoryview | bytes
ARROW = {
    INTEGER: pa.int64(), NUMBER: pa.float64(), TEXT: pa.string(), FLAG: pa.bool_(),
    DATE: pa.date32(), TIME: pa.timestamp("us", "UTC"),
}  # fmt: skip


def written(table: ir.Table, folder: Path, order: str | tuple[str, ...], time: str = "") -> Dataset:
    """The rows as folder/DIGEST.parquet, sorted by `order`: what together is unique.

    time: the column whose span is the dataset's window. Raises Mistake for a type not in TYPES, and
    for a value that the engine cannot compute.
    """
    rows = schema.widened(table)
    keys = [order] if isinstance(order, str) else order
    rows = rows.order_by([dialect.ordered(rows[name]) for name in keys])
    for column in schema.columns(rows):
        if column.type not in ARROW:
            raise Mistake(f"{column.name} is {column.type}", f"rows hold {', '.join(ARROW)}")
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{os.getpid()}-{threading.get_ident()}.parquet"
    try:
        rows.to_parquet(fresh)
        made = content(fresh, schema.columns(rows), time)
        fresh.replace(folder / made.uri)
    except errors() as error:
        raise Mistake(f"a value cannot be computed: {str(error).splitlines()[0]}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return made


def whole(table: ir.Table, folder: Path) -> Path:
    """Rows of any kind, copies among them, as folder/DIGEST.parquet; columns of a type that is not

    in TYPES are left out.
    """
    shared = [one.name for one in schema.columns(table) if one.type in ARROW]
    return folder / written(table.select(shared), folder, tuple(shared)).uri


def content(file: Path, columns: tuple[Column, ...], time: str = "") -> Dataset:
    """What a file of sorted rows says, read in pieces; its uri is the name it should have."""
    kinds = pa.schema([(column.name, ARROW[column.type]) for column in columns])
    made = Content(columns)
    with pq.ParquetFile(file) as rows:
        for batch in rows.iter_batches(_BATCH):
            made.add(batch.cast(kinds), time)
    return made.dataset()


def read(engine: BaseBackend, digest: str, folder: Path) -> ir.Table:
    """The rows of a snapshot, in the order of their key. Raises Missing."""
    return together(engine, (digest,), folder)


def together(engine: BaseBackend, digests: tuple[str, ...], folder: Path) -> ir.Table:
    """The rows of several snapshots with the same columns, at least one. Raises Missing.

    An engine that sees no files of ours is given the rows by way of memory.
    """
    paths = [folder / _name(one) for one in digests]
    for one, path in zip(digests, paths, strict=True):
        if not path.is_file():
            raise Missing(f"there is no snapshot {one[:16]}: looked for {path}")
    if engine.name == schema.DUCKDB:
        return engine.read_parquet([str(path) for path in paths])
    return ibis.memtable(pa.concat_tables(pq.read_table(path) for path in paths))


def _name(digest: str) -> str:
    return f"{digest}.parquet"


class Content:
    """The digest of rows that come in batches, whatever their sizes."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self._columns = columns
        self._hashes = [(hashlib.sha256(), hashlib.sha256()) for _ in columns]
        self._rows = 0
        self._span: list[datetime] = []

    def add(self, batch: pa.RecordBatch, time: str) -> None:
        """Takes the next rows in, whose types are those of ARROW."""
        self._rows += batch.num_rows
        for (present, values), column in zip(self._hashes, batch.columns, strict=True):
            present.update(_present(column))
            values.update(_bytes(column))
        if time and batch.num_rows:
            span = pc.min_max(batch[time]).as_py()
            self._span += [one for one in span.values() if one is not None]

    def dataset(self) -> Dataset:
        """What has been added, as a value."""
        columns = [
            [column.name, column.type, present.hexdigest(), values.hexdigest()]
            for column, (present, values) in zip(self._columns, self._hashes, strict=True)
        ]
        found = digest.of_value([_FORM, self._rows, columns])
        window = None
        if self._span:
            window = Window(min(self._span), max(self._span) + timedelta(microseconds=1))
        return Dataset(_name(found), found, self._columns, self._rows, window)


def _present(values: pa.Array) -> Bytes:
    """One byte per row, 0 where null; for text its length + 1 in eight."""
    if pa.types.is_string(values.type):
        return _laid_out(pc.fill_null(pc.add(pc.binary_length(values), 1), 0), "<i8")
    if not values.null_count:
        return np.ones(len(values), np.uint8).data
    return _laid_out(values.is_valid(), "u1")


def _bytes(values: pa.Array) -> Bytes:
    """The values one after another, little-endian, null as zero or nothing."""
    kind = values.type
    if pa.types.is_string(kind):
        return _text(pc.fill_null(values, ""))
    if pa.types.is_date(kind):
        values = values.cast(pa.int32())
    if pa.types.is_temporal(kind):
        values = values.cast(pa.int64())
    filled = pc.fill_null(values, pa.scalar(0, pa.int8()).cast(values.type))
    return _laid_out(filled, _LAYOUT[kind])


def _text(values: pa.Array) -> Bytes:
    """All texts, one after another, as they lie in memory."""
    _, places, content = values.buffers()
    ends = np.frombuffer(places, np.int32)[values.offset : values.offset + len(values) + 1]
    return memoryview(content)[ends[0] : ends[-1]] if content and len(ends) else b""


def _laid_out(values: pa.Array, layout: str) -> Bytes:
    return np.ascontiguousarray(values.to_numpy(zero_copy_only=False), dtype=layout).data


_LAYOUT = {
    pa.int64(): "<i8", pa.float64(): "<f8", pa.bool_(): "u1", pa.date32(): "<i4",
    pa.timestamp("us", "UTC"): "<i8",
}  # fmt: skip
