"""How long a promise is kept."""

import numpy as np
from planted_backtests import LEVEL, NONE, WORLDS, World, planted

from mainstay.stats.forecasts.grade import Grade
from mainstay.stats.forecasts.shelf import shelf_life

STEADY = World(age=0.01, noise=0.001)


def test_a_steady_loss_breaks_a_promise_when_it_will():
    found = shelf_life(planted(STEADY, 0), 38, LEVEL - 0.035, NONE, seed=1)

    assert found.breach.low <= 6 <= found.breach.high
    assert found.chance > 0.8
    assert found.grade in (Grade.A, Grade.B)


def test_what_does_not_age_outlasts_all_that_was_seen():
    found = shelf_life(planted(WORLDS["still"], 0), 38, LEVEL - 0.1, NONE, seed=1)

    assert found.breach.value == found.seen + 1 == 9
    assert found.chance == 0.15


def test_no_age_is_said_that_nobody_has_reached():
    made = planted(STEADY, 0, periods=80)

    found = shelf_life(made, 12, LEVEL - 0.5, NONE, seed=1)

    assert found.seen == 6 < 16
    assert found.breach.high == found.seen + 1
    assert found.path.shape == (3, 6)


def test_without_six_periods_scored_there_is_no_number():
    found = shelf_life(planted(STEADY, 0), 9, 0.7, NONE, seed=1)

    assert found.grade is Grade.D
    assert (found.breach, found.chance, found.seen) == (None, None, 0)


def test_nothing_later_than_now_is_looked_at():
    made = planted(STEADY, 0)
    other = made._replace(scores=made.scores.copy())
    other.scores[:, 31:] = 0.1

    one, same = (shelf_life(each, 30, 0.7, NONE, seed=1) for each in (made, other))

    assert np.array_equal(one.path, same.path)
