"""Nothing changes but by the noise between periods."""

import numpy as np
import pytest
from planted_backtests import NONE, World, planted

from mainstay.stats.forecasts.past import past
from mainstay.stats.forecasts.unchanged import UNKNOWN, unchanged


def test_draws_lie_around_the_level_by_as_much_as_fresh_models_swing():
    one = past(planted(World(age=0.02, swing=0.03), 0), 30, 8, NONE)

    draws = unchanged(one, np.random.default_rng(0))

    assert draws.shape == (300, 8)
    assert draws.mean(axis=0) == pytest.approx(np.full(8, one.level), abs=0.01)
    assert draws.std() == pytest.approx(np.std(one.fresh), rel=0.05)


def test_with_hardly_a_past_the_noise_is_a_guess():
    one = past(planted(World(), 0), 30, 8, NONE)._replace(fresh=np.array([0.75, 0.75]))

    assert unchanged(one, np.random.default_rng(0)).std() == pytest.approx(UNKNOWN, rel=0.1)
