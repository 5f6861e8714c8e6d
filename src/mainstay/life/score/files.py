"""A Parquet file that grows by tables of any size, the same bytes however its rows arrive."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 131_072
"""Rows of one group, and the most that wait in memory."""


class Growing:
    """A file at a path; there is none before the first row. Close it."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._held = 0

    def add(self, table: pa.Table) -> None:
        """The next rows."""
        if not table.num_rows:
            return
        self.rows += table.num_rows
        self._waiting.append(table.cast(_plain(table.schema)))
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
        some, rest = table.slice(0, rows).combine_chunks(), table.slice(rows)
        self._waiting, self._held = [rest] if rest.num_rows else [], rest.num_rows
        if self._writer is None:
            few = [one.name for one in some.schema if _is_text(one.type)]
            self._writer = pq.ParquetWriter(
                self.path, some.schema, compression="zstd", use_dictionary=few
            )
        self._writer.write_table(some, row_group_size=rows)


def _plain(schema: pa.Schema) -> pa.Schema:
    """Text without codes: those of a file are by its own order of rows."""
    kinds = ((one.name, one.type) for one in schema)
    return pa.schema([(name, pa.string() if _is_coded(kind) else kind) for name, kind in kinds])


def _is_coded(kind: pa.DataType) -> bool:
    found: bool = pa.types.is_dictionary(kind)
    return found


def _is_text(kind: pa.DataType) -> bool:
    """Others repeat rarely, and to find that out takes seven times as long as to write them."""
    found: bool = pa.types.is_string(kind)
    return found
