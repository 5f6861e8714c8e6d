"""Rows of a source that two of its stretches hold, by key: files merged, feeds that overlap.

A stretch is a file, or a micro-batch of a stream; where two sources are held against each other,
each is one. What two of them hold is counted twice by every sum and mean of it.
"""

from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from mainstay.core.errors import Mistake
from mainstay.core.typed import TIME
from mainstay.data import dialect, schema
from mainstay.data.promises import Promise
from mainstay.data.source import STRETCH

_OTHER, _ROWS = "mainstay_other", "mainstay_rows"


def shared(promise: Promise, rows: ir.Table) -> ir.Table:
    """Of each key its `rows`, and how many `stretches` hold it."""
    names = [schema.column(rows, one, promise.source) for one in promise.columns]
    return rows.group_by(names).aggregate(rows=rows.count(), stretches=rows[STRETCH].nunique())


def beside(promise: Promise, rows: ir.Table, other: ir.Table, seen: str) -> ir.Table:
    """Rows of two sources, each with the name of its own; seen: the other's own such column."""
    name = str(promise.sla.beside)
    wanted = list(dict.fromkeys(filter(None, [*promise.columns, promise.time])))
    ours = {one: schema.column(rows, one, promise.source) for one in wanted}
    theirs = {one: schema.column(other, one, name) for one in wanted}
    for one in wanted:
        if ours[one].type() != theirs[one].type():
            kinds = f"{ours[one].type()} in {promise.source} and {theirs[one].type()} in {name}"
            raise Mistake(f"{one} is {kinds}", "element names columns that are alike in both")
    if promise.seen:
        ours[promise.seen] = schema.column(rows, promise.seen, promise.source)
        theirs[promise.seen] = other[seen] if seen else ibis.null(TIME)
    return ibis.union(
        rows.select(**ours, **{STRETCH: ibis.literal(promise.source)}),
        other.select(**theirs, **{STRETCH: ibis.literal(name)}),
    )


def told(promise: Promise, rows: ir.Table) -> str:
    """The two stretches that share most, how many keys, one of them, and the time both speak of."""
    keys = list(promise.columns)
    each = rows.group_by([*keys, STRETCH]).aggregate(**{_ROWS: rows.count()})
    other = each.select(*keys, **{_OTHER: each[STRETCH]})
    same = [each[key].identical_to(other[key]) for key in keys]
    both = each.join(other, same)
    one_first = dialect.ordered(both[STRETCH]) < dialect.ordered(both[_OTHER])
    pairs = both.filter(one_first)
    counted = pairs.group_by([STRETCH, _OTHER]).aggregate(**{_ROWS: pairs.count()})
    order = [ibis.desc(_ROWS), *_ordered(counted, [STRETCH, _OTHER])]
    found = counted.order_by(order).to_pyarrow().to_pylist()
    first = found[0]
    one, two = first[STRETCH], first[_OTHER]
    theirs = pairs.filter(pairs[STRETCH] == one, pairs[_OTHER] == two)
    lowest = theirs.order_by(_ordered(theirs, keys)).limit(1)
    example = lowest.select(keys).to_pyarrow().to_pylist()[0]
    more = f"; {len(found) - 1} more pairs overlap" if found[1:] else ""
    return (
        f"{one} and {two} share {first[_ROWS]:,} keys, for example"
        f" {', '.join(map(_said, example.values()))}{_period(promise, rows, one, two)}{more}"
    )


def _said(value: object) -> str:
    """The same of every engine: some tell no zone, some no sign of a zero."""
    match value:
        case datetime():
            return str(value.replace(tzinfo=UTC))
        case float():
            return str(value + 0.0)
        case _:
            return str(value)


def _ordered(rows: ir.Table, names: list[str]) -> list[ir.Value]:
    return [dialect.ordered(rows[name]) for name in names]


def _period(promise: Promise, rows: ir.Table, one: str, two: str) -> str:
    """When both hold rows, where rows say when they were."""
    if not promise.time:
        return ""
    time = rows[promise.time]
    spans = rows.filter(rows[STRETCH].isin([one, two])).group_by(STRETCH)
    found = spans.aggregate(first=time.min(), last=time.max()).to_pyarrow().to_pylist()
    if any(each["first"] is None for each in found):
        return ""
    since, until = max(each["first"] for each in found), min(each["last"] for each in found)
    if since > until:
        return "; their periods do not overlap"
    return f"; both hold rows of {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
