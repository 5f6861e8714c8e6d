"""How late windows were: their decisions after their moment, the sources when they ended."""

import ibis
import ibis.expr.types as ir

from mainstay.core.nouns import Window
from mainstay.core.typed import NUMBER, TIME
from mainstay.data import rows, schema
from mainstay.data.expression import constant
from mainstay.data.records import AT
from mainstay.life.watch.order import Subject


def asked(table: ir.Table, time: str) -> ir.FloatingValue:
    """Of decisions: the logarithm of one and the seconds after their moment, 0 if asked before."""
    after = (table[AT].epoch_seconds() - table[time].epoch_seconds()).cast(NUMBER)
    return (ibis.greatest(after, constant(0.0, NUMBER)) + constant(1.0, NUMBER)).ln()


def ages(order: Subject, windows: tuple[Window, ...]) -> dict[str, list[float | None]]:
    """By source that agrees on a freshness: of each window the age of its newest row then.

    Ages are of what can be seen now that was not after a window: where a source says since when a
    row was available that is what could be seen then.
    """
    found: dict[str, list[float | None]] = {}
    for name, one in order.contract.data.context.items():
        agreed = one.fresh_within
        if agreed is None or not one.as_of or name in order.unfit:
            continue
        table = rows.named(order.contract, order.reader, name).table
        times = [schema.column(table, each, name) for each in (one.as_of, one.available_at) if each]
        newest = {str(at): _newest(times, window) for at, window in enumerate(windows)}
        (said,) = table.aggregate(**newest).to_pyarrow().to_pylist()
        found[name] = [
            None if said[str(at)] is None else (window.until - said[str(at)]) / agreed
            for at, window in enumerate(windows)
        ]
    return found


def _newest(times: list[ir.Value], window: Window) -> ir.Value:
    moment = constant(window.until.isoformat(), TIME)
    seen = times[0] <= moment
    for one in times[1:]:
        seen = seen & (one <= moment)
    return times[0].max(where=seen)
