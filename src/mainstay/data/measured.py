"""Each property of a source as one row, so that all of them are one question to its engine."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.contract.sla import KINDS
from mainstay.core.typed import INTEGER, NUMBER, TIME
from mainstay.data import overlaps, periods, schema
from mainstay.data.expression import constant
from mainstay.data.promises import Asked, Promise

_PLACE = "place"


class Found(NamedTuple):
    """What rows say: rows that tell, and silent ones that do not; counts None where not asked for.

    value: seconds, rows of the worst period, a share, or distinct keys; None where nothing tells.
    periods: whole ones with rows. before: the number of the period before the first whole one.
    """

    value: float | None
    rows: int
    silent: int
    periods: int
    before: int | None


def found(some: tuple[Asked, ...], table: ir.Table, now: datetime) -> tuple[Found, ...]:
    """Of one source, in the order asked. Raises Mistake for a column that it lacks."""
    made = [_MEASURES[one.promise.sla.name](one, visible(one, table, now)) for one in some]
    rows = [_alike(row, place) for place, row in enumerate(made)]
    every = ibis.union(*rows) if rows[1:] else rows[0]
    said = every.order_by(_PLACE).drop(_PLACE).to_pyarrow().to_pylist()
    return tuple(
        Found(one["value"], one["rows"] or 0, one["silent"] or 0, one["periods"] or 0,
              one["before"])
        for one in said
    )  # fmt: skip


def visible(one: Asked, table: ir.Table, now: datetime) -> ir.Table:
    """What could be seen now of the stretch asked about; rows without a time stay, as unknown."""
    return table.filter(seen(one, table, now))


def seen(one: Asked, table: ir.Table, now: datetime) -> ir.BooleanValue:
    """Which rows those are; one that was never seen is not there, unless that is the question."""
    promise, moment = one.promise, constant(now.isoformat(), TIME)
    kept: list[ir.Value] = [ibis.literal(value=True)]
    if promise.time:
        time = schema.column(table, promise.time, promise.source)
        inside = time <= moment if one.until >= now else time < _moment(one.until)
        kept.append(
            time.isnull() | (inside & (time >= _moment(one.since)) if one.since else inside)
        )
    if promise.seen:
        since = schema.column(table, promise.seen, promise.source)
        told = since <= moment
        asks = KINDS[promise.sla.name].element == "seen"
        kept.append(since.isnull() | told if asks else told)
    return reduce(operator.and_, kept)


def late(promise: Promise, rows: ir.Table) -> ir.Value:
    """Seconds of each row from its moment, or from the end of its day, until it could be seen.

    From the end of a day by the clocks of its zone.
    """
    time = rows[promise.time]
    if promise.sla.name == "latency":
        return periods.seconds(rows[promise.seen]) - periods.seconds(time)
    return periods.clock(rows[promise.seen], promise.calendar.zone) - periods.ended(
        time, promise.calendar
    )


def there(promise: Promise, rows: ir.Table) -> ir.BooleanValue:
    """Whether a row has all columns that the promise speaks of."""
    columns = (schema.column(rows, one, promise.source) for one in promise.columns)
    return reduce(operator.and_, (one.notnull() for one in columns))


def whole(one: Asked, number: ir.Value, before: ir.Value) -> ir.BooleanValue:
    """Whether a period is whole and over; before: the number of the one before the first."""
    after = periods.after(one.last, one.promise.calendar)
    return (number > before) & (number < constant(after, INTEGER))


def before(one: Asked, number: ir.Value) -> ir.Value:
    """Without a beginning the oldest period is left out: nobody knows whether it is whole."""
    if one.since is None:
        return number.min().over(ibis.window())
    return constant(periods.first(one.since, one.promise.calendar) - 1, INTEGER)


def _alike(row: ir.Table, place: int) -> ir.Table:
    kinds = {name: NUMBER if name == "value" else INTEGER for name in Found._fields}
    same = {
        name: row[name].cast(kind) if name in row.columns else ibis.null(kind)
        for name, kind in kinds.items()
    }
    return row.select(**{_PLACE: constant(place, INTEGER)}, **same)


def _moment(time: datetime) -> ir.Value:
    return constant(time.isoformat(), TIME)


def _state(one: Asked, rows: ir.Table) -> ir.Table:
    """How long ago the newest row was, or the oldest."""
    time = rows[one.promise.time]
    end = time.max() if one.promise.sla.name == "freshness" else time.min()
    ago = constant(one.until.timestamp(), NUMBER) - periods.seconds(end)
    return rows.aggregate(value=ago, rows=time.count(), silent=time.isnull().sum())


def _frequency(one: Asked, rows: ir.Table) -> ir.Table:
    """The longest time without a new row, the one until the end too."""
    timed = rows.filter(rows[one.promise.time].notnull())
    time = timed[one.promise.time]
    following = ibis.coalesce(time.lead().over(ibis.window(order_by=time)), _moment(one.until))
    gaps = timed.select(gap=periods.seconds(following) - periods.seconds(time))
    silent = rows.aggregate(silent=rows[one.promise.time].isnull().sum())
    return gaps.aggregate(value=gaps.gap.max(), rows=gaps.count()).cross_join(silent)


def _latency(one: Asked, rows: ir.Table) -> ir.Table:
    value, sla = late(one.promise, rows), one.promise.sla
    worst = value.max()
    if sla.of_rows is not None and isinstance(sla.bound, timedelta):
        kept = value <= constant(sla.bound.total_seconds(), NUMBER)
        worst = ibis.ifelse(kept, constant(1.0, NUMBER), constant(0.0, NUMBER)).mean(
            where=value.notnull()
        )
    return rows.aggregate(value=worst, rows=value.count(), silent=value.isnull().sum())


def _periods(one: Asked, rows: ir.Table) -> ir.Table:
    """The worst of the whole periods that have rows, and how many those are."""
    promise, daily = one.promise, one.promise.sla.name == "time_of_availability"
    by = rows.mutate(number=periods.period(rows[promise.time], promise.calendar))
    counted = by.group_by("number").aggregate(
        worst=late(promise, by).max() if daily else by.count(),
        rows=by.count(),
        silent=by[promise.seen].isnull().sum() if daily else constant(0, INTEGER),
    )
    counted = counted.mutate(before=before(one, counted.number))
    timeless = counted.number.isnull()
    kept = whole(one, counted.number, counted.before).fill_null(ibis.literal(value=False))
    least = promise.sla.at_most is None
    silent = ibis.ifelse(timeless, counted["rows"], counted.silent)
    return counted.aggregate(
        value=counted.worst.min(where=kept) if least else counted.worst.max(where=kept),
        rows=counted["rows"].sum(where=kept),
        silent=silent.sum(where=kept | timeless),
        periods=kept.sum(),
        before=counted.before.min(),
    )


def _completeness(one: Asked, rows: ir.Table) -> ir.Table:
    value = ibis.ifelse(there(one.promise, rows), constant(1.0, NUMBER), constant(0.0, NUMBER))
    return rows.aggregate(value=value.mean(), rows=rows.count())


def _uniqueness(one: Asked, rows: ir.Table) -> ir.Table:
    names = [schema.column(rows, each, one.promise.source) for each in one.promise.columns]
    keys = rows.select(names).distinct()
    return keys.aggregate(value=keys.count()).cross_join(rows.aggregate(rows=rows.count()))


def _overlap(one: Asked, rows: ir.Table) -> ir.Table:
    """The share of rows whose key another stretch holds too."""
    keys = overlaps.shared(one.promise, rows)
    twice = keys["rows"].sum(where=keys.stretches > 1).fill_null(constant(0, INTEGER))
    return keys.aggregate(value=twice / keys["rows"].sum(), rows=keys["rows"].sum())


_MEASURES: Mapping[str, Callable[[Asked, ir.Table], ir.Table]] = {
    "freshness": _state, "retention": _state, "frequency": _frequency, "latency": _latency,
    "time_of_availability": _periods, "throughput": _periods, "availability": _periods,
    "completeness": _completeness, "uniqueness": _uniqueness,
    "overlap": _overlap,
}  # fmt: skip
