"""What cleaning set right, by windows: values of requests, and of sources as they are read.

Rows of a batch come from a source, and are counted there. Of a column that cleaning reads from text
the journal holds what was read, so of requests the steps after that are counted.
"""

from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.contract import cleaning as clauses
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.cleaning import Cleaning, Step
from mainstay.core.errors import Missing, Mistake, Unavailable
from mainstay.core.nouns import Window
from mainstay.data import cleaning, lineage, live, rows
from mainstay.data.cleaning import Cleaned
from mainstay.data.records import PLACE
from mainstay.life.watch.order import Order, Profiled
from mainstay.stats.blocks import Floats

REQUESTS = "requests"
"""The source of values that came to the door."""
_EVERY = "mainstay_every"
SAID: dict[Step, str] = {
    "type": "none of the type agreed on", "spelled": "spelled otherwise than meant",
    "missing": "codes for missing", "convert": "in another unit than agreed on",
    "possible": "impossible",
}  # fmt: skip


class Series(NamedTuple):
    """Of one column and step, shape (windows,); a window in which nobody counted has no rows."""

    hits: Floats
    rows: Floats


class _Asked(NamedTuple):
    """Whose values, marked, and by which time they lie in windows."""

    source: str
    table: ir.Table
    clean: tuple[Cleaning, ...]
    time: str


def counted(
    order: Order, stated: Manifest, table: ir.Table, windows: tuple[Window, ...]
) -> tuple[tuple[Cleaned, ...], ...]:
    """Of each window; table: its decisions, marked, see data.cleaning. A source that cannot be read

    now is not counted, nor is one without a time.
    """
    door = table.filter(table[PLACE] >= 0) if stated.clean else table
    asked = _Asked(REQUESTS, door, stated.clean, order.contract.data.decisions.time)
    some = [_by_window(one, windows) for one in (asked, *_sources(order))]
    return tuple(tuple(one for each in some for one in each[at]) for at in range(len(windows)))


def series_of(newest: tuple[Profiled, ...]) -> dict[str, Series]:
    """Of windows, oldest first, by what was counted, see `named`."""
    found: dict[str, Series] = {}
    for at, window in enumerate(newest):
        for one in window.cleaned:
            zeros = Series(np.zeros(len(newest)), np.zeros(len(newest)))
            made = found.setdefault(name(one), zeros)
            made.hits[at], made.rows[at] = one.odd, one.of
    return found


def name(one: Cleaned) -> str:
    """`weather, temp, missing`."""
    return f"{one.source}, {one.column}, {one.step}"


def named(text: str) -> tuple[str, str, str]:
    """Source, column and what is said of its values, of a `name`."""
    source, _, rest = text.partition(", ")
    column, _, step = rest.rpartition(", ")
    (what,) = (said for known, said in SAID.items() if known == step)
    return source, column, what


def _by_window(asked: _Asked, windows: tuple[Window, ...]) -> tuple[tuple[Cleaned, ...], ...]:
    marks = cleaning.marks(asked.table, asked.clean)
    if not marks:
        return ((),) * len(windows)
    table, every = asked.table, asked.table[asked.time].notnull()
    columns = {name: table[name] for one in marks for name in (one.hit, one.lost)}
    sums = live.sums(table, table[asked.time], {**columns, _EVERY: every}, windows)
    return tuple(
        tuple(
            Cleaned(
                asked.source, one.column, one.step,
                int(sums[one.hit][at]), int(sums[one.lost][at]), int(sums[_EVERY][at]),
            )
            for one in marks
        )
        for at in range(len(windows))
    )  # fmt: skip


def _sources(order: Order) -> Iterator[_Asked]:
    for source in lineage.sources(order.contract):
        clean, time = clauses.of_source(order.contract, source), _time(order.contract, source)
        if not clean or not time or source in order.unfit:
            continue
        try:
            table = rows.named(order.contract, order.reader, source).table
            yield _Asked(source, cleaning.marked(table, clean, source), clean, time)
        except (Mistake, Missing, Unavailable):
            continue


def _time(contract: Contract, source: str) -> str | None:
    """By which a row is of a window: when it was decided, or could be seen."""
    if source == DECISIONS:
        return contract.data.decisions.time
    one = contract.data.context[source]
    return one.available_at or one.as_of
