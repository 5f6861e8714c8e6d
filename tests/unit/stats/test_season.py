"""A season is taken out where there is one."""

import numpy as np
import pytest

from mainstay.stats import detector, season
from mainstay.stats.components import Component, Reference, Windows

WEEKS, ROWS, SWING = 8, 900.0, np.sin(2 * np.pi * np.arange(7) / 7)


def windows(random, days, swing, shift=0.0):
    distance = random.normal(0, 1 / 30, (days, 1)) + swing * SWING[np.arange(days) % 7][:, None]
    return Windows(np.full(days, ROWS), distance + shift, distance)


def world(swing, *, weeks=WEEKS, shift=0.0, seed=0):
    random = np.random.default_rng(seed)
    past = windows(random, 7 * weeks, swing)
    none, one = np.zeros(1), (Component("a", "location"),)
    reference = Reference(one, (), none, none + 1, none, int(ROWS) * 7 * weeks, past)
    live = windows(random, 28, swing)
    late = np.arange(28)[:, None] >= 14
    live = live._replace(distance=live.distance + shift * late)
    return reference, live, np.arange(7 * weeks) % 7, np.arange(28) % 7


def test_a_season_is_taken_out_of_both():
    reference, live, past, now = world(0.3)

    calm, later = season.without(reference, live, past, now)

    assert reference.windows.distance.std() > 0.2
    assert calm.windows.distance.std() < 0.05
    assert later.distance.std() < 0.05


def test_without_a_season_nothing_changes():
    unchanged = 0
    for seed in range(30):
        reference, live, past, now = world(0.0, seed=seed)
        _, later = season.without(reference, live, past, now)
        unchanged += np.array_equal(later.distance, live.distance)

    assert unchanged >= 27


def test_what_remains_of_the_reference_is_as_uncertain_as_what_remains_later():
    past, later = [], []
    for seed in range(60):
        calm, live = season.without(*world(0.3, seed=seed))
        past.append(np.mean(calm.windows.distance**2))
        later.append(np.mean(live.distance**2))

    assert np.mean(past) == pytest.approx(np.mean(later), rel=0.1)


def test_a_shift_in_a_season_is_found_where_the_season_is_known():
    reference, live, past, now = world(0.3, shift=0.15)

    blind = detector.evidence(reference, live, np.ones(1)).total
    seeing = detector.evidence(*season.without(reference, live, past, now), np.ones(1)).total

    assert seeing > 10_950 > blind


def test_three_weeks_tell_no_season():
    reference, live, past, now = world(0.3, weeks=3)

    assert season.without(reference, live, past, now) == (reference, live)


def test_windows_without_rows_stay_at_the_reference():
    reference, live, past, now = world(0.3)
    closed = now == 6
    live = live._replace(rows=np.where(closed, 0.0, live.rows))

    _, later = season.without(reference, live, past, now)

    assert (later.distance[closed] == 0).all()
