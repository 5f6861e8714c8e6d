"""Scores of forecasts."""

import numpy as np
import pytest

from mainstay.stats.forecasts import scoring

SAID = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [3.0, 3.0, 3.0]])


def test_being_outside_costs_ten_times_how_far():
    assert scoring.interval_score(SAID, np.array([1.0, 4.0, -0.5])).tolist() == [3, 13, 8]


def test_what_did_not_come_is_neither_inside_nor_outside():
    assert scoring.inside(SAID, np.array([3.0, 3.1, np.nan])).tolist()[:2] == [1, 0]
    assert np.isnan(scoring.inside(SAID, np.array([3.0, 3.1, np.nan]))[2])


def test_distance_is_told_in_halves_of_the_interval_on_its_side():
    assert scoring.off(SAID, np.array([0.0, 3.0, 2.0])).tolist() == [1, 1, 0.5]


def test_quantiles_are_those_of_the_80_percent_interval():
    assert scoring.quantiles(np.arange(11.0)[:, None])[:, 0].tolist() == [1, 5, 9]


def test_the_crps_is_the_integral_of_the_squared_distance_of_distributions():
    draws, came = np.random.default_rng(0).normal(size=200), 0.7
    grid = np.linspace(-6, 6, 200_001)
    below = np.searchsorted(np.sort(draws), grid, side="right") / len(draws)

    integral = np.trapezoid((below - (grid >= came)) ** 2, grid)

    assert scoring.crps(draws, came) == pytest.approx(integral, abs=1e-3)


def test_a_sure_and_right_forecast_has_no_crps():
    assert scoring.crps(np.full(9, 2.0), 2.0) == pytest.approx(0, abs=1e-12)
