"""By windows: what answers should be worth, and how far labels say otherwise."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from mainstay.bundle.runtime import Runtime
from mainstay.life.watch import estimated, losses, realised
from mainstay.life.watch.order import Order
from mainstay.life.watch.pulse import Loss


def found(order: Order, champion: Runtime) -> dict[str, Loss]:
    answers = realised.answers(order, champion, order.pooled)
    seen = estimated.estimates_of(order, champion, answers)
    return {one.kind: one for one in losses.losses(order, seen, order.windows)}


def turned(columns: dict[str, np.ndarray], random: np.random.Generator) -> None:
    """From day 10 on what was learned is wrong."""
    columns["logit"] = np.where(columns["day"] > 10, -columns["logit"], columns["logit"])


def test_labels_that_turn_lose_from_that_day_on_and_the_estimate_does_not(
    opened: Callable[..., tuple],
) -> None:
    order, champion = opened(turned, days=20)

    lost = found(order, champion)

    surprise, guessed = lost["realised"], lost["estimated"]
    known = np.isfinite(surprise.values)
    assert surprise.harm == guessed.harm == -1
    assert known[:16].all()
    assert np.abs(surprise.values[:10]).mean() < 0.2
    assert surprise.values[11:16].mean() < -0.5
    assert np.ptp(guessed.values * guessed.scale) < 0.1


def test_windows_for_which_labels_may_still_come_are_not_judged(
    opened: Callable[..., tuple],
) -> None:
    order, champion = opened(days=8)
    ripe = order.now - order.contract.data.label.never_after

    lost = found(order, champion)["realised"]

    late = [one.until > ripe for one in lost.windows]
    assert any(late)
    assert np.isnan(lost.values).tolist() == late


def test_an_hour_with_few_answers_says_nothing(opened: Callable[..., tuple]) -> None:
    order, champion = opened(days=6, old="access: {approver: lead}",
        new="access: {approver: lead}\nwatch: {window: 6h}")  # fmt: skip

    lost = found(order, champion)

    assert len(lost["estimated"].windows) == 6 * 4
    assert np.isnan(lost["estimated"].values).sum() > 20


def test_without_chances_or_windows_there_is_nothing_to_lose(opened: Callable[..., tuple]) -> None:
    order, champion = opened(days=1)
    early = order._replace(now=order.now - timedelta(hours=20))

    assert list(losses.losses(order, None, order.windows)) == []
    assert found(early, champion) == {}


def test_a_metric_that_is_better_when_less_loses_upwards(opened: Callable[..., tuple]) -> None:
    order, champion = opened(
        days=6, old="metric: roc_auc, at_least: 0.6", new="metric: brier, at_most: 0.4"
    )

    assert found(order, champion)["estimated"].harm == pytest.approx(1)
