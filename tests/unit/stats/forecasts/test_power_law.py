"""A power law through a curve."""

import itertools

import numpy as np
import pytest

from mainstay.stats.forecasts import curve
from mainstay.stats.forecasts.curve import Curve
from mainstay.stats.forecasts.power_law import power_law

SIZES = np.array(curve.anchors(4000), dtype=float)


def law(ceiling=0.2, scale=2.0, power=0.5, noise=0.001):
    random = np.random.default_rng(0)
    shared, own = random.normal(0, noise, (5, 1)), random.normal(0, noise / 2, (5, len(SIZES)))
    return power_law(Curve(SIZES, ceiling + scale * SIZES**-power + shared + own), seed=1)


def test_what_errs_by_a_power_law_is_extrapolated():
    assert np.median(law().error(16_000)) == pytest.approx(0.2 + 2 * 16_000**-0.5, abs=0.002)


def test_the_error_at_the_last_anchor_is_what_was_measured():
    found = law()

    assert found.error(4000) == pytest.approx(found.level)


def test_more_records_never_make_it_worse_and_the_ceiling_is_the_end():
    found = law()

    errors = [found.error(size) for size in (4000, 8000, 1e6, np.inf)]

    assert all((less <= more + 1e-12).all() for more, less in itertools.pairwise(errors))
    assert np.median(errors[-1]) == pytest.approx(0.2, abs=0.012)


def test_the_posterior_is_narrower_than_the_prior_and_holds_the_power():
    power = law().power

    assert np.quantile(power, 0.1) < 0.5 < np.quantile(power, 0.9)
    assert np.std(np.log(power)) < 0.55


def test_a_flat_curve_stays_flat():
    assert np.median(law(scale=0.0).error(16_000)) == pytest.approx(0.2, abs=0.003)


def test_a_perfect_model_stays_perfect():
    found = power_law(Curve(SIZES, np.zeros((5, len(SIZES)))), seed=1)

    assert found.error(1e6) == pytest.approx(np.zeros(1500))


def test_a_damped_law_gains_so_much_less_and_keeps_its_level():
    found = law()
    half = found.damped(0.5)

    assert half.error(4000) == pytest.approx(found.level)
    for size in (16_000, np.inf):
        gained = found.level - found.error(size)
        assert half.level - half.error(size) == pytest.approx(gained / 2)


def test_the_same_seed_says_the_same():
    assert np.array_equal(law().power, law().power)
