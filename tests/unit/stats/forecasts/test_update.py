"""What a model has scored since says more of what it will."""

from functools import cache

import numpy as np
import pytest
from planted_backtests import NONE, WORLDS, planted

from mainstay.stats.forecasts import pool, update

MADE = planted(WORLDS["ages"], 0)


@cache
def forecast():
    return pool.latest(MADE, 30, 8, NONE, seed=1)


def test_scores_below_what_was_said_draw_the_rest_down():
    low = np.full(4, forecast().past.level - 0.08)

    after = update.updated(forecast(), low, seed=0)

    assert (after[1, 4:] < update.updated(forecast(), low[:0], seed=0)[1, 4:] - 0.03).all()


def test_more_scores_make_the_interval_narrower():
    level = np.full(4, forecast().past.level)

    width = [np.ptp(update.updated(forecast(), level[:seen], seed=0)[[0, 2], 5]) for seen in (0, 4)]

    assert width[1] < width[0]


def test_a_period_without_a_score_says_nothing():
    holes = np.array([np.nan, np.nan])

    assert update.updated(forecast(), holes, seed=0) == pytest.approx(
        update.updated(forecast(), holes[:0], seed=0)
    )


def test_the_interval_stays_in_order():
    low, middle, high = update.updated(forecast(), np.array([0.7, 0.8, 0.6]), seed=0)

    assert (low <= middle).all()
    assert (middle <= high).all()


def test_with_a_short_past_the_level_is_in_doubt_by_a_guess():
    young = pool.latest(MADE, 14, 8, NONE, seed=1)

    assert np.isfinite(update.updated(young, np.array([0.7]), seed=0)).all()
