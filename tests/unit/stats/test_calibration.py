import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.isotonic import IsotonicRegression

from mainstay.stats import calibration
from mainstay.stats.calibration import Bin


def world(rows=20_000, shift=0.0, seed=1):
    generator = np.random.default_rng(seed)
    score = generator.beta(2, 5, rows)
    label = (generator.random(rows) < np.clip(score + shift, 0, 1)).astype(int)
    return label, score


def plain_error(label, score, bins=15):
    place = np.searchsorted(np.quantile(score, np.arange(1, bins) / bins), score)
    gaps = [abs((label - score)[place == one].mean()) for one in range(bins)]
    return np.average(gaps, weights=np.bincount(place))


def test_a_constant_shift_is_the_error():
    label, score = world(rows=200_000, shift=0.1)

    found = calibration.expected_error(label, score)(np.ones(len(label)))

    assert found == pytest.approx(0.1, abs=0.005)


def test_a_calibrated_model_is_charged_less_than_noise_alone_would():
    worlds = [world(rows=3000, seed=seed) for seed in range(40)]
    plain = np.mean([plain_error(*one) for one in worlds])

    debiased = np.mean([calibration.expected_error(*one)(np.ones(3000)) for one in worlds])

    assert debiased < 0.7 * plain


def test_a_resample_is_not_charged_for_its_own_noise():
    label, score = world(rows=3000)
    statistic = calibration.expected_error(label, score)
    generator = np.random.default_rng(1)
    drawn = [np.bincount(generator.integers(3000, size=3000), minlength=3000) for _ in range(200)]

    resampled = np.mean([statistic(times.astype(float)) for times in drawn])

    assert resampled == pytest.approx(statistic(np.ones(3000)), abs=0.006)


def test_the_gaps_of_bins_add_up_to_the_plain_error():
    label, score = world(rows=3000)

    gaps = calibration.expected_error(label, score).parts(np.ones(3000))

    assert np.abs(gaps).sum() == pytest.approx(plain_error(label, score), rel=1e-6)
    assert gaps.sum() == pytest.approx((label - score).mean())


def test_weights_are_rows_counted_often():
    label, score = world(rows=500)
    statistic = calibration.expected_error(label, score, bins=5)

    assert statistic(np.full(500, 4.0)) == pytest.approx(statistic(np.ones(500)))
    assert math.isnan(statistic(np.zeros(500)))


def test_one_constant_score_makes_one_bin():
    label = np.array([1, 0, 0, 0])

    found = calibration.reliability(label, np.full(4, 0.5), (np.arange(4),), seed=1)

    assert len(found) == 1
    assert (found[0].low, found[0].score, found[0].positive.value) == (0.5, 0.5, 0.25)


def test_the_table_says_what_was_announced_and_what_came():
    label, score = world(shift=0.1)
    day = np.arange(len(label)) % 31

    found = calibration.reliability(label, score, (day,), seed=1)

    assert len(found) == 10
    assert sum(one.positive.n for one in found) == len(label)
    assert all(one.positive.n == 2000 for one in found)
    assert all(one.low <= one.score <= one.high for one in found)
    assert all(one.positive.low <= one.score + 0.1 <= one.positive.high for one in found)


def test_a_share_that_days_cannot_tell_lies_anywhere_and_can_be_written():
    label, score = world(rows=100)

    found = calibration.reliability(label, score, (np.arange(100) % 3,), seed=1, bins=2)

    assert [(one.positive.low, one.positive.high) for one in found] == [(0, 1), (0, 1)]
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Bin, ...]) == found


def test_isotonic_agrees_with_scikit_learn():
    label, score = world(rows=800)
    score, weight = np.round(score, 2), np.random.default_rng(2).integers(0, 3, 800).astype(float)
    wanted = IsotonicRegression(out_of_bounds="clip").fit(score, label, sample_weight=weight)

    fit = calibration.isotonic(label, score, weight)

    at = np.linspace(-0.1, 1.1, 50)
    assert calibration.calibrated(fit, at) == pytest.approx(wanted.predict(at), abs=1e-12)


@given(
    label=arrays.arrays(int, 20, elements=st.integers(0, 1)),
    score=arrays.arrays(float, 20, elements=st.sampled_from([0.0, 0.2, 0.4, 0.8, 1.0])),
)
def test_isotonic_never_falls_and_keeps_the_mean(label, score):
    found = calibration.calibrated(calibration.isotonic(label, score), score)

    assert (np.diff(found[np.argsort(score, kind="stable")]) >= -1e-12).all()
    assert found.mean() == pytest.approx(label.mean())
