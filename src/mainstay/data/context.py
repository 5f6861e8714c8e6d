"""Context at the moment of decision: the newest row known then, or an aggregate over rows known.

Every join is a union and a window, so that it means the same on every engine. A decision and the
rows of one context meet on one timeline per value of `on`; the decision sees what lies before it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core.errors import Mistake
from mainstay.core.typed import INTEGER, TIME
from mainstay.data import dialect, schema
from mainstay.data.expression import constant

KEY, MOMENT, ASKS = "mainstay_key", "mainstay_moment", "mainstay_asks"
PLACE, AS_OF = "mainstay_place", "mainstay_as_of"
_INSTANT = timedelta(microseconds=1)
_SUMMED = ("mean", "sum")
_FUNCTIONS: dict[str, Callable[[ir.Value], ir.Value]] = {
    "mean": lambda value: value.mean(),
    "sum": lambda value: value.sum(),
    "count": lambda value: value.count(),
    "min": lambda value: value.min(),
    "max": lambda value: value.max(),
}


class Taken(NamedTuple):
    """A column brought along as `name`: as it stands, or a function of it over time."""

    name: str
    column: str
    function: str = ""


class Context(NamedTuple):
    """A table known beside the decision, joined on equal columns.

    as_of: since when a row is true, "" = static. within: the oldest row that counts.
    available_at: since when a row could be seen. over: the stretch of an aggregate, which sees rows
    known_after their as_of only.
    """

    name: str
    table: ir.Table
    on: tuple[str, ...]
    take: tuple[Taken, ...]
    as_of: str = ""
    within: timedelta | None = None
    available_at: str = ""
    over: timedelta | None = None
    known_after: timedelta = timedelta()


class Decisions(NamedTuple):
    """Decided rows: key unique and never null, time the moment of decision, never null."""

    table: ir.Table
    key: str
    time: str


def joined(decisions: Decisions, contexts: tuple[Context, ...], now: datetime) -> ir.Table:
    """The decisions with all taken columns: the same rows, null where nothing was known.

    Of several rows with the same newest as_of the one available last counts, then the one with the
    largest taken values, in their order, null the smallest. What happened or could be seen only
    after now does not exist. Raises Mistake: unknown columns, types that never meet, a name taken
    twice, a static table with several rows per key.
    """
    made = decisions.table
    for context in contexts:
        _check(context, made)
        matched = _matched(decisions, context, now)
        made = made.left_join(matched, made[decisions.key] == matched[KEY]).select(
            made, *(matched[one.name] for one in context.take)
        )
    return made


def note(context: Context) -> str:
    """What a person should know about the way a context is joined; "" if nothing."""
    if context.as_of:
        return ""
    return f"{context.name} is static: it holds today's rows, not those of the day of decision"


def _check(context: Context, rows: ir.Table) -> None:
    _check_stretch(context)
    for name in context.on:
        theirs = schema.column(context.table, name, context.name).type()
        ours = schema.column(rows, name, "data.decisions").type()
        if schema.neutral(ours) != schema.neutral(theirs):
            raise Mistake(f"{name} is {ours} in the decisions and {theirs} in {context.name}")
    for time in filter(None, (context.as_of, context.available_at)):
        if schema.neutral(schema.column(context.table, time, context.name).type()) != TIME:
            raise Mistake(f"{context.name}.{time} is no time", "state its format and zone")
    _check_taken(context, rows)


def _check_stretch(context: Context) -> None:
    if context.over is None:
        return
    if context.over <= context.known_after:
        raise Mistake(f"{context.name} is over no longer than its rows need to be known")
    if context.available_at:
        hint = "say known_after: the longest it takes until a row can be seen"
        raise Mistake(f"{context.name} has both over and available_at", hint)


def _check_taken(context: Context, rows: ir.Table) -> None:
    for one in context.take:
        value = schema.column(context.table, one.column, context.name)
        if one.function in _SUMMED and not (value.type().is_numeric() or value.type().is_boolean()):
            raise Mistake(f"{context.name}: the {one.function} of {one.column}, {value.type()}")
        if one.name in rows.columns:
            raise Mistake(
                f"{context.name} brings {one.name}, which the decisions have",
                f"rename it: take: {{{context.name}_{one.name}: {one.column}}}",
            )


def _matched(decisions: Decisions, context: Context, now: datetime) -> ir.Table:
    """KEY and the taken columns, at most one row per decision."""
    table = context.table.filter([context.table[name].notnull() for name in context.on])
    for time in filter(None, (context.as_of, context.available_at)):
        table = table.filter(table[time] <= constant(now.isoformat(), TIME))
    known = context._replace(table=table)
    if context.over:
        return _aggregated(decisions, known, context.over)
    return _newest(decisions, known) if context.as_of else _static(decisions, known)


def _static(decisions: Decisions, context: Context) -> ir.Table:
    events = _events(context)
    _refuse_several(events, context)
    return _asking(decisions, context).join(events, _on(context)).select(KEY, *_names(context))


def _refuse_several(events: ir.Table, context: Context) -> None:
    counts = events.group_by(_on(context)).aggregate(rows=events.count())
    several = counts.filter(counts.rows > 1)
    asked = several.aggregate(keys=several.count(), rows=several.rows.sum())
    found = asked.to_pyarrow().to_pylist()[0]
    if found["keys"]:
        order = [dialect.ordered(several[name]) for name in _on(context)]
        first = several.order_by(order).limit(1).to_pyarrow().to_pylist()[0]
        example = ", ".join(str(first[name]) for name in _on(context))
        raise Mistake(
            f"{context.name} has several rows for {found['keys']:,} values of"
            f" {', '.join(context.on)} ({found['rows']:,} rows), for example {example}",
            "state as_of, the column that says since when a row is true",
        )


def _newest(decisions: Decisions, context: Context) -> ir.Table:
    """Rows get a place in the order of newness; the highest place seen so far is the newest row."""
    times = [context.table[name] for name in (context.as_of, context.available_at) if name]
    taken = [dialect.ordered(context.table[one.column]) for one in context.take]
    values = [ibis.asc(one, nulls_first=True) for one in taken]
    newness = ibis.window(group_by=list(context.on), order_by=[*times, *values])
    place = ibis.row_number().over(newness).cast(INTEGER)
    events = _events(context, **{PLACE: place, MOMENT: _latest(times), AS_OF: times[0]})
    asking = _asking(decisions, context)
    timeline = _timeline(events.select(*_on(context), MOMENT, PLACE), asking)
    so_far = ibis.window(group_by=_on(context), order_by=[MOMENT, ASKS], rows=(None, 0))
    seen = timeline.mutate(**{PLACE: timeline[PLACE].max().over(so_far)})
    found = seen.filter(seen[ASKS] == 1).join(events.drop(MOMENT), [*_on(context), PLACE])
    if context.within is not None:
        found = found.filter(found[AS_OF] >= found[MOMENT] - _interval(context.within))
    return found.select(KEY, *_names(context))


def _aggregated(decisions: Decisions, context: Context, over: timedelta) -> ir.Table:
    """A decision stands on the timeline where what it may see ends, an event where it happened."""
    delay = max(context.known_after, _INSTANT)  # an event of the same instant is not before it
    asking = _asking(decisions, context)
    asking = asking.mutate(**{MOMENT: asking[MOMENT] - _interval(delay)})
    timeline = _timeline(_events(context, **{MOMENT: context.table[context.as_of]}), asking)
    lately = ibis.range_window(
        group_by=_on(context),
        order_by=MOMENT,
        preceding=_interval(over - delay),
        following=_interval(timedelta()),  # Ibis makes no interval of Spark's of a plain 0
    )
    made = timeline.mutate(**{one.name: _function(timeline, one, lately) for one in context.take})
    return made.filter(made[ASKS] == 1).select(KEY, *_names(context))


def _function(timeline: ir.Table, one: Taken, lately: object) -> ir.Value:
    return dialect.plain(_FUNCTIONS[one.function](timeline[one.name]).over(lately))


def _events(context: Context, **more: ir.Value) -> ir.Table:
    """Context rows under names of our own: what they are joined on, and what is taken."""
    on = {name: context.table[column] for name, column in _pairs(context)}
    taken = {one.name: _taken(context.table[one.column], one.function) for one in context.take}
    return context.table.select(**on, **taken, **more)


def _taken(value: ir.Value, function: str) -> ir.Value:
    """A boolean counts as 0 or 1 in a mean or sum, and not at all where it is null."""
    if not (function in _SUMMED and value.type().is_boolean()):
        return value
    return ibis.cases((value, constant(1, INTEGER)), (~value, constant(0, INTEGER)))


def _asking(decisions: Decisions, context: Context) -> ir.Table:
    """The decisions that can be joined: KEY, MOMENT and the values of `on`, none of them null."""
    rows = decisions.table.filter([decisions.table[name].notnull() for name in context.on])
    on = {name: rows[column] for name, column in _pairs(context)}
    return rows.select(**on, **{KEY: rows[decisions.key], MOMENT: rows[decisions.time]})


def _latest(times: list[ir.TimestampValue]) -> ir.TimestampValue:
    """Spark has no `greatest` of one."""
    return ibis.greatest(*times) if len(times) > 1 else times[0]


def _timeline(events: ir.Table, asking: ir.Table) -> ir.Table:
    """Both under each other; ASKS is 1 for a decision, 0 for an event: events come first."""
    before = events.mutate(
        **{
            MOMENT: events[MOMENT].cast(TIME),  # engines tell apart how fine a time is
            KEY: ibis.null(asking[KEY].type()),
            ASKS: constant(0, INTEGER),
        }
    )
    missing = {
        name: ibis.null(events[name].type())
        for name in events.columns
        if name not in asking.columns
    }
    moment = asking[MOMENT].cast(TIME)
    after = asking.mutate(**missing, **{MOMENT: moment, ASKS: constant(1, INTEGER)})
    return before.union(after.select(*before.columns))


def _pairs(context: Context) -> list[tuple[str, str]]:
    return list(zip(_on(context), context.on, strict=True))


def _on(context: Context) -> list[str]:
    return [f"mainstay_on_{place}" for place in range(len(context.on))]


def _names(context: Context) -> list[str]:
    return [one.name for one in context.take]


def _interval(length: timedelta) -> ir.IntervalScalar:
    return ibis.interval(microseconds=length // _INSTANT)
