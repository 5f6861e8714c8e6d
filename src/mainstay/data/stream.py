"""Rows that stream by in batches of arrays: read once, held nowhere."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray
from pyarrow import compute

from mainstay.stats.blocks import Floats
from mainstay.stats.tallies import Whole

_ROWS = 16_384  # of a batch: a column of it stays in the cache of a core
Batch: TypeAlias = Any  # a RecordBatch of pyarrow, which has no types


class Asked:
    """What is asked of each row of a table, each value once however often it is asked."""

    def __init__(self, table: ir.Table) -> None:
        self.table = table
        self._names: dict[ops.Value, str] = {}

    def of(self, value: ir.Value) -> str:
        """The name under which every batch holds a value of the table."""
        return self._names.setdefault(value.op(), f"{len(self._names)}")

    def batches(self) -> Iterator[Batch]:
        """All rows, in order. The engine answers nothing else until they are through."""
        rows = self.table.select(**{name: one.to_expr() for one, name in self._names.items()})
        # what Ibis gives in batches makes a second copy of all rows, and breaks with DuckDB 2
        relation = ibis.get_backend(rows)._to_duckdb_relation(rows)  # noqa: SLF001
        yield from relation.to_arrow_reader(_ROWS)


def numbers(batch: Batch, name: str) -> Floats:
    """A column of doubles, NaN for a null."""
    found: Floats = batch[name].to_numpy(zero_copy_only=False)
    return found


def wholes(batch: Batch, name: str) -> Whole:
    """A column of whole numbers without nulls."""
    found: Whole = batch[name].to_numpy(zero_copy_only=False)
    return found


def flags(batch: Batch, name: str) -> NDArray[np.bool_]:
    """A column of truth values; a null is false."""
    known = compute.fill_null(batch[name], fill_value=False)
    found: NDArray[np.bool_] = known.to_numpy(zero_copy_only=False)
    return found
