"""Whole paths: taken from the past, filled, continued, drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from planted_backtests import LEVEL, World, planted

from mainstay.stats.forecasts import backtest, paths

STEADY = World(age=0.01)


def test_a_path_is_what_was_lost_in_shares_of_skill():
    known = backtest.as_of(planted(STEADY, 0), 20)

    found = paths.paths(known, 20, 5)

    assert found[0] == pytest.approx(-0.01 * np.arange(5) / (LEVEL - 0.5))


def test_paths_of_the_newest_cuts_end_now():
    known = backtest.as_of(planted(STEADY, 0), 20)

    lengths = np.isfinite(paths.paths(known, 20, 5)).sum(axis=1)

    assert lengths[-5:].tolist() == [5, 4, 3, 2, 1]


def test_a_cut_without_skill_has_no_path():
    made = planted(STEADY, 0)._replace(no_skill=LEVEL - 0.01)

    assert len(paths.paths(made, 20, 5)) == 0


def test_a_gap_is_what_age_alone_costs():
    made = planted(World(age=0.01, swing=0.05), 0)

    assert paths.gaps(made, 20, 5)[3] == pytest.approx(-0.01 * np.arange(5))


def test_a_hole_inside_is_filled_and_an_open_end_is_not():
    filled = paths.filled(np.array([[0.0, np.nan, 2.0, np.nan]]))

    assert filled[0, :3].tolist() == [0, 1, 2]
    assert np.isnan(filled[0, 3])


def test_a_short_path_goes_on_by_the_steps_of_one_that_was_where_it_ended():
    near, far = [0.0, 1.0, 3.0, 6.0], [9.0, 9.0, 9.0, 9.0]
    short = [0.0, 1.1, np.nan, np.nan]
    some = np.array([near, *[far] * 4, short])
    some[1:5] += np.arange(4)[:, None]

    drawn = paths.drawn(some, 4000, np.random.default_rng(0))

    assert {tuple(np.round(path, 6)) for path in drawn if path[1] == 1.1} <= {
        (0.0, 1.1, 3.1, 6.1), (0.0, 1.1, 1.1, 1.1)
    }  # fmt: skip


def test_where_none_is_longer_a_path_stays_level():
    drawn = paths.drawn(np.array([[1.0, 2.0, np.nan]]), 3, np.random.default_rng(0))

    assert drawn.tolist() == [[1, 2, 2]] * 3


@given(
    arrays.arrays(float, (6, 5), elements=st.floats(-1, 1)),
    st.lists(st.integers(1, 5), min_size=6, max_size=6),
    st.integers(0, 99),
)
def test_drawn_paths_are_complete_and_begin_as_one_of_the_past_did(some, lengths, seed):
    for path, length in zip(some, lengths, strict=True):
        path[length:] = np.nan

    drawn = paths.drawn(some, 20, np.random.default_rng(seed))

    assert np.isfinite(drawn).all()
    assert set(drawn[:, 0]) <= set(some[:, 0])
