"""Some rows of a table, drawn at random by its key: the same ones for the same seed."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from mainstay.data import dialect


def drawn(table: ir.Table, key: str, *, most: int, seed: int) -> tuple[ir.Table, int]:
    """At most so many rows, in the order of the key, and how many there were; key: unique."""
    keys = _ordered(table, key).select(key).to_pyarrow()[key].combine_chunks()
    count = len(keys)
    if count <= most:
        return _ordered(table, key), count
    places = np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
    chosen = ibis.memtable(pa.table({key: keys.take(places)}))
    return _ordered(table.semi_join(chosen, key), key), count


def _ordered(table: ir.Table, key: str) -> ir.Table:
    return table.order_by(dialect.ordered(table[key]))
