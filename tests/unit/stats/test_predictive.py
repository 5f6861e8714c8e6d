import numpy as np
import pytest

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats import predictive


def counts(days, *, mean=80, weekend=1.0, sigma=0.1, seed=0):
    generator = np.random.default_rng(seed)
    level = np.where(np.arange(days) % 7 >= 5, weekend, 1.0) * mean
    return generator.poisson(level * np.exp(sigma * generator.normal(size=days)))


def test_fewer_than_seven_windows_say_nothing():
    assert predictive.volume(80, counts(6)) is None


def test_a_usual_count_fits():
    found = predictive.volume(82, counts(30))

    assert found.ratio.low < 1 < found.ratio.high
    assert found.ratio.value == pytest.approx(1, abs=0.15)
    assert found.tail > 0.05


@pytest.mark.parametrize("rows", [0, 20, 400])
def test_a_count_far_off_does_not_fit(rows):
    found = predictive.volume(rows, counts(30))

    assert not found.ratio.low <= 1 <= found.ratio.high
    assert found.ratio.low <= found.ratio.high
    assert found.tail < 1e-4


def test_a_quiet_sunday_is_compared_with_sundays():
    days = np.arange(42)
    before = counts(42, weekend=0.3)

    aware = predictive.volume(24, before, weekday=6, weekdays=days % 7)
    blind = predictive.volume(24, before)

    assert aware.ratio.value == pytest.approx(1, abs=0.25)
    assert aware.tail > 0.05
    assert blind.ratio.value < 0.6


def test_too_few_of_the_same_weekday_are_compared_with_all():
    before = counts(16)

    found = predictive.volume(80, before, weekday=6, weekdays=np.arange(16) % 7)

    assert found == predictive.volume(80, before)


def test_counts_are_never_taken_to_be_steadier_than_poisson():
    found = predictive.volume(24, np.full(30, 16))

    assert found.tail > 0.05


def test_false_refusals_are_as_many_as_the_tail_says():
    tails = [
        predictive.volume(int(one[-1]), one[:-1]).tail
        for one in (counts(31, seed=seed) for seed in range(400))
    ]

    assert np.mean(np.array(tails) < 0.05) == pytest.approx(0.05, abs=0.03)


def test_the_ratio_can_be_judged():
    found = predictive.volume(10, counts(30))

    assert Limit("at_least", 0.5).judge(found.ratio) is Verdict.FAIL
