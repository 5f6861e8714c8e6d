"""Learning curves: what is fitted, and what is told instead."""

import numpy as np
import pytest

from mainstay.core.errors import Broken
from mainstay.stats.forecasts import curve
from mainstay.stats.forecasts.curve import Curve

SIZES = np.array(curve.anchors(1600), dtype=float)


def noisy(error, seed=0, repeats=5, noise=0.004):
    random = np.random.default_rng(seed)
    return Curve(SIZES, error + random.normal(0, noise, (repeats, len(SIZES))))


def test_anchors_are_nested_and_none_is_too_small_for_a_fit():
    assert curve.anchors(1600) == [100, 200, 400, 565, 800, 1131, 1600]
    assert curve.anchors(100)[0] == 25
    assert curve.anchors(10) == []


def test_halvings_are_from_the_last_anchor_down_to_the_first():
    assert noisy(0.3).halvings == pytest.approx(4)


def test_an_anchor_that_could_not_be_fitted_often_enough_is_left_out():
    errors = np.full((5, len(SIZES)), 0.3)
    errors[:2, 0] = np.nan

    assert curve.curve(SIZES, errors).sizes.tolist() == SIZES[1:].tolist()


def test_too_few_anchors_are_no_curve():
    with pytest.raises(Broken, match="3 anchors"):
        curve.curve(SIZES[:3], np.full((5, 3), 0.3))


def test_without_its_largest_anchor_there_is_no_curve():
    errors = np.full((5, len(SIZES)), 0.3)
    errors[:, -1] = np.nan

    with pytest.raises(Broken, match="the largest among them"):
        curve.curve(SIZES, errors)


def test_a_curve_that_turns_up_is_told():
    assert curve.ill_behaved(noisy(0.3 + 0.05 * (SIZES > 1000)))


def test_a_peak_in_the_middle_is_told():
    assert curve.ill_behaved(noisy(0.3 + 0.08 * (SIZES == 565)))


def test_noise_alone_seldom_makes_a_curve_ill():
    told = [curve.ill_behaved(noisy(0.2 + 2 * SIZES**-0.5, seed)) for seed in range(200)]

    assert np.mean(told) <= 0.02
