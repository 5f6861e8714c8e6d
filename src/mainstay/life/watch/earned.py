"""What the answers earned and what the rule alone would have earned, as labels come in."""

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle import baseline, manifest
from mainstay.core.columns import Columns, Text
from mainstay.core.nouns import Estimate, Window, known
from mainstay.data import columns as memory
from mainstay.data import live
from mainstay.data.records import DECISION, OUTCOME
from mainstay.life.watch.order import Earned, Order, Serving
from mainstay.stats import bootstrap, value
from mainstay.stats.blocks import Floats
from mainstay.stats.blockwise import Summed
from mainstay.trainer.measures import worth
from mainstay.trainer.scored import numbers


def earned(order: Order) -> tuple[Earned, ...]:
    """The windows since the last look for which no more labels will come; none without money."""
    windows = _mature(order)
    if order.contract.objective.value is None or not windows:
        return ()
    span = Window(windows[0].since, windows[-1].until)
    table = order.decided(span)
    found = live.counts(table, order.contract, windows, order.now)
    columns = memory.fetched(_judged(table, order))
    at = numbers(columns[order.contract.data.decisions.time])
    label, decided = numbers(columns[order.contract.data.label.column]), _decided(columns)
    made = []
    for window, count in zip(windows, found, strict=True):
        inside = (at >= window.since.timestamp() * 1e6) & (at < window.until.timestamp() * 1e6)
        said, ruled = decided[inside], _ruled(order, columns, window)[inside]
        answered = _money(order, label[inside], said) + _running(order, len(said))
        by_rule = _money(order, label[inside], ruled)
        made.append(Earned(window, len(said), count.unlabelled, answered, by_rule))
    return tuple(made)


def total(every: tuple[Earned, ...], *, cost: float, currency: str, seed: int) -> Estimate | None:
    """Money of all windows above the rule, less what retraining cost; None while it is not known.

    Whole windows are drawn: what a day shares is in the interval. n counts labelled answers.
    """
    over = np.array([one.answered - one.ruled for one in every])
    if not len(over):
        return None
    money = Summed(lambda added: added[:, 0, 0] + cost, [over])
    found = bootstrap.estimate(money, (np.arange(len(over)),), seed=seed, unit=currency)
    return known(msgspec.structs.replace(found, n=sum(one.rows for one in every)))


def _mature(order: Order) -> tuple[Window, ...]:
    """Windows that were profiled by now and not counted yet, older than any label can be late."""
    last = order.now - order.contract.data.label.never_after
    since = max((one.window.until for one in order.earned), default=order.first)
    count = max((last - since) // order.width, 0)
    starts = [since + at * order.width for at in range(count)]
    return tuple(Window(one, one + order.width) for one in starts)


def _judged(table: ir.Table, order: Order) -> ir.Table:
    """Answers that decided, with a label: what a person decided is not known here."""
    label = table[order.contract.data.label.column]
    return table.filter(label.notnull(), table[OUTCOME].notin([live.REJECTED, live.PERSON]))


def _decided(columns: Columns) -> Floats:
    """1 where the answer was yes."""
    said = columns[DECISION]
    assert isinstance(said, Text), "decisions are written as text"
    return np.array([*(level == "true" for level in said.levels), False])[said.codes].astype(float)


def _ruled(order: Order, columns: Columns, window: Window) -> Floats:
    """What the rule of the version that was live then decides."""
    served = _live(order, window)
    stated = manifest.read(order.places.bundle(served.bundle), served.bundle)
    rates, yes = baseline.rates(stated.baseline, columns), stated.baseline_threshold
    return (rates >= (0.5 if yes is None else yes)).astype(np.float64)


def _live(order: Order, window: Window) -> Serving:
    earlier = order.previous if window.until <= order.champion.since else None
    return earlier or order.champion


def _money(order: Order, label: Floats, decided: Floats) -> float:
    return float(value.per_row(label, decided, worth(order.contract)).sum())


def _running(order: Order, answers: int) -> float:
    """What the answers themselves cost, negative."""
    stated = order.contract.objective.value
    return answers / 1000 * stated.per_1000_predictions if stated else 0.0
