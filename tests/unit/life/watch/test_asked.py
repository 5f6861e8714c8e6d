"""What labels that were asked for say of all answers."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from mainstay.bundle import runtime
from mainstay.core.nouns import Verdict
from mainstay.data import live as decided
from mainstay.life.watch import ask, asked, maturity, realised
from mainstay.life.watch.order import Order, Watched
from mainstay.life.watch.realised import Answers
from mainstay.life.watch.watch import watched


def asking(order: Order, count: int, days: int) -> Order:
    """One ask after so many days, before any label came; its labels are there now."""
    then = order._replace(now=order.since + timedelta(days=days), labels=order.labels.limit(0))
    return order._replace(asks=(ask.asked(then, count, seed=1),))


def only_asked(order: Order, share: float = 1.0) -> Order:
    keys = [one.key for one in order.asks[0].rows]
    kept = keys[: round(len(keys) * share)]
    return order._replace(labels=order.labels.filter(order.labels.visit.isin(kept)).cache())


def goal(seen: Watched) -> object:
    return next(one for one in seen.evidence if one.clause == "realised, roc_auc")


def test_where_only_labels_asked_for_came_they_count_by_their_chances(
    live: Callable[..., Order],
) -> None:
    whole = live(days=24)
    order = asking(whole, 380, 24)

    found = goal(watched(only_asked(order)))
    truth = goal(watched(whole))

    assert found.population.endswith("labels that were asked for, each by its chance")
    assert found.estimate.n == len(order.asks[0].rows)
    assert found.estimate.low < truth.estimate.value < found.estimate.high
    assert found.verdict in (Verdict.PASS, Verdict.UNSURE)


def test_an_ask_counts_once_it_is_answered(live: Callable[..., Order]) -> None:
    order = asking(live(days=24), 380, 24)

    found = goal(watched(only_asked(order, 0.9)))

    assert (found.verdict, found.estimate) == (Verdict.UNSURE, None)


def weighed(order: Order) -> Answers:
    every = decided.decisions(order.table, order.labels, order.contract, order.span, order.now)
    whole = every.cache()
    order = asked.plain(order._replace(joined=whole, whole=whole))
    ripe = maturity.settled(order)
    order = order._replace(joined=maturity.ripe(order, ripe))
    champion = order.champion
    opened = runtime.opened(
        order.places.bundle(champion.bundle), order.places.environments, expected=champion.bundle
    )
    try:
        plain = realised.answers(order, opened, order.pooled)
        found, how = asked.weighed(order, opened, ripe, plain)
    finally:
        opened.close()
    assert how == ""
    return found


def test_beside_other_labels_those_asked_for_stand_for_themselves(
    live: Callable[..., Order],
) -> None:
    """A third has a label by itself; those chosen have one because they were asked for."""
    order = asking(live(days=24), 300, 20)
    chosen = {one.key for one in order.asks[0].rows if not one.random}
    table = order.labels
    some = table.filter(table.visit.isin(list(chosen)) | (table.visit.right(1) < "3"))

    found = weighed(order._replace(labels=some.cache()))

    visit = found.rows.columns["visit"]
    keys = np.array(visit.levels)[visit.codes]
    theirs = np.isin(keys, list(chosen))
    assert set(found.weight[theirs]) == {1.0}
    assert found.weight[~theirs].min() == pytest.approx(found.weight[~theirs].max())
    assert 2.5 < found.weight[~theirs][0] < 4


def test_without_an_ask_nothing_is_weighed(live: Callable[..., Order]) -> None:
    found = weighed(live(days=10))

    assert set(found.weight) == {1.0}


def test_of_two_asks_each_row_counts_by_its_chance_in_either(live: Callable[..., Order]) -> None:
    whole = live(days=24)
    empty = whole._replace(labels=whole.labels.limit(0))
    first = ask.asked(empty._replace(now=empty.since + timedelta(days=12)), 200, seed=1)
    second = ask.asked(empty._replace(asks=(first,)), 200, seed=2)
    both = (first, second)
    keys = frozenset(one.key for each in both for one in each.rows)

    together, alone = asked.by_chance(both, keys), asked.by_chance(both[:1], keys)
    early = first.rows[0]
    late = max(second.rows, key=lambda one: one.time)
    unanswered = asked.by_chance(both, frozenset(one.key for one in second.rows))

    assert together[early.key] < alone[early.key] == pytest.approx(1 / early.chance)
    assert together[late.key] == pytest.approx(1 / late.chance)
    assert set(unanswered) == {one.key for one in second.rows}
    old = min(second.rows, key=lambda one: one.time)
    assert unanswered[old.key] > 1 / old.chance
    expected = sum(together.values())
    assert expected == pytest.approx(second.design.rows + len(first.rows), rel=0.25)
