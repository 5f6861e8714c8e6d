"""Counts of a profile on engines that have no counting of their own: two questions in plain Ibis.

Moments are aggregates of columns. For places each row is laid out as one number a column, which
says column and place at once, and these are counted: an aggregate for every bin and level would be
thousands, more than PostgreSQL selects at once and Spark compiles in a minute.
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core.typed import INTEGER, NUMBER
from mainstay.data import dialect
from mainstay.data.expression import constant

GROUP = "mainstay_group"
_AT, _ROWS = "mainstay_at", "mainstay_rows"
Places = tuple[float | str, ...]


class Facts(NamedTuple):
    """Of one column in one group: values that are there, how many of them at each place and last.

    n of them are finite, and the rest is None where none is. variance: of the population.
    """

    known: int
    counts: tuple[int, ...]
    n: int = 0
    mean: float | None = None
    variance: float | None = None
    low: float | None = None
    high: float | None = None


def facts(
    rows: ir.Table, values: list[ir.Value], places: list[Places]
) -> dict[int, tuple[int, tuple[Facts, ...]]]:
    """Group -> how many rows it has, and the facts of each column.

    rows: in neutral types, with GROUP. values: numbers and text; a place of a number is an edge,
    which begins the next bin, of text a level; after the last place all others are counted.
    """
    moments = _moments(rows, values)
    counts = _counts(rows, values, places)
    return {
        group: (
            found[_ROWS],
            tuple(
                _facts(found, at, counts.get((group, at), {}), len(one))
                for at, one in enumerate(places)
            ),
        )
        for group, found in moments.items()
    }


def _facts(found: Mapping[str, Any], at: int, counts: Mapping[int, int], places: int) -> Facts:
    moments = {name: found[f"{name} {at}"] for name in Facts._fields if f"{name} {at}" in found}
    return Facts(**moments, counts=tuple(counts.get(place, 0) for place in range(places + 1)))


def _moments(rows: ir.Table, values: list[ir.Value]) -> dict[int, dict[str, Any]]:
    ready = {name: one for at, value in enumerate(values) for name, one in _ready(at, value)}
    made = rows.select(GROUP, **ready)
    asked = {
        name: how
        for at, value in enumerate(values)
        for name, how in _asked(made, at, numeric=value.type().is_numeric())
    }
    found = made.group_by(GROUP).aggregate(**{_ROWS: made.count()}, **asked)
    return {one[GROUP]: one for one in found.to_pyarrow().to_pylist()}


def _ready(at: int, value: ir.Value) -> Iterable[tuple[str, ir.Value]]:
    if not value.type().is_numeric():
        return [(f"value {at}", value)]
    number = value.cast(NUMBER)
    return [
        (f"value {at}", number),
        (f"finite {at}", ibis.ifelse(dialect.finite(number), number, ibis.null(NUMBER))),
    ]


def _asked(made: ir.Table, at: int, *, numeric: bool) -> Iterable[tuple[str, ir.Value]]:
    yield f"known {at}", made[f"value {at}"].count()
    if numeric:
        finite = made[f"finite {at}"]
        yield f"n {at}", finite.count()
        yield f"mean {at}", finite.mean()
        yield f"variance {at}", finite.var(how="pop")
        yield f"low {at}", finite.min()
        yield f"high {at}", finite.max()


def _counts(
    rows: ir.Table, values: list[ir.Value], places: list[Places]
) -> dict[tuple[int, int], dict[int, int]]:
    """(group, column) -> place -> how many values are there."""
    if not values:
        return {}
    starts = accumulate((len(one) + 1 for one in places), initial=0)
    laid = [_place(*each) for each in zip(values, places, starts, strict=False)]
    made = rows.select(GROUP, **{_AT: ibis.array(laid)}).unnest(_AT)
    counted = made.group_by([GROUP, _AT]).aggregate(**{_ROWS: made.count()})
    known = counted.filter(counted[_AT].notnull()).to_pyarrow().to_pylist()
    meant = [(at, place) for at, one in enumerate(places) for place in range(len(one) + 1)]
    found: dict[tuple[int, int], dict[int, int]] = {}
    for one in known:
        at, place = meant[one[_AT]]
        found.setdefault((one[GROUP], at), {})[place] = one[_ROWS]
    return found


def _place(value: ir.Value, places: Places, start: int) -> ir.IntegerValue:
    """Where a value is counted, by its number among the places of all columns; null where null."""
    here = constant(start, INTEGER)
    if places and value.type().is_numeric():
        here = _bin(value.cast(NUMBER), places, start)
    elif places:
        here = _level(value, places, start)
    return ibis.ifelse(value.isnull(), ibis.null(INTEGER), here)


def _bin(number: ir.FloatingValue, edges: Places, start: int) -> ir.IntegerValue:
    """The bin before the first edge that is not reached."""
    last = constant(start + len(edges), INTEGER)
    below = [
        (number < constant(edge, NUMBER), constant(at, INTEGER))
        for at, edge in enumerate(edges, start)
    ]
    return ibis.cases(*below, else_=last)


def _level(text: ir.StringValue, levels: Places, start: int) -> ir.IntegerValue:
    """-1 is where an array does not hold a value."""
    at, last = ibis.array(list(levels)).index(text), constant(start + len(levels), INTEGER)
    return ibis.ifelse(at < 0, last, at.cast(INTEGER) + constant(start, INTEGER))
