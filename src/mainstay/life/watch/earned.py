"""What the answers earned and what the rule alone would have earned, as labels come in.

Where labels come by themselves it is the money of the labelled answers; those that were asked for
because of what a row is worth are left out, as they are not like the others. Where most labels come
because they were asked for, it is the money of all answers: each label counts for one over the
chance that its row was asked for, and a window waits until nothing more of it can be asked for, and
one ask at least is answered.
"""

from typing import NamedTuple

import ibis.expr.types as ir
import msgspec
import numpy as np

from mainstay.bundle import manifest
from mainstay.core.columns import Columns, Text
from mainstay.core.nouns import Estimate, Window, known
from mainstay.core.typed import TEXT
from mainstay.data import columns as memory
from mainstay.data import live, rows
from mainstay.data.live import Counts
from mainstay.data.records import DECISION, OUTCOME, SCORE
from mainstay.life.watch import ask, asked
from mainstay.life.watch.design import Key
from mainstay.life.watch.order import POOLED, Balance, Earned, Order, Serving
from mainstay.stats import bootstrap, value
from mainstay.stats.blocks import Floats
from mainstay.stats.blockwise import Summed
from mainstay.trainer import measures, payoffs, scored
from mainstay.trainer.scored import numbers


def earned(order: Order) -> tuple[Earned, ...]:
    """The windows since the last look for which no more labels will come; none without money."""
    if order.contract.objective.value is None:
        return ()
    stands = asked.standing(order)
    windows = _mature(order, waits=stands is not None)
    if not windows or stands == {}:
        return ()
    span = Window(windows[0].since, windows[-1].until)
    whole = _whole(order, span)
    found = live.counts(whole, order.contract, windows, order.now)
    table = order.decided(span) if stands is None else whole
    columns = memory.fetched(_judged(table, order), _levels(order))
    at = numbers(columns[order.contract.data.decisions.time])
    label, decided = numbers(columns[order.contract.data.label.column]), _decided(order, columns)
    by_row = payoffs.by_row(order.contract, columns)
    weight = _weight(order, columns, stands) if stands else None
    made = []
    for window, count in zip(windows, found, strict=True):
        inside = (at >= window.since.timestamp() * 1e6) & (at < window.until.timestamp() * 1e6)
        ruled, heavy = _ruled(order, columns, window), None if weight is None else weight[inside]
        money = None if by_row is None else by_row[inside]
        some = _Some(label[inside], decided[inside], ruled[inside], heavy, money)
        made.append(_earned(order, window, some, count))
    return tuple(made)


def balance(
    every: tuple[Earned, ...], *, retraining: float, currency: str, seed: int
) -> Balance | None:
    """All windows together with what they cost; retraining: of all versions, negative."""
    if not every:
        return None
    decided = np.array([one.answered - one.ruled for one in every])
    net, labels = np.array([one.net for one in every]), sum(one.rows for one in every)
    return Balance(
        until=every[-1].window.until,
        worth=_total(net, retraining, labels, currency, seed),
        decided=_total(decided, 0.0, labels, currency, seed),
        serving=sum(one.serving for one in every),
        labelling=sum(one.labelling for one in every),
        retraining=retraining,
        labels=labels,
        unlabelled=sum(one.unlabelled for one in every),
        answers=sum(one.answers for one in every),
    )


class _Some(NamedTuple):
    """The labelled answers of a window: what came true, what was decided, what the rule decides.

    weight: for how many answers each stands, None where for itself; payoffs: see trainer.payoffs.
    """

    label: Floats
    decided: Floats
    ruled: Floats
    weight: Floats | None
    payoffs: Floats | None = None


def _earned(order: Order, window: Window, some: _Some, count: Counts) -> Earned:
    stated = order.contract.objective.value
    assert stated is not None, "money is counted where it is stated"
    each = np.ones(len(some.label)) if some.weight is None else some.weight
    answered, ruled = (each * _money(order, some, said) for said in (some.decided, some.ruled))
    return Earned(
        window=window,
        rows=int(np.count_nonzero(each)),
        unlabelled=count.unlabelled,
        answered=float(answered.sum()),
        ruled=float(ruled.sum()),
        serving=(count.decisions - count.rejected) / 1000 * stated.per_1000_predictions,
        labelling=count.labelled * stated.per_label,
        above=known(value.summed((answered - ruled)[each > 0], stated.currency)),
        stands=None if some.weight is None else float(each.sum()),
    )


def _total(over: Floats, cost: float, labels: int, currency: str, seed: int) -> Estimate | None:
    """The sum of windows and a cost; None while it is not known.

    Whole windows are drawn: what a day shares is in the interval. n counts labelled answers.
    """
    money = Summed(lambda added: added[:, 0, 0] + cost, [over])
    found = bootstrap.estimate(money, (np.arange(len(over)),), seed=seed, unit=currency)
    return known(msgspec.structs.replace(found, n=labels))


def _mature(order: Order, *, waits: bool) -> tuple[Window, ...]:
    """Windows that were profiled by now and not counted yet, older than any label can be late.

    waits: until no label of them can be asked for any more either.
    """
    last = order.now - order.contract.data.label.never_after
    last -= POOLED * order.width * waits
    since = max((one.window.until for one in order.earned), default=order.first)
    count = max((last - since) // order.width, 0)
    starts = [since + at * order.width for at in range(count)]
    return tuple(Window(one, one + order.width) for one in starts)


def _whole(order: Order, span: Window) -> ir.Table:
    """Decisions with all labels: whoever gave them is paid for each."""
    if order.whole is None:
        return order.decided(span)
    return rows.within(order.whole, order.contract.data.decisions.time, span)


def _weight(order: Order, columns: Columns, stands: dict[Key, float]) -> Floats:
    """Of each labelled answer; 0 for those that nobody asked for."""
    keys = ask.keys(columns, order.contract.data.decisions.key)
    return np.array([stands.get(one, 0.0) for one in keys], dtype=np.float64)


def _judged(table: ir.Table, order: Order) -> ir.Table:
    """Answers that decided, with a label: what a person decided is not known here.

    Nor what it is worth to decide of a class that the contract does not name.
    """
    label = table[order.contract.data.label.column]
    some = table.filter(label.notnull(), table[OUTCOME].notin([live.REJECTED, live.PERSON]))
    named, was = _classes(order), label.cast(TEXT)
    return some.filter(was.isin(named)).mutate(**{label.get_name(): was}) if named else some


def _classes(order: Order) -> tuple[str, ...]:
    stated = order.contract.objective.value
    return stated.classes if stated else ()


def _levels(order: Order) -> dict[str, tuple[str, ...]]:
    """Classes of labels and decisions by their places in the matrix, where there is one."""
    named = _classes(order)
    return dict.fromkeys((order.contract.data.label.column, DECISION), named) if named else {}


def _decided(order: Order, columns: Columns) -> Floats:
    """1 where the answer was yes; the place of the class; the value that was answered."""
    if order.contract.objective.task == "regression":
        return numbers(columns[SCORE])
    said = columns[DECISION]
    assert isinstance(said, Text), "decisions are written as text"
    if _classes(order):
        return numbers(said)
    return np.array([*(level == "true" for level in said.levels), False])[said.codes].astype(float)


def _ruled(order: Order, columns: Columns, window: Window) -> Floats:
    """What the rule of the version that was live then decides."""
    served = _live(order, window)
    stated = manifest.read(order.places.bundle(served.bundle), served.bundle)
    return scored.ruled(stated, columns)


def _live(order: Order, window: Window) -> Serving:
    earlier = order.previous if window.until <= order.champion.since else None
    return earlier or order.champion


def _money(order: Order, some: _Some, said: Floats) -> Floats:
    return measures.earned(order.contract, some.label, said, some.payoffs)
