"""Whether rows knew their future: sources cut at a moment must give the same rows before it.

The cut happens before anything is joined, so a join that looked ahead cannot hide.
"""

from datetime import datetime, timedelta
from functools import reduce

import ibis.expr.types as ir

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.contract.sources import Context as Clause
from mainstay.core.typed import NUMBER, TIME
from mainstay.data import rows
from mainstay.data.expression import constant
from mainstay.data.rows import Sources
from mainstay.data.source import Reader

_TOLERATED = 1e-9  # relative: sums over a window may be added up in another order


def changed_rows(contract: Contract, reader: Reader, *, cut: datetime, now: datetime) -> int:
    """Rows decided before the cut that differ once every source is cut there; 0 is right.

    Labels are left out: they are the future. A static table has no time to be cut at, so what it
    gives away stays unseen here and is named by Rows.notes instead.
    """
    sources = rows.kept(contract, rows.opened(contract, reader), now=now).sources
    before = rows.joined(contract, sources, until=cut, now=now).table
    after = rows.joined(contract, _cut(contract, sources, cut), until=cut, now=now).table
    key, label = contract.data.decisions.key, contract.data.label.column
    names = [name for name in before.columns if name not in (key, label)]
    return _differing(before, after, key, names)


def _cut(contract: Contract, sources: Sources, cut: datetime) -> Sources:
    time = contract.data.decisions.time
    decisions = sources.decisions._replace(table=_until(sources.decisions.table, time, cut))
    contexts = {
        name: source._replace(table=_seen(source.table, contract.data.context[name], time, cut))
        for name, source in sources.contexts.items()
    }
    return Sources(decisions, contexts)


def _seen(table: ir.Table, clause: Clause, decided: str, cut: datetime) -> ir.Table:
    """What of a context existed and was known at the cut."""
    as_of = clause.as_of or (decided if clause.source == DECISIONS else None)
    if as_of:
        table = _until(table, as_of, cut - (clause.known_after or timedelta()))
    return _until(table, clause.available_at, cut) if clause.available_at else table


def _until(table: ir.Table, time: str, cut: datetime) -> ir.Table:
    return table.filter(table[time] <= constant(cut.isoformat(), TIME))


def _differing(before: ir.Table, after: ir.Table, key: str, names: list[str]) -> int:
    theirs = after.rename({f"mainstay_after_{name}": name for name in after.columns})
    both = before.left_join(theirs, before[key] == theirs[f"mainstay_after_{key}"])
    different = [~same(both[name], both[f"mainstay_after_{name}"]) for name in names]
    lost = both[f"mainstay_after_{key}"].isnull()
    found = both.filter(reduce(lambda left, right: left | right, different, lost)).count()
    return int(found.to_pyarrow().as_py())


def same(before: ir.Value, after: ir.Value) -> ir.BooleanValue:
    equal = before.identical_to(after)
    if not before.type().is_floating():
        return equal
    near = (before - after).abs() <= after.abs() * constant(_TOLERATED, NUMBER)
    return equal | near.fill_null(False)  # noqa: FBT003 - Ibis takes it by position only
