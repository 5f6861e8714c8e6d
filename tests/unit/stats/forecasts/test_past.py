"""A forecaster is given nothing that comes later."""

import numpy as np
from planted_backtests import NONE, TRAINING, WORLDS, planted

from mainstay.stats.forecasts.past import longest, past, scored

MADE = planted(WORLDS["ages"], 3)


def test_a_past_is_the_same_whatever_comes_later():
    other = MADE._replace(scores=MADE.scores.copy())
    other.scores[:, 21:] = 0.1

    one, same = past(MADE, 20, 8, NONE), past(other, 20, 8, NONE)

    assert np.array_equal(one.paths, same.paths, equal_nan=True)
    assert np.array_equal(one.gaps, same.gaps, equal_nan=True)
    assert (one.level, one.skill, one.fresh.tolist()) == (
        same.level,
        same.skill,
        same.fresh.tolist(),
    )


def test_the_longest_age_seen_grows_with_time_up_to_what_is_asked():
    assert longest(past(MADE, TRAINING + 6, 8, NONE)) == 6
    assert longest(past(MADE, 30, 8, NONE)) == 8


def test_without_a_path_nothing_was_seen():
    assert longest(past(MADE, TRAINING, 8, NONE)) == 0


def test_periods_scored_are_those_of_fresh_models():
    assert scored(past(MADE, 20, 8, NONE)) == 20 - MADE.first
