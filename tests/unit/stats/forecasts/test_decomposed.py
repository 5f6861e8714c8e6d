"""How hard periods are, and what age costs in them."""

import numpy as np
import pytest
from planted_backtests import LEVEL, NONE, World, planted

from mainstay.stats.forecasts.decomposed import decomposed, seasonal
from mainstay.stats.forecasts.past import past


def drawn(world, now=38, periods=40):
    one = past(planted(world, 0, periods), now, 8, NONE)
    return one, decomposed(one, np.random.default_rng(0))


def test_age_costs_what_it_cost_whatever_the_periods_were():
    _, draws = drawn(World(age=0.01))

    assert np.median(draws, axis=0) == pytest.approx(LEVEL - 0.01 * np.arange(8), abs=1e-3)


def test_a_bad_period_is_followed_by_bad_ones_where_periods_remember():
    one, draws = drawn(World(swing=0.03, memory=0.9))
    now, mean = one.fresh[-1], one.fresh.mean()

    nearer = np.abs(np.median(draws, axis=0) - now) < np.abs(now - mean)
    assert nearer[0]


def test_a_year_that_comes_again_is_forecast():
    world = World(season=0.05, noise=0.002)
    one, plain = drawn(world, now=50, periods=60)

    moved = np.median(seasonal(one, plain), axis=0)

    truth = LEVEL + 0.05 * np.sin(2 * np.pi * np.arange(51, 59) / 12)
    assert np.abs(moved - truth).mean() < np.abs(np.median(plain, axis=0) - truth).mean()


def test_a_year_is_not_used_before_it_was_seen():
    one, plain = drawn(World(season=0.05), now=20)

    assert seasonal(one, plain) is plain
    none = one._replace(known=one.known._replace(season=0))
    assert seasonal(none, plain) is plain


def test_with_two_fresh_scores_nothing_is_said_of_memory():
    one = past(planted(World(), 0), 30, 8, NONE)._replace(fresh=np.array([0.7, 0.8]))

    draws = decomposed(one, np.random.default_rng(0))

    assert draws == pytest.approx(np.full((300, 8), 0.75))
