"""Whole past paths, and those of others where there are few."""

import numpy as np
import pytest
from planted_backtests import NONE, World, planted

from mainstay.stats.forecasts.past import past
from mainstay.stats.forecasts.resampled import WEIGHT, resampled

OTHERS = np.full((5, 8), -2.0)
MADE = planted(World(age=0.01), 0)


def borrowed(now):
    one = past(MADE, now, 8, OTHERS)
    draws = resampled(one, np.random.default_rng(0))
    return np.mean(draws[:, 0] < one.level - one.skill)


def test_without_a_reference_only_the_own_past_is_drawn():
    one = past(MADE, 30, 8, NONE)

    draws = resampled(one, np.random.default_rng(0))

    assert draws == pytest.approx(np.tile(one.level - 0.01 * np.arange(8), (300, 1)), abs=1e-9)


def test_a_short_past_borrows_more_than_a_long_one():
    assert borrowed(10) > borrowed(38)
    assert borrowed(38) == pytest.approx(WEIGHT / (WEIGHT + 32 / 4), abs=0.07)


def test_without_a_past_all_is_borrowed_and_without_either_nothing_changes():
    one = past(MADE, 30, 8, OTHERS)._replace(paths=NONE)

    assert resampled(one, np.random.default_rng(0)) == pytest.approx(one.level - 2 * one.skill)
    alone = one._replace(reference=NONE)
    assert (resampled(alone, np.random.default_rng(0)) == one.level).all()
