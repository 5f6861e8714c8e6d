"""A Parquet file that grows by tables of any size, the same bytes however its rows arrive."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import compute

ROWS = 131_072
"""Rows of one group, and the most that wait in memory."""
_CODEC = "zstd"
_TRIED, _PAYS = 8_192, 0.9  # of the first numbers of a column; what has to be left of them


class Growing:
    """A file at a path; there is none before the first row. Close it."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        self._writer: pq.ParquetWriter | None = None
        self._schema: pa.Schema | None = None
        self._waiting: list[pa.Table] = []
        self._held = 0

    def add(self, table: pa.Table) -> None:
        """The next rows."""
        if not table.num_rows:
            return
        self.rows += table.num_rows
        self._waiting.append(table)
        self._held += table.num_rows
        while self._held >= ROWS:
            self._write(ROWS)

    def close(self) -> None:
        """Writes what waits. The file is whole, and not yet safe from a power cut."""
        if self._held:
            self._write(self._held)
        if self._writer:
            self._writer.close()

    def _write(self, rows: int) -> None:
        table = pa.concat_tables(self._waiting)
        some, rest = table.slice(0, rows), table.slice(rows)
        self._waiting, self._held = [rest] if rest.num_rows else [], rest.num_rows
        self._schema = self._schema or _schema(some)
        whole = _whole(some, self._schema)
        self._writer = self._writer or _writer(self.path, whole)
        self._writer.write_table(whole, row_group_size=rows)


def _schema(table: pa.Table) -> pa.Schema:
    """Texts as codes where the first rows hold few, whether they came so or not."""
    kinds = ((one, table[one.name]) for one in table.schema)
    return pa.schema([(one.name, _kind(column)) for one, column in kinds])


def _kind(column: pa.ChunkedArray) -> pa.DataType:
    if not _is_text(column.type):
        return column.type
    few = 2 * len(_ordered(column).dictionary) <= len(column) + 2
    return pa.dictionary(pa.int32(), pa.string()) if few else pa.string()


def _writer(path: Path, first: pa.Table) -> pq.ParquetWriter:
    """Numbers as they are, whole ones and moments by their steps: few repeat, and to find that out

    takes seven times as long as to write them. Bounds of the key, which comes first, and of times
    are what a reader asks for. The schema of Arrow is left out: a file says text, not codes.
    """
    schema = first.schema
    few = [one.name for one in schema if _is_coded(one.type)]
    steps = [one.name for one in schema if _is_whole(one.type)]
    bounds = [one.name for one in schema if pa.types.is_temporal(one.type)]
    return pq.ParquetWriter(
        path,
        schema,
        compression={name: _codec(first[name]) for name in schema.names},
        use_dictionary=few,
        column_encoding=dict.fromkeys(steps, "DELTA_BINARY_PACKED"),
        write_statistics=list(dict.fromkeys((schema.names[0], *bounds))),
        store_schema=False,
    )


def _codec(column: pa.ChunkedArray) -> str:
    """None for numbers that it makes hardly smaller: it takes longer than all else of them."""
    if not pa.types.is_floating(column.type):
        return _CODEC
    some = column.slice(0, _TRIED).combine_chunks().fill_null(0.0).to_numpy()
    shrunk = pa.compress(some, _CODEC, asbytes=True)
    return _CODEC if len(shrunk) <= _PAYS * some.nbytes else "none"


def _whole(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """In one piece, as the file has it."""
    columns = (_column(table[one.name], one.type) for one in schema)
    return pa.Table.from_arrays(list(columns), schema=schema)


def _column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    if not _is_text(column.type):
        return column.combine_chunks()
    if not _is_coded(kind):
        return column.cast(kind).combine_chunks()
    return _ordered(column)


def _ordered(column: pa.ChunkedArray) -> pa.Array:
    """The same texts by codes that do not hang on who coded them: each there is once, in order."""
    coded = column if _is_coded(column.type) else column.dictionary_encode()
    whole = coded.unify_dictionaries().combine_chunks()
    count = len(whole.dictionary)
    codes = compute.fill_null(whole.indices, count).to_numpy()
    there = np.flatnonzero(np.bincount(codes, minlength=count + 1)[:-1])
    texts = whole.dictionary.take(pa.array(there))
    once = texts.unique()  # who coded them may have one twice
    levels = once.take(compute.array_sort_indices(once))
    place = np.zeros(count + 1, np.int32)
    place[there] = compute.index_in(texts, levels).to_numpy()
    placed = place.take(codes) if place.any() else np.zeros(len(codes), np.int32)
    nulls = codes == count if whole.null_count else None
    return pa.DictionaryArray.from_arrays(pa.array(placed, mask=nulls), levels)


def _is_coded(kind: Any) -> bool:
    found: bool = pa.types.is_dictionary(kind)
    return found


def _is_text(kind: Any) -> bool:
    return _is_coded(kind) or bool(pa.types.is_string(kind))


def _is_whole(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_timestamp(kind))
