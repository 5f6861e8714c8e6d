"""Some rows of a table, drawn at random by its key: the same ones for the same seed."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa


def drawn(table: ir.Table, key: str, *, most: int, seed: int) -> tuple[ir.Table, int]:
    """At most so many rows, in the order of the key, and how many there were; key: unique."""
    keys = table.select(key).order_by(key).to_pyarrow()[key].combine_chunks()
    count = len(keys)
    if count <= most:
        return table.order_by(key), count
    places = np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
    chosen = ibis.memtable(pa.table({key: keys.take(places)}))
    return table.semi_join(chosen, key).order_by(key), count
