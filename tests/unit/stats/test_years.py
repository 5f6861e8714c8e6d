"""Windows held against the year before."""

import numpy as np
import pytest

from mainstay.stats import detector, years
from mainstay.stats.components import Component, Reference, Windows
from mainstay.stats.years import Days

ROWS, LIVE = 900.0, 120


def days(past, now=LIVE, width=1.0):
    middles = (np.arange(past + now) + 0.5) * width
    return Days(middles[:past], middles[past:], width)


def world(past=730, *, swing=1.0, trend=0.0, shift=0.0, kind="location", seed=0):
    """A year's swing with a trend from year to year; the shift begins 30 days into live."""
    random, at = np.random.default_rng(seed), np.arange(past + LIVE)
    distance = swing * np.sin(2 * np.pi * at / 365.25) + trend * at / 364
    distance += random.normal(0, 0.1, len(at)) + shift * (at >= past + 30)
    rows, every = np.full(len(at), ROWS), distance[:, None]
    before = Windows(rows[:past], every[:past], every[:past])
    none = np.zeros(1)
    components = (Component("a", kind),)
    reference = Reference(components, (), none, none + 1, none, int(ROWS) * past, before)
    return reference, Windows(rows[past:], every[past:], every[past:])


def test_a_season_and_its_trend_are_gone_from_both():
    reference, live = world(trend=0.3)

    calm, later = years.against(reference, live, days(730))

    kept = calm.windows.rows > 0
    assert live.distance.std() > 0.3
    assert abs(later.distance.mean()) < 0.1
    assert later.distance.std() < 0.15
    assert abs(calm.windows.distance[kept].mean()) < 1e-9


def test_a_trend_is_as_uncertain_as_it_is_large():
    flat, _ = years.against(*world(), days(730))
    rising, live = years.against(*world(trend=0.3), days(730))

    noise = detector.noise(rising, live)
    assert flat.season.level[0] < 0.01
    assert rising.season.level[0] == pytest.approx(0.09, abs=0.02)
    assert noise.reference[0] > rising.season.level[0]


def test_a_shift_of_the_season_stands_out():
    quiet, moved = (years.against(*world(shift=one), days(730)) for one in (0.0, 0.8))

    said = [detector.evidence(*one, np.ones(1)).total for one in (quiet, moved)]
    assert said[0] < 365 < said[1]


def test_windows_without_a_year_before_them_say_nothing():
    reference, live = world(500)

    calm, _ = years.against(reference, live, days(500))

    first = int(np.flatnonzero(calm.windows.rows)[0])
    assert 364 + 6 <= first <= 364 + 14
    assert not calm.windows.rows[:first].any()


def test_a_year_and_four_blocks_are_the_least():
    least = int(years.LEAST)

    assert years.against(*world(least - 2), days(least - 2)) is None
    assert years.against(*world(least), days(least)) is not None


@pytest.mark.parametrize("past", [300, 364, 450, 480, 520, 900])
def test_what_is_covered_is_what_can_be_held(past):
    reference, live = world(past)

    enough, known = years.covered(reference.windows.rows, days(past))
    held = years.against(reference, live, days(past))

    assert enough is (held is not None)
    if held:
        assert list(known) == list(held[1].rows > 0)


def test_a_gap_in_the_year_before_is_not_bridged():
    reference, live = world(600)
    rows = reference.windows.rows.copy()
    rows[250:320] = 0
    gappy = reference._replace(windows=reference.windows._replace(rows=rows))

    _, later = years.against(gappy, live, days(600))

    gone = np.flatnonzero(later.rows == 0) + 600 - 364
    assert {250 + 14, 300} <= set(gone) <= set(range(250 - 14, 320 + 14))


def test_windows_of_a_week_are_held_against_weeks():
    reference, live = world(730)
    weekly = [slice(at, at + 7) for at in range(0, 728, 7)]
    mean = np.array([reference.windows.distance[one].mean(axis=0) for one in weekly])
    short = reference._replace(windows=Windows(np.full(104, ROWS), mean, mean))
    some = Windows(live.rows[:10], mean[:10], mean[:10])

    calm, later = years.against(short, some, days(104, 10, 7.0))

    assert (later.rows > 0).all()
    assert calm.windows.distance.std() < 0.1


def test_rare_levels_of_a_season_are_no_single_rate():
    reference, live = world(kind="rare")
    seldom = reference.windows._replace(mean=reference.windows.mean * 0 + 0.001)
    rare = reference._replace(mean=np.array([0.001]), windows=seldom)
    calm, later = years.against(rare, live._replace(mean=live.mean * 0 + 0.004), days(730))
    one_rate = calm._replace(season=None)

    assert detector.evidence(one_rate, later, np.ones(1)).total > 1000
    assert detector.evidence(calm, later, np.ones(1)).total == 0
