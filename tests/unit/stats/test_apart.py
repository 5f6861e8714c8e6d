"""Two populations that share no block."""

import numpy as np
import pytest

from mainstay.core.nouns import Estimate
from mainstay.stats import apart, metrics


def test_the_reaches_of_both_add_up_as_squares_each_on_its_side():
    found = apart.difference(Estimate(0.7, 0.67, 0.72, 100), Estimate(0.6, 0.56, 0.68, 50))

    assert found.value == pytest.approx(0.1)
    assert (found.value - found.low, found.high - found.value) == pytest.approx(
        ((0.03**2 + 0.08**2) ** 0.5, (0.02**2 + 0.04**2) ** 0.5)
    )
    assert found.n == 150


def test_rows_weighed_by_their_ratios_are_like_the_other_population():
    random = np.random.default_rng(0)
    here, there = random.normal(0, 1, 20_000), random.normal(0.8, 1, 20_000)
    value = np.concatenate([here, there])

    weight = apart.ratios(value, np.arange(40_000) >= 20_000)

    assert weight.mean() == pytest.approx(1)
    assert metrics.mean(here)(weight) == pytest.approx(0.8, abs=0.05)


def test_rows_that_nothing_tells_apart_all_count_about_alike():
    random = np.random.default_rng(1)

    weight = apart.ratios(random.random(20_000), random.random(20_000) < 0.5)

    assert weight.min() > 0.8
    assert weight.max() < 1.25


def test_a_mean_that_moved_is_told_in_standard_deviations():
    random = np.random.default_rng(2)
    here, there = random.normal(10, 2, 50_000), random.normal(11, 2, 50_000)

    assert apart.standardised(here, there) == pytest.approx(0.5, abs=0.02)
    assert apart.standardised(np.ones(9), np.ones(9)) == 0
    assert apart.standardised(np.full(9, np.nan), there) == 0
