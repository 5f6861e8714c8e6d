"""Context as it was answered by, against the same joined again from the sources.

A request says up to when what it looked up was known; cut there, the join must give the very same
values. What it would give now is another thing: rows that came, or could be seen, after the view
was made. Values that callers sent are held against what is known now of their moment.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.contract.model import Contract
from mainstay.core.typed import TIME
from mainstay.data import context, rows, schema, travel
from mainstay.data.context import Context, Decisions
from mainstay.data.expression import constant
from mainstay.data.records import CUT, PLACE
from mainstay.data.rows import Sources


class Skew(NamedTuple):
    """Of one column: answered rows, and how many have another value by the join.

    sent: whether callers sent it; else it was looked up. now: how many by what is known now of
    their moment. example: the place in the journal of one that differs, None where none does.
    """

    context: str
    column: str
    sent: bool
    rows: int
    differing: int
    now: int
    example: int | None


def held(contract: Contract, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By context, its columns among those that requests hold; none of one that cannot be joined."""
    found = {
        name: tuple(one.name for one in clause.take if one.name in names)
        for name, clause in contract.data.context.items()
        if set(clause.on) <= {*names}
    }
    return {name: some for name, some in found.items() if some}


def newest(logged: ir.Table, *, rows: int, cuts: int) -> ir.Table:
    """Of answers that looked something up the newest, so many, of so many newest cuts: each cut is

    a join of its own.
    """
    looked = logged.filter(logged[CUT].notnull(), logged[PLACE] >= 0)
    known = looked.select(CUT).distinct()
    some = known.order_by(known[CUT].desc()).limit(cuts).to_pyarrow()[CUT].to_pylist()
    moments = [constant(one.isoformat(), TIME) for one in some]
    kept = looked.filter(looked[CUT].isin(moments)) if moments else looked.limit(0)
    return kept.order_by(kept[PLACE].desc()).limit(rows)


def skews(
    contract: Contract,
    sources: Sources,
    logged: ir.Table,
    columns: Mapping[str, tuple[str, ...]],
    now: datetime,
) -> tuple[Skew, ...]:
    """logged: rows of the journal with a time. columns: by context, those that requests hold."""
    found: dict[tuple[str, str, bool], Skew] = {}
    for cut in _cuts(logged):
        same = (
            logged[CUT].isnull() if cut is None else logged[CUT] == constant(cut.isoformat(), TIME)
        )
        part = logged.filter(same)
        for name, taken in columns.items():
            one = rows.context_of(contract, sources, name)
            for each in _compared(contract, part, one, taken, (cut, now)):
                key = (each.context, each.column, each.sent)
                found[key] = _sum(found[key], each) if key in found else each
    return tuple(found.values())


def _cuts(logged: ir.Table) -> list[datetime | None]:
    cuts = logged.select(CUT).distinct().order_by(CUT).to_pyarrow()[CUT].to_pylist()
    return list(cuts)


def _compared(
    contract: Contract,
    part: ir.Table,
    one: Context,
    taken: tuple[str, ...],
    moments: tuple[datetime | None, datetime],
) -> Iterator[Skew]:
    cut, now = moments
    time = contract.data.decisions.time
    names = dict.fromkeys((PLACE, time, *one.on))
    asked = Decisions(part.select(**{name: _plain(part[name]) for name in names}), PLACE, time)
    then = context.joined(asked, (one,), cut or now).select(PLACE, *taken)
    late = context.joined(asked, (one,), now).select(PLACE, *taken)
    before = part.select(PLACE, **{f"mainstay_was_{name}": part[name] for name in taken})
    for name in taken:
        different = [_differing(before, made, name, exactly=not one.over) for made in (then, late)]
        counted = different[0].aggregate(n=different[0].count(), at=different[0][PLACE].min())
        (found,) = counted.to_pyarrow().to_pylist()
        later = found["n"] if cut is None else different[1].count().to_pyarrow().as_py()
        total = part.count().to_pyarrow().as_py()
        yield Skew(one.name, name, cut is None, total, found["n"], later, found["at"])


def _differing(before: ir.Table, made: ir.Table, name: str, *, exactly: bool) -> ir.Table:
    """The rows whose value is another one."""
    theirs = made.select(mainstay_place=made[PLACE], mainstay_made=made[name])
    both = before.join(theirs, before[PLACE] == theirs.mainstay_place)
    was, value = both[f"mainstay_was_{name}"], schema.plain(both.mainstay_made)
    return both.filter(~(was.identical_to(value) if exactly else travel.same(was, value)))


def _plain(value: ir.Value) -> ir.Value:
    """Times of one precision, as sources have them."""
    return value.cast(TIME) if value.type().is_timestamp() else value


def _sum(one: Skew, other: Skew) -> Skew:
    example = one.example if one.example is not None else other.example
    return one._replace(
        rows=one.rows + other.rows, differing=one.differing + other.differing,
        now=one.now + other.now, example=example,
    )  # fmt: skip
