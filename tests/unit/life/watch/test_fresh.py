"""A fresh model beside the live one."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Window
from mainstay.life.watch import fresh, pairs
from mainstay.life.watch.order import Comparison, Order
from mainstay.life.watch.pairs import Paired, Said
from mainstay.trainer.scored import Scored

DAY = timedelta(days=1)


def stretch(order: Order, better: str) -> Paired:
    """Thirty days of 100 answers: one of the versions tells the labels, the others know nothing."""
    random = np.random.default_rng(0)
    label = (random.random(3000) < 0.3).astype(np.float64)
    knowing = np.clip(0.3 + 0.4 * (label - 0.3) + random.normal(0, 0.1, 3000), 0, 1)
    blind = random.random(3000)
    said = [
        Said(score, (score > 0.4).astype(np.float64))
        for score in (knowing if name == better else blind for name in ("live", "fresh", "before"))
    ]
    codes = np.arange(3000)
    columns = {"at": codes // 100 * 86_400_000_000, "visit": codes, "patient": codes % 700}
    rows = Scored(label, blind, blind, np.zeros(3000), codes, codes, columns, {})
    window = Window(order.champion.since, order.now)
    return pairs.paired(window, ("v1", "v0"), rows, tuple(said), order.contract.data.decisions)


def compared(order: Order, better: str) -> Comparison:
    found = fresh.compared(order, (stretch(order, better),), ())
    assert found is not None
    return found


def test_what_a_fresh_model_has_more_is_ageing(live: Callable[..., Order]) -> None:
    found = compared(live(days=30), "fresh")

    assert found.ageing is not None
    assert found.money is not None
    assert found.ageing.low > 0.3
    assert found.money.low > 0
    assert found.before is None


def test_where_nobody_is_better_the_loss_is_a_harder_period(live: Callable[..., Order]) -> None:
    found = compared(live(days=30), "nobody")

    assert found.ageing is None
    assert 0.15 < found.harder.value < 0.25
    assert found.harder.low < found.harder.value - 0.02
    assert found.harder.high > found.harder.value + 0.02


def test_a_previous_version_that_is_better_shows(live: Callable[..., Order]) -> None:
    found = compared(live(days=30), "before")

    assert found.before.low > 0
    assert found.money_before.low > 0
    assert (found.age, found.rows) == (30, 3000)


def test_stretches_of_another_champion_are_not_pooled(live: Callable[..., Order]) -> None:
    order = live(days=30)
    other = msgspec.structs.replace(stretch(order, "fresh"), live="v0")

    assert fresh.compared(order, (other,), ()) is None


def test_a_stretch_begins_where_the_last_one_ended(live: Callable[..., Order]) -> None:
    order = live(days=30)
    done = msgspec.structs.replace(
        stretch(order, "fresh"), window=Window(order.since, order.since + 8 * DAY)
    )

    first, next_ = fresh.stretch(order), fresh.stretch(order._replace(paired=(done,)))
    none = fresh.stretch(order._replace(now=order.champion.since + 21 * DAY))

    assert first == Window(order.since, order.since + 21 * DAY)
    assert next_ == Window(order.since + 8 * DAY, order.since + 29 * DAY)
    assert none is None


def test_a_fresh_model_knows_what_was_known_before_the_stretch_and_no_more(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=10)
    window = Window(order.since + 5 * DAY, order.since + 6 * DAY)

    learned = fresh.history(order, stated, window)

    assert learned is not None
    assert len(learned.rows) == 3000 + 4.5 * 120 - _late(order, window)
    assert fresh.history(order, stated, Window(order.since - 400 * DAY, order.since)) is None


def _late(order: Order, window: Window) -> float:
    """By how many visits chance differs from 120 a day."""
    known = window.since - timedelta(hours=12)
    rows = order.table.filter(order.table["at"] <= known)
    return 4.5 * 120 - int(rows.count().to_pyarrow().as_py())
