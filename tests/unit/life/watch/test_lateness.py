"""How late windows were."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import pytest

from mainstay.life.watch import lateness
from mainstay.life.watch.order import Order

HOUR = ibis.interval(hours=1)
FRESH = "within: 6h, freshness: 3h"


def test_sources_are_as_old_as_they_were_when_each_window_ended(
    live: Callable[..., Order],
) -> None:
    order = live(days=3, old="within: 6h", new=FRESH)
    later = order._replace(now=order.now + timedelta(days=2))

    ages = lateness.ages(later, later.windows)["weather"]

    assert ages[:3] == pytest.approx([0.0, 0.0, 0.0], abs=0.1)
    assert ages[3:] == pytest.approx([8.0, 16.0], abs=0.1)


def test_decisions_are_asked_for_after_their_moment_or_never_before(
    live: Callable[..., Order],
) -> None:
    order = live(days=2)
    at = order.table["mainstay_at"]
    early, late = (order.table.mutate(mainstay_at=one) for one in (at - HOUR, at + HOUR))
    time = order.contract.data.decisions.time

    prompt, waited = (lateness.asked(one, time).to_pyarrow().to_pylist() for one in (early, late))

    assert set(prompt) == {0.0}
    assert waited == pytest.approx([8.189] * len(waited), abs=0.001)


def test_what_agrees_on_no_freshness_has_no_age(live: Callable[..., Order]) -> None:
    order = live(days=1)

    assert lateness.ages(order, order.windows) == {}
