"""Rows in memory: all of a table or, of a large one, the same part of it every time."""

import ibis.expr.types as ir
import numpy as np

from mainstay.core.columns import Columns
from mainstay.core.typed import TIME
from mainstay.data import columns, dialect
from mainstay.life.assess.alone import Codes

WHEN = "mainstay_when"


def sampled(table: ir.Table, key: str, *, rows: int, most: int) -> ir.Table:
    """About `most` of the rows there are, chosen by the hash of the key: no order, no luck."""
    part = -(-rows // most)
    return table.filter(dialect.drawn(table[key], part)) if part > 1 else table


def fetched(table: ir.Table, names: tuple[str, ...], time: str) -> tuple[Columns, Codes]:
    """The named columns, and the decision time in microseconds since 1970, shape (rows,)."""
    found = columns.fetched(table.select(*names, **{WHEN: table[time].cast(TIME)}))
    when = np.asarray(found.pop(WHEN), dtype=np.int64)
    return found, when
