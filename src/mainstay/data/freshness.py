"""How old the newest thing each source says is."""

from datetime import datetime, timedelta
from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core.typed import TIME
from mainstay.data import schema
from mainstay.data.expression import constant
from mainstay.data.rows import Sources


class Freshness(NamedTuple):
    """newest, age: None where nothing can be seen yet; limit: None where none was agreed."""

    name: str
    newest: datetime | None
    age: timedelta | None
    limit: timedelta | None

    @property
    def late(self) -> bool:
        """Whether the source is later than agreed; one that shows nothing is."""
        return self.limit is not None and (self.age is None or self.age > self.limit)


def freshness(contract: Contract, sources: Sources, now: datetime) -> tuple[Freshness, ...]:
    """The decisions, then each context that agrees on a freshness, as they could be seen now."""
    time = contract.data.decisions.time
    made = [_fresh(DECISIONS, sources.decisions.table, (time,), now, None)]
    for name, clause in contract.data.context.items():
        if clause.as_of and clause.freshness:
            times = (clause.as_of, *filter(None, [clause.available_at]))
            made.append(_fresh(name, sources.contexts[name].table, times, now, clause.freshness))
    return tuple(made)


def _fresh(
    name: str, table: ir.Table, times: tuple[str, ...], now: datetime, limit: timedelta | None
) -> Freshness:
    """times: the one asked for, then those that also must not lie after now."""
    moment = constant(now.isoformat(), TIME)
    seen = [schema.column(table, one, name) <= moment for one in times]
    newest: datetime | None = table.filter(seen)[times[0]].max().to_pyarrow().as_py()
    return Freshness(name, newest, None if newest is None else now - newest, limit)
