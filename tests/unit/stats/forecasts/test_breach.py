"""When a path falls below what was promised."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mainstay.stats.forecasts import breach

PATHS = arrays.arrays(float, (5, 9), elements=st.floats(0, 1) | st.just(float("nan")))


def test_one_bad_window_is_no_breach():
    path = np.array([[0.8, 0.8, 0.3, 0.8, 0.8]])

    assert breach.ages(path, 0.6).tolist() == [6]


def test_three_bad_windows_are():
    path = np.array([[0.8, 0.8, 0.5, 0.5, 0.5]])

    assert breach.ages(path, 0.65).tolist() == [4]


@given(PATHS, st.floats(0, 1))
def test_the_age_is_the_first_at_which_the_mean_of_the_last_three_is_below(paths, bound):
    for path, age in zip(paths, breach.ages(paths, bound), strict=True):
        recent = [path[max(0, at - 2) : at + 1] for at in range(9)]
        below = [
            at + 1
            for at, some in enumerate(recent)
            if np.isfinite(some).any() and np.nanmean(some) < bound - 1e-9
        ]
        slightly = [
            at + 1
            for at, some in enumerate(recent)
            if np.isfinite(some).any() and np.nanmean(some) < bound + 1e-9
        ]
        assert (slightly or [10])[0] <= age <= (below or [10])[0]


@given(PATHS, st.floats(0, 1), st.floats(0, 0.5))
def test_a_higher_promise_is_never_broken_later(paths, bound, more):
    assert (breach.ages(paths, bound + more) <= breach.ages(paths, bound)).all()


def test_a_chance_is_never_said_to_be_smaller_than_they_proved_to_be():
    assert breach.chance(np.full(100, 9.0), 8) == breach.LEAST_CHANCE
    assert breach.chance(np.array([3.0, 9.0]), 8) == pytest.approx(0.5)
