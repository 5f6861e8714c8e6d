"""The interval of an estimate, and what labels say beyond it."""

import numpy as np
import pytest

from mainstay.stats import chances, expected, unlabelled
from mainstay.stats.chances import Known
from mainstay.stats.expected import Expected


def world(seed: int, days: int, wander: float) -> Known:
    """200 rows a day, each day off by so much on the margin."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), 200)
    margin = random.normal(size=len(day))
    true = 1 / (1 + np.exp(-margin - wander * random.normal(size=days)[day]))
    score = 1 / (1 + np.exp(-margin))
    return Known((random.random(len(day)) < true).astype(float), score, day)


def seen(known: Known, live: Known) -> tuple[Expected, unlabelled.Error, int]:
    """The share of yes in live rows, as expected by what is known."""
    found = chances.of_classes(known)
    chance = chances.chances(found, live.score)
    share = expected.mean(chance, np.tile([0.0, 1.0], (len(live.score), 1)))
    cell = chances.cells(found, live.score)
    return share, unlabelled.error(found, cell, chance, share.influence), found.days


def test_days_that_wander_are_told_from_days_that_do_not() -> None:
    _, still, _ = seen(world(0, 60, 0.0), world(1, 7, 0.0))
    _, wandering, _ = seen(world(0, 60, 0.5), world(1, 7, 0.5))

    assert still.day < 2e-4
    assert 0.004 < wandering.day < 0.02  # about (0.5 * 0.2)^2
    assert still.row == pytest.approx(wandering.row, rel=0.1)


def test_more_days_learned_from_narrow_what_was_learned() -> None:
    few = seen(world(0, 20, 0.5), world(1, 7, 0.5))[1]
    many = seen(world(0, 100, 0.5), world(1, 7, 0.5))[1]

    assert many.learned < few.learned / 2


def test_the_interval_adds_up_rows_learning_and_days() -> None:
    live = world(1, 7, 0.5)
    share, error, days = seen(world(0, 60, 0.5), live)

    found = unlabelled.estimate(share, error, live.day, days)
    one_day = unlabelled.estimate(share, error, np.zeros_like(live.day), days)

    reach = 2.0 * np.sqrt(error.row / 1400 + error.learned + error.day / 7)
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=0.01)
    assert one_day.high - one_day.low > 2 * (found.high - found.low)


def test_what_is_undefined_has_no_interval() -> None:
    error = unlabelled.Error(0.1, 0.1, 0.1)

    found = unlabelled.estimate(Expected(np.nan, np.zeros((3, 2))), error, np.zeros(3, int), 9)

    assert (found.low, found.high) == (-np.inf, np.inf)


def test_surprises_add_up_to_what_labels_say_beyond_the_estimate() -> None:
    live = world(1, 7, 0.5)
    found = chances.of_classes(world(0, 60, 0.5))
    chance = chances.chances(found, live.score)
    share = expected.mean(chance, np.tile([0.0, 1.0], (len(live.score), 1)))

    off = unlabelled.surprises(share, chance, live.label.astype(int))

    assert off.mean() == pytest.approx(live.label.mean() - share.value)
