"""How much more would decide, and what so much will tell."""

import math

import numpy as np
import pytest
from scipy import stats

from mainstay.core.nouns import Estimate
from mainstay.stats.enough import blocks_needed, expected, more_rows


def test_half_the_interval_needs_four_times_the_rows() -> None:
    found = more_rows(Estimate(0.7, 0.6, 0.8, 100), 0.65)

    assert found == pytest.approx(300)


def test_a_value_at_its_bound_is_never_decided() -> None:
    assert more_rows(Estimate(0.7, 0.6, 0.8, 100), 0.7) == math.inf


def test_without_an_interval_nobody_knows() -> None:
    assert more_rows(Estimate(0.7, -math.inf, math.inf, 100), 0.6) == math.inf


def test_at_least_one_row_is_missing() -> None:
    assert more_rows(Estimate(0.7, 0.69, 0.71, 100), 0.1) == 1.0


def test_next_to_nothing_is_as_good_as_never_decided() -> None:
    assert more_rows(Estimate(1e-200, -1.0, 1.0, 100), 0.0) == math.inf


def test_four_times_the_days_tell_twice_as_well() -> None:
    found = expected(Estimate(0.7, 0.6, 0.78, 1000), 100, 400)

    assert found.value - found.low == pytest.approx(0.05, rel=0.02)
    assert found.high - found.value == pytest.approx(0.04, rel=0.02)
    assert found.n == 4000


def test_few_days_reach_farther_than_the_root_says() -> None:
    found = expected(Estimate(0.7, 0.69, 0.71, 1000), 100, 9)

    assert found.high - 0.7 > 0.01 * math.sqrt(100 / 9) * 1.1


def test_of_too_few_days_nothing_is_expected() -> None:
    assert expected(Estimate(0.7, 0.6, 0.8, 100), 100, 7).low == -math.inf
    assert expected(Estimate(0.7, 0.6, 0.8, 100), 7, 100).high == math.inf


def test_days_that_tell_four_times_in_five_do_so() -> None:
    """A mean of 0.03 a day above its bound, days of a standard deviation of 0.1."""
    random, spread = np.random.default_rng(1), 0.1
    half = spread / math.sqrt(200) * 1.972

    days = round(blocks_needed(Estimate(0.03, 0.03 - half, 0.03 + half, 200), 200, 0.0))

    means = random.normal(0.03, spread, (4000, days))
    reach = stats.t.ppf(0.975, days - 1) * means.std(axis=1, ddof=1) / math.sqrt(days)
    told = float((means.mean(axis=1) - reach > 0).mean())
    assert told == pytest.approx(0.8, abs=0.03)


def test_a_value_at_its_bound_needs_more_days_than_there_are() -> None:
    assert blocks_needed(Estimate(0.7, 0.6, 0.8, 100), 50, 0.7) == math.inf
    assert blocks_needed(Estimate(0.7, 0.6, 0.8, 100), 50, 0.7001) == math.inf
    assert blocks_needed(Estimate(0.7, -math.inf, math.inf, 100), 50, 0.6) == math.inf


def test_a_ceiling_is_cleared_from_below() -> None:
    above = blocks_needed(Estimate(0.1, 0.09, 0.13, 100), 50, 0.2)
    below = blocks_needed(Estimate(0.1, 0.07, 0.11, 100), 50, 0.0)

    assert above == below
