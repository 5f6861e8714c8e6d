"""Context as doors look it up: for each value of `on`, what is known since when.

The answers of a context change at few moments only: when a row is true and seen, and, of an
aggregate, when a row leaves it. The very joins that training rows are made by are asked at these
moments, so a view means what they mean, ties, late rows and corrections included.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core import digest
from mainstay.core.typed import TIME
from mainstay.data import context
from mainstay.data.context import Context, Decisions, Taken
from mainstay.data.expression import constant
from mainstay.data.snapshot import ARROW

REACH = timedelta(days=1)
"""How far before the cut requests may be decided: for earlier ones nothing is known."""
ASKED, ID = "mainstay_asked", "mainstay_id"
SINCE, AS_OF, SEEN = "mainstay_since", "mainstay_of", "mainstay_seen"
_INSTANT = timedelta(microseconds=1)
_BATCH = 20_000
_IDENTITY = 16  # letters of a digest
_CLAUSES = {
    "source", "on", "as_of", "available_at", "over", "known_after", "format", "zone", "take",
}  # fmt: skip


class Point(NamedTuple):
    """A row of a view: since when it is known under its values of `on`, of when it is.

    Microseconds since 1970; None where the context has no time. values: those it brings.
    """

    on: tuple[Any, ...]
    since: int | None
    as_of: int | None
    values: tuple[Any, ...]


def identity(contract: Contract, name: str, columns: tuple[str, ...]) -> str:
    """The name of a view, the same for the same rows; within and freshness are the door's."""
    clause, decisions = contract.data.context[name], contract.data.decisions
    said = clause.model_dump(mode="json", include=_CLAUSES)
    own = [decisions.source, decisions.time, decisions.format, decisions.zone]
    theirs = own if clause.source == DECISIONS else []
    return digest.of_value([name, said, theirs, columns])[:_IDENTITY]


def points(one: Context, columns: tuple[str, ...], cut: datetime) -> Iterator[Point]:
    """The points of each value of `on`, in the order of both, as they are known at a cut.

    Raises what context.joined raises.
    """
    found, width = _ordered(one, columns, cut).to_pyarrow(), len(one.on)
    for batch in found.to_batches(_BATCH):
        listed = [_listed(column, place - width < 2 and place >= width)
                  for place, column in enumerate(batch.columns)]  # fmt: skip
        for row in zip(*listed, strict=True):
            yield Point(row[:width], row[width], row[width + 1], row[width + 2 :])


def newest(one: Context, cut: datetime) -> datetime | None:
    """Of when the newest row is that is known at a cut; None without a time, or without a row."""
    if not one.as_of:
        return None
    known = _known(one, cut)
    found: datetime | None = known[one.as_of].max().to_pyarrow().as_py()
    return found


def is_whole(one: Context, cut: datetime) -> bool:
    """Whether no row is of after the cut: until the source changes it says the same later on."""
    later = [one.table[name] > _moment(cut) for name in (one.as_of, one.available_at) if name]
    return not any(one.table.filter(each).count().to_pyarrow().as_py() for each in later)


def _listed(column: pa.Array, is_time: bool) -> list[Any]:  # noqa: FBT001 - as it is
    """Its values; times as microseconds since 1970."""
    if is_time:
        column = column.cast(ARROW[TIME]).cast(pa.int64())
    values: list[Any] = column.to_pylist()
    return values


def _ordered(one: Context, columns: tuple[str, ...], cut: datetime) -> ir.Table:
    """Columns: those of `on`, SINCE, AS_OF, then the values."""
    made = _aggregated(one, one.over, cut) if one.over else _rows(one, cut)
    names = [f"mainstay_on_{place}" for place in range(len(one.on))]
    on = dict(zip(names, (made[name] for name in one.on), strict=True))
    wanted = made.select(**on, **{name: made[name] for name in (SINCE, AS_OF, *columns)})
    return wanted.distinct().order_by([*names, SINCE])


def _rows(one: Context, cut: datetime) -> ir.Table:
    """The newest row, wherever it becomes another one; a static row once."""
    known = _known(one, cut)
    times = [name for name in (one.as_of, one.available_at) if name]
    if not times:
        made = _joined(one, known.select(*one.on, **{ASKED: _moment(cut)}), cut)
        none = ibis.null(TIME)
        return made.mutate(**{SINCE: none, AS_OF: none})
    moment = reduce(ibis.greatest, (known[name] for name in times))
    asked = known.select(*one.on, **{ASKED: ibis.greatest(moment, _moment(cut - REACH))})
    brought = dict(zip((AS_OF, SEEN), times, strict=False))
    taken = tuple(Taken(name, column) for name, column in brought.items())
    made = _joined(one._replace(within=None, take=(*one.take, *taken)), asked, cut)
    return made.mutate(**{SINCE: reduce(ibis.greatest, (made[name] for name in brought))})


def _aggregated(one: Context, over: timedelta, cut: datetime) -> ir.Table:
    """The value, wherever a row comes to it or leaves it."""
    floor, known = cut - REACH, _known(one, cut)
    recent = known.filter(known[one.as_of] >= _moment(floor - over))
    of = recent[one.as_of]
    comes = ibis.greatest(of + _interval(max(one.known_after, _INSTANT)), _moment(floor))
    leaves = of + _interval(over + _INSTANT)
    both = (recent.select(*one.on, **{ASKED: time.cast(TIME)}) for time in (comes, leaves))
    made = _joined(one, ibis.union(*both), cut)
    return made.mutate(**{SINCE: made[ASKED], AS_OF: made[ASKED]})


def _joined(one: Context, asked: ir.Table, cut: datetime) -> ir.Table:
    """What the context says when asked at these moments, each once."""
    once = asked.mutate(**{ASKED: asked[ASKED].cast(TIME)}).distinct()
    order = [once[name] for name in (*one.on, ASKED)]
    numbered = once.mutate(**{ID: ibis.row_number().over(order_by=order)})
    return context.joined(Decisions(numbered, ID, ASKED), (one,), cut)


def _known(one: Context, cut: datetime) -> ir.Table:
    """The rows that exist at a cut and can be found."""
    table = one.table.filter([one.table[name].notnull() for name in one.on])
    for name in filter(None, (one.as_of, one.available_at)):
        table = table.filter(table[name] <= _moment(cut))
    return table


def _moment(time: datetime) -> ir.TimestampScalar:
    return constant(time.isoformat(), TIME)


def _interval(length: timedelta) -> ir.IntervalScalar:
    return ibis.interval(microseconds=length // _INSTANT)
