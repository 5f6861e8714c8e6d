"""Lines of age."""

import numpy as np
import pytest
from planted_backtests import LEVEL, NONE, World, planted

from mainstay.stats.forecasts.past import past
from mainstay.stats.forecasts.straight import slopes, straight

AGES = np.arange(8)


@pytest.mark.parametrize("line", [straight, slopes])
def test_a_steady_loss_goes_on(line):
    one = past(planted(World(age=0.01), 0), 30, 8, NONE)

    draws = line(one, np.random.default_rng(0))

    assert np.median(draws, axis=0) == pytest.approx(LEVEL - 0.01 * AGES, abs=0.002)


def test_models_that_age_at_their_own_speed_spread_more_with_age():
    one = past(planted(World(age=0.01, uneven=0.5), 0), 39, 8, NONE)

    spread = slopes(one, np.random.default_rng(0)).std(axis=0)

    assert spread[-1] > 3 * spread[0]


def test_with_few_paths_one_line_does_for_all():
    one = past(planted(World(age=0.01, uneven=0.5), 0), 10, 8, NONE)

    few = slopes(one, np.random.default_rng(0))

    assert np.array_equal(few, straight(one, np.random.default_rng(0)))


def test_without_a_path_the_line_is_level():
    one = past(planted(World(), 0), 30, 8, NONE)
    empty = one._replace(paths=np.full((2, 8), np.nan))

    assert straight(empty, np.random.default_rng(0)) == pytest.approx(np.full((300, 8), one.level))
