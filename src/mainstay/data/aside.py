"""Rows that break a promise, set aside: none of them is lost in silence."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core.typed import INTEGER, NUMBER
from mainstay.data import measured, periods
from mainstay.data.expression import constant
from mainstay.data.promises import OVERLAP, Asked
from mainstay.data.sla import Judged, told
from mainstay.data.source import STRETCH

_ASIDE = "mainstay_aside"


class Aside(NamedTuple):
    """Rows of a source that its promise kept from what is made of it; table: they as they were.

    rows: how many fewer there are. Of copies of one row the first is no loss, and stays.
    """

    judged: Judged
    table: ir.Table
    rows: int

    @property
    def note(self) -> str:
        """For a person."""
        return (
            f"{self.rows:,} rows of {self.judged.promise.source} are set aside: {told(self.judged)}"
        )


def kept(
    one: Judged, table: ir.Table, both: ir.Table | None, now: datetime
) -> tuple[ir.Table, Aside]:
    """A source without the rows that break a promise of it, which is broken.

    both: its rows and those of the source it is held against, by name, where there is one.
    """
    if both is not None:
        return _elsewhere(one, table, measured.visible(one.asked, both, now))
    if one.promise.sla.name in ("uniqueness", OVERLAP):
        return _single(one, table)
    breaks = _breaks(one.asked, table, now)
    marked = table.mutate(**{_ASIDE: breaks.fill_null(ibis.literal(value=False))})
    left = marked.filter(~marked[_ASIDE]).drop(_ASIDE)
    away = marked.filter(marked[_ASIDE]).drop(_ASIDE)
    return left, Aside(one, away, _count(away))


def _single(one: Judged, table: ir.Table) -> tuple[ir.Table, Aside]:
    """Copies of one row are one; where rows of one key differ nobody knows which is right."""
    names = list(one.promise.columns)
    left = _alone(table.distinct(), names, operator.eq)
    away = _alone(table, names, operator.gt)
    return left, Aside(one, away, _count(table) - _count(left))


def _elsewhere(one: Judged, table: ir.Table, both: ir.Table) -> tuple[ir.Table, Aside]:
    """What the other source holds too stays there."""
    names = list(one.promise.columns)
    other = both.filter(both[STRETCH] == one.promise.sla.beside).select(names).distinct()
    same = [table[name].identical_to(other[name]) for name in names]
    away = table.semi_join(other, same)
    return table.anti_join(other, same), Aside(one, away, _count(away))


Comparison = Callable[[ir.Value, ir.Value], ir.Value]


def _alone(table: ir.Table, names: list[str], compared: Comparison) -> ir.Table:
    count = table.count().over(ibis.window(group_by=names))
    marked = table.mutate(**{_ASIDE: compared(count, constant(1, INTEGER))})
    return marked.filter(marked[_ASIDE]).drop(_ASIDE)


def _breaks(one: Asked, table: ir.Table, now: datetime) -> ir.Value:
    return measured.seen(one, table, now) & _BREAKING[one.promise.sla.name](one, table, now)


def _late(one: Asked, table: ir.Table, _: datetime) -> ir.Value:
    bound = one.promise.sla.bound
    most = bound.total_seconds() if isinstance(bound, timedelta) else bound
    return measured.late(one.promise, table) > constant(most, NUMBER)


def _lacking(one: Asked, table: ir.Table, _: datetime) -> ir.Value:
    return ~measured.there(one.promise, table)


def _crowded(one: Asked, table: ir.Table, now: datetime) -> ir.Value:
    """All rows of a whole period that has too few of them, or too many."""
    sla = one.promise.sla
    number = periods.period(table[one.promise.time], one.promise.calendar)
    counts = measured.seen(one, table, now) & number.notnull()
    one_each = ibis.ifelse(counts, constant(1, INTEGER), constant(0, INTEGER))
    rows = one_each.sum().over(ibis.window(group_by=number)).cast(NUMBER)
    compared = operator.lt if sla.at_most is None else operator.gt
    whole = measured.whole(one, number, measured.before(one, number))
    return whole & compared(rows, constant(float(sla.bound), NUMBER))  # type: ignore[arg-type]  # a count


_BREAKING: Mapping[str, Callable[[Asked, ir.Table, datetime], ir.Value]] = {
    "latency": _late, "time_of_availability": _late, "completeness": _lacking,
    "throughput": _crowded,
}  # fmt: skip


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())
