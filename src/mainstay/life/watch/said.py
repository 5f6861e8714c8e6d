"""What labels say of labels, by the windows they came in: corrections, contradictions, strangers.

Somebody who labels otherwise than the others shows where the same decision is labelled twice; a
file of other decisions by keys that were never asked about.
"""

from typing import NamedTuple

from mainstay.core.nouns import Window
from mainstay.data import live
from mainstay.data.labels import CONTRADICTED, CORRECTED, KNOWN_AT, NEW, SAYS
from mainstay.life.watch.order import Order
from mainstay.stats.blocks import Floats
from mainstay.stats.series import BEFORE

UNKNOWN = "unknown"
KINDS = (CORRECTED, CONTRADICTED, UNKNOWN)
_ROWS, _STRANGE = "mainstay_rows", "mainstay_strange"


class Said(NamedTuple):
    """Of each window, what was known of labels in it: rows, and how many of each of KINDS.

    rows: keys and moments, shape (windows,); of corrections those that say a key again, as only
    they could correct one.
    """

    windows: tuple[Window, ...]
    rows: dict[str, Floats]
    hits: dict[str, Floats]


def said(order: Order) -> Said | None:
    """Over the newest windows that are over; None where nothing was ever said."""
    if order.said is None:
        return None
    windows = order.grid(max(order.first, order.now - BEFORE * order.width))
    key = order.contract.data.decisions.key
    asked = order.table.select(key).distinct().mutate(**{_STRANGE: 0})
    told = order.said.left_join(asked, key)
    says, strange = told[SAYS], told[_STRANGE].isnull()
    counted = {
        _ROWS: says.notnull(),
        NEW: says == NEW,
        CORRECTED: says == CORRECTED,
        CONTRADICTED: says == CONTRADICTED,
        UNKNOWN: strange,
    }
    sums = live.sums(told, told[KNOWN_AT], counted, windows)
    if not sums[_ROWS].any():
        return None
    again = sums[_ROWS] - sums[NEW]
    every = {CORRECTED: again, CONTRADICTED: sums[_ROWS], UNKNOWN: sums[_ROWS]}
    return Said(windows, every, {kind: sums[kind] for kind in KINDS})
