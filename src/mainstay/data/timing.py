"""How old the newest row of each context is when it is needed, and how late rows arrive."""

from datetime import datetime
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from mainstay.contract.model import Contract
from mainstay.core.nouns import Window
from mainstay.core.typed import TIME
from mainstay.data import columns, context, dialect
from mainstay.data.context import Context, Decisions, Taken
from mainstay.data.rows import Sources, context_of, within

AGED, ARRIVED, WHEN = "mainstay_aged", "mainstay_arrived", "mainstay_when"
MOST = 20_000
Floats = NDArray[np.float64]
_SECOND = 1_000_000


class Timing(NamedTuple):
    """Of one context, by decision, shape (rows,): when it was made, microseconds since 1970.

    age: seconds from its newest row to the decision, NaN where none was in time; delay: seconds
    until that row could be seen, None where no column says.
    """

    when: NDArray[np.int64]
    age: Floats
    delay: Floats | None


def timings(
    contract: Contract, sources: Sources, window: Window, now: datetime, most: int = MOST
) -> dict[str, Timing]:
    """Of each context that has an as_of and is no aggregate, over decisions of a window.

    At most about `most` decisions, chosen by the hash of the key.
    """
    stated = contract.data.decisions
    table = within(sources.decisions.table, stated.time, window)
    part = max(1, -(-table.count().to_pyarrow().as_py() // most))
    some = table.filter(dialect.drawn(table[stated.key], part)) if part > 1 else table
    asked = Decisions(some, stated.key, stated.time)
    named = ((name, context_of(contract, sources, name)) for name in contract.data.context)
    return {name: _timing(asked, one, now) for name, one in named if one.as_of and not one.over}


def _timing(decisions: Decisions, one: Context, now: datetime) -> Timing:
    taken = {AGED: one.as_of, **({ARRIVED: one.available_at} if one.available_at else {})}
    asking = one._replace(take=tuple(Taken(name, column) for name, column in taken.items()))
    made = context.joined(decisions, (asking,), now)
    found = columns.fetched(_moments(made, decisions.time, tuple(taken)))
    when = np.asarray(found[WHEN], dtype=np.int64)
    aged = _seconds(np.asarray(found[AGED]))
    arrived = _seconds(np.asarray(found[ARRIVED])) - aged if one.available_at else None
    return Timing(when, when / _SECOND - aged, arrived)


def _moments(table: ir.Table, time: str, names: tuple[str, ...]) -> ir.Table:
    return table.select(**{WHEN: table[time].cast(TIME)}, **{one: table[one] for one in names})


def _seconds(moments: NDArray[np.generic]) -> Floats:
    """Since 1970, NaN where there is none."""
    found: Floats = moments.astype(np.float64) / _SECOND
    return found
