"""One number a window, as the e-detector takes it."""

import numpy as np
import pytest

from mainstay.stats import detector, series
from mainstay.stats.components import Component
from mainstay.stats.series import Volumes

BUDGET, WEIGHT = 365.25, np.array([0.05])
MEAN, DAYS = 900, 60


def counts(seed, days, *, wander=0.05, week=0.0, mean=MEAN, alike=0.0, change=1.0, since=0):
    """Of days; on the last two of seven there are less; from `since` on they change by a factor."""
    random = np.random.default_rng(seed)
    drawn = random.normal(size=days)
    for day in range(1, days):
        drawn[day] = alike * drawn[day - 1] + np.sqrt(1 - alike**2) * drawn[day]
    day = np.arange(days)
    expected = mean * np.exp(wander * drawn - week * (day % 7 > 4))
    return random.poisson(expected * np.where(day >= since, change, 1.0))


def volumes(seed, days, **world):
    return Volumes(counts(seed, days, **world), np.arange(days) % 7)


def total(past, now, *, level=True):
    reference, live = series.volume(past, now, level=level)
    return detector.evidence(reference, live, WEIGHT, alarm=BUDGET).total


def first(found, days):
    return Volumes(found.counts[:days], found.places[:days])


def alarms(past, now, *, level=True, since=2):
    return [
        day
        for day in range(since, len(now.counts) + 1)
        if total(past, first(now, day), level=level) >= BUDGET
    ]


@pytest.mark.parametrize("level", [True, False])
@pytest.mark.parametrize(
    "world",
    [{}, {"wander": 0.1, "alike": 0.5}, {"week": 0.5}, {"mean": 4, "wander": 0.0}],
    ids=["days that wander", "days like the day before", "weekdays", "few"],
)
def test_a_flow_that_stays_is_no_alarm(world, level):
    for seed in range(4):
        past, now = volumes([1, seed], 56, **world), volumes([2, seed], 49, **world)

        assert alarms(past, now, level=level) == []


@pytest.mark.parametrize("level", [True, False])
def test_a_window_with_nothing_is_told_at_once(level):
    past, now = volumes(3, DAYS), volumes(4, 20)
    now.counts[-1] = 0

    assert alarms(past, now, level=level) == [20]


def test_a_window_with_a_third_is_told_at_once_and_one_with_three_quarters_is_a_holiday():
    past, usual = volumes(3, DAYS), volumes(4, 20)
    third, holiday = usual.counts.copy(), usual.counts.copy()
    third[-1] //= 3
    holiday[-1] = holiday[-1] * 3 // 4

    assert total(past, usual._replace(counts=third)) >= BUDGET
    assert total(past, usual._replace(counts=holiday)) < BUDGET


@pytest.mark.parametrize("level", [True, False])
def test_a_fifth_less_that_lasts_is_found_within_days_and_its_size_is_told(level):
    past, now = volumes(5, DAYS), volumes(6, 40, change=0.8, since=25)
    reference, live = series.volume(past, now, level=level)

    found = detector.evidence(reference, live, WEIGHT, alarm=BUDGET)

    late = alarms(past, now, level=level)
    assert 25 < late[0] <= 31
    assert late == list(range(late[0], 41))
    assert np.exp(found.shift[0]) == pytest.approx(0.8, abs=0.05)
    assert 23 <= found.since <= 26


def test_rows_trained_on_say_nothing_of_how_many_to_expect():
    past, now = volumes(7, DAYS, mean=9000), volumes(8, 20)

    assert total(past, now, level=True) >= BUDGET
    assert total(past, now, level=False) < BUDGET


def test_a_week_is_learnt_from_the_past():
    past, now = volumes(9, DAYS, week=0.6), volumes(10, 30, week=0.6, change=0.75, since=20)
    blind = Volumes(past.counts, np.zeros(DAYS, dtype=int))

    assert total(past, now) >= BUDGET > total(blind, now)


def test_few_are_as_far_off_as_their_chance():
    reference, live = series.volume(
        Volumes(np.full(30, 4), np.zeros(30, int)), Volumes(np.array([0, 4]), np.zeros(2, int)),
        level=True,
    )  # fmt: skip

    normal = live.distance[:, 0] * np.sqrt(live.rows)
    assert normal[0] == pytest.approx(-2.3, abs=0.3)
    assert abs(normal[1]) < 0.5
    assert reference.windows.distance.shape == (30, 1)


def test_a_series_without_a_level_compares_windows_with_windows():
    random, lag = np.random.default_rng(0), Component("weather", "lag")
    values = 0.5 + random.normal(0, 0.02, 40)
    values[3] = np.nan
    later = np.where(np.arange(40) >= 30, values + 0.6, values)

    quiet, loud = (
        detector.evidence(*series.started(lag, one, np.full(40, 0.0025)), WEIGHT, alarm=BUDGET)
        for one in (values, later)
    )

    assert quiet.total < BUDGET <= loud.total
    assert loud.since == 30
    assert loud.shift[0] == pytest.approx(0.6, abs=0.05)


def test_a_series_about_nought_is_off_from_its_first_windows():
    lost = Component("roc_auc", "realised")
    values = np.random.default_rng(1).normal(-0.4, 0.03, 10)

    found = detector.evidence(*series.about(lost, values, np.full(10, 0.001), 0.05), WEIGHT)

    assert found.total >= BUDGET
    assert found.shift[0] == pytest.approx(-0.4, abs=0.04)


def test_nothing_has_no_level():
    reference, live = series.volume(
        Volumes(np.zeros(0, int), np.zeros(0, int)), Volumes(np.array([5]), np.zeros(1, int)),
        level=False,
    )  # fmt: skip

    assert detector.evidence(reference, live, WEIGHT).total <= 0.05
