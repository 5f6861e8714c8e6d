"""What labels that were asked for say of all answers, though they are not like them.

Labels of the random half are like any others. Those of the other half count only where goals are
judged, each for as many answers as it stands for. Where other labels are enough, those asked for
stand for themselves, and the others for all that were not asked for. Where they are not, only
labels that were asked for count, each for one over its chance; an ask counts once nearly all of it
is answered, as what is answered first is not like the rest.
"""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from mainstay.bundle.runtime import Runtime
from mainstay.core.typed import NUMBER
from mainstay.data import live, schema
from mainstay.data.expression import constant
from mainstay.data.records import OUTCOME
from mainstay.data.snapshot import ARROW
from mainstay.life.watch import ask, realised
from mainstay.life.watch.ask import Some
from mainstay.life.watch.design import Ask, Key, Row
from mainstay.life.watch.maturity import Settled
from mainstay.life.watch.order import Order
from mainstay.life.watch.realised import FEWEST, WEIGHT, Answers
from mainstay.trainer.scored import scored

ANSWERED = 0.95
"""The share of an ask that must be labelled before it counts."""
_CHOSEN = "mainstay_chosen"


class Weight(NamedTuple):
    """What a label counts for, by key; rest: those of other keys, None where they do not count."""

    by_key: dict[Key, float]
    rest: float | None


def plain(order: Order) -> Order:
    """Without the labels that were asked for because of what a row is worth."""
    keys = [one.key for one in _rows(order) if not one.random]
    if not keys:
        return order
    table = order.decided(order.span)
    chosen = table[order.contract.data.decisions.key].isin(keys)
    return order._replace(joined=live.labelled_where(table, order.contract, ~chosen))


def weighed(
    order: Order, opened: Runtime, ripe: Settled, found: Answers | None
) -> tuple[Answers | None, str]:
    """The answers that goals are judged on, and how their labels count, empty where as they are.

    found: those whose labels are like any others; order: with its decisions, `whole` and joined.
    """
    if order.whole is None or not _rows(order):
        return found, ""
    if found is not None and len(found.rows.label) >= FEWEST:
        table = live.settled(order.whole, order.contract, ripe.until)
        return _answers(order, opened, table, _by_strata(order, table)), ""
    weight = Weight(by_chance(order.asks, _labelled(order)), None)
    if len(weight.by_key) < FEWEST:
        return found, ""
    told = f"{len(weight.by_key):,} labels that were asked for, each by its chance"
    return _answers(order, opened, order.whole, weight), told


def standing(order: Order) -> dict[Key, float] | None:
    """For how many answers each label that was asked for stands, where most labels come because

    they are asked for; empty while no ask is answered. None elsewhere: labels stand for themselves.
    """
    if not (order.asks or order.contract.data.label.budget):
        return None
    whole = order.decided(order.span) if order.whole is None else order.whole
    label = whole[order.contract.data.label.column]
    every = int(whole.filter(label.notnull()).count().to_pyarrow().as_py())
    labelled = _labelled(order._replace(whole=whole)) if order.asks else frozenset()
    return by_chance(order.asks, labelled) if every <= 2 * len(labelled) else None


def by_chance(asks: tuple[Ask, ...], labelled: frozenset[Key]) -> dict[Key, float]:
    """One over the chance of each labelled row to be drawn by an ask that counts.

    Of what an earlier ask drew that does not count, a later one could not draw.
    """
    counts = [_share(one, labelled) >= ANSWERED for one in asks]
    rows = [
        one
        for each, known in zip(asks, counts, strict=True)
        if known
        for one in each.rows
        if one.key in labelled
    ]
    left, chance = np.ones(len(rows)), np.zeros(len(rows))
    for each, known in zip(asks, counts, strict=True):
        here = ask.chance(each.design, _some(rows))
        chance += left * here * known
        left *= 1 - here
    return {one.key: 1 / odds for one, odds in zip(rows, chance.tolist(), strict=True)}


def _by_strata(order: Order, table: ir.Table) -> Weight:
    """Those asked for stand for themselves, the others for the others; table: labels that count."""
    keys = {one.key for one in _rows(order) if not one.random}
    key, label = order.contract.data.decisions.key, order.contract.data.label.column
    ours = realised.within(order, table, order.pooled)
    kept = ours.filter(ours[OUTCOME] != live.REJECTED)
    told = kept.group_by(**{_CHOSEN: kept[key].isin(list(keys))}).aggregate(
        rows=kept.count(), labelled=kept[label].count()
    )
    each = {one[_CHOSEN]: one for one in told.to_pyarrow().to_pylist()}
    stands = {
        chosen: one["rows"] / one["labelled"] for chosen, one in each.items() if one["labelled"]
    }
    return Weight(dict.fromkeys(keys, stands.get(True, 0.0)), stands.get(False))


def _answers(order: Order, opened: Runtime, table: ir.Table, weight: Weight) -> Answers | None:
    """The labelled answers of the newest windows that have a weight, with it."""
    ours = realised.within(order, table, order.pooled)
    (counts,) = live.counts(ours, order.contract, (order.pooled,), order.now)
    kept = _with_weights(order, realised.labelled(ours, order), weight)
    rows = scored(kept, order.contract, opened)
    if not len(rows.label):
        return None
    return realised.told(order.pooled, rows, counts.unlabelled, counts.immature)


def _with_weights(order: Order, table: ir.Table, weight: Weight) -> ir.Table:
    key = order.contract.data.decisions.key
    columns = pa.table(
        {
            _CHOSEN: pa.array(list(weight.by_key), ARROW[schema.neutral(table[key].type())]),
            WEIGHT: pa.array(list(weight.by_key.values()), pa.float64()),
        }
    )
    given = ibis.memtable(columns)
    joined = table.left_join(given, table[key] == given[_CHOSEN])
    rest = 0.0 if weight.rest is None else weight.rest
    filled = joined.mutate(**{WEIGHT: joined[WEIGHT].fill_null(constant(rest, NUMBER))})
    return filled.filter(filled[WEIGHT] > 0).drop(_CHOSEN).order_by(key)


def _labelled(order: Order) -> frozenset[Key]:
    """Of the rows asked for, the keys of those that have a label by now."""
    assert order.whole is not None, "somebody asked"
    key, label = order.contract.data.decisions.key, order.contract.data.label.column
    known = order.whole.filter(order.whole[label].notnull(), order.whole[key].isin(_keys(order)))
    return frozenset(known.select(key).to_pyarrow()[key].to_pylist())


def _keys(order: Order) -> list[Key]:
    return [one.key for one in _rows(order)]


def _rows(order: Order) -> list[Row]:
    return [one for each in order.asks for one in each.rows]


def _share(one: Ask, labelled: frozenset[Key]) -> float:
    return sum(row.key in labelled for row in one.rows) / max(len(one.rows), 1)


def _some(rows: list[Row]) -> Some:
    score = np.array([np.nan if one.score is None else one.score for one in rows])
    time = np.array([one.time.timestamp() * 1e6 for one in rows])
    covered = np.array([one.covered is not False for one in rows], dtype=np.bool_)
    return Some(score, time, covered)
