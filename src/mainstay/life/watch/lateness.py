"""How late windows were: their decisions after their moment, the sources when they ended."""

import ibis
import ibis.expr.types as ir

from mainstay.core.nouns import Window
from mainstay.core.typed import NUMBER, TIME
from mainstay.data import live, rows, schema
from mainstay.data.expression import constant
from mainstay.data.profile import Bins, Moments, Numbers, Profile
from mainstay.data.records import AT
from mainstay.data.source import Reader
from mainstay.life.watch.order import Late, Order, Subject

_ASKED = "mainstay_asked"


def late(order: Order, table: ir.Table, windows: tuple[Window, ...]) -> tuple[Late, ...]:
    """Of each window; table: the decisions of all of them.

    Ages are those of what can be seen now that was not after a window: where a source says since
    when a row was available that is what could be seen then.
    """
    time = order.contract.data.decisions.time
    asked = table.select(table[time], **{_ASKED: _asked(table, time)})
    found = live.profiles(asked, time, windows, Bins({_ASKED: ()}, {}))
    known = ages(order, windows)
    return tuple(
        Late(_moments(one), {name: some[at] for name, some in known.items()})
        for at, one in enumerate(found)
    )


def _moments(found: Profile) -> Moments | None:
    (one,) = found.columns
    return one.moments if isinstance(one, Numbers) else None


def _asked(table: ir.Table, time: str) -> ir.Value:
    """The logarithm of one and the seconds after the moment of a decision; 0 where asked before."""
    after = (table[AT].epoch_seconds() - table[time].epoch_seconds()).cast(NUMBER)
    return (ibis.greatest(after, constant(0.0, NUMBER)) + constant(1.0, NUMBER)).ln()


def ages(order: Subject, windows: tuple[Window, ...]) -> dict[str, list[float | None]]:
    """By source, of those that agree on a freshness: one question each."""
    reader = Reader(order.engine, order.places.folder, order.places.staged)
    stated = order.contract.data.context
    agreed = {name: one for name, one in stated.items() if one.as_of and one.freshness}
    if not agreed:
        return {}
    opened = rows.opened(order.contract, reader)
    found = {}
    for name, one in agreed.items():
        table = opened.contexts[name].table
        times = [schema.column(table, each, name) for each in (one.as_of, one.available_at) if each]
        newest = {str(at): _newest(times, window) for at, window in enumerate(windows)}
        (said,) = table.aggregate(**newest).to_pyarrow().to_pylist()
        found[name] = [
            None if said[str(at)] is None else (window.until - said[str(at)]) / one.freshness
            for at, window in enumerate(windows)
        ]
    return found


def _newest(times: list[ir.Value], window: Window) -> ir.Value:
    moment = constant(window.until.isoformat(), TIME)
    seen = times[0] <= moment
    for one in times[1:]:
        seen = seen & (one <= moment)
    return times[0].max(where=seen)
