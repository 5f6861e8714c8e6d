"""How much windows differ by themselves."""

import numpy as np
import pytest

from mainstay.stats.components import Component, Reference, Windows
from mainstay.stats.wander import wander

ROWS = 900.0


def windows(distance):
    return Windows(np.full(len(distance), ROWS), distance, distance)


def reference(past):
    names = tuple(Component(f"c{at}", "location") for at in range(past.shape[1]))
    none = np.zeros(past.shape[1])
    return Reference(names, (), none, none + 1, none, int(ROWS) * len(past), windows(past))


def drawn(seed, days, wander, columns=1):
    random = np.random.default_rng(seed)
    return random.normal(0, np.sqrt(wander**2 + 1 / ROWS), (days, columns))


def test_wander_is_learnt_with_care():
    found = np.array(
        [wander(reference(drawn([1, at], 30, 0.1)), windows(drawn([2, at], 30, 0.1)))[0][0]
         for at in range(40)]
    )  # fmt: skip

    assert np.mean(found > 0.1**2) > 0.65
    assert np.median(found) < 2 * 0.1**2


def test_one_component_is_not_made_surer_by_its_own_kind():
    alone, many = (
        wander(reference(drawn(3, 6, 0.1, columns)), windows(np.zeros((1, columns))))[0]
        for columns in (1, 12)
    )

    assert alone[0] / drawn(3, 6, 0.1)[:, 0].var(ddof=1) > 1.3
    assert many.std() < 0.5 * many.mean()


def test_a_lasting_shift_is_no_wander():
    live = drawn(4, 40, 0.0)
    shifted = live + (np.arange(40) >= 20)[:, None]

    same, moved = (
        wander(reference(drawn(5, 30, 0.0)), windows(one))[0][0] for one in (live, shifted)
    )

    assert moved < same + 0.001


def like_the_day_before(alike, days=60):
    values = drawn(8, days, 0.2)
    for day in range(1, days):
        values[day] = alike * values[day - 1] + np.sqrt(1 - alike**2) * values[day]
    return windows(values)


def test_without_a_reference_later_windows_tell_how_long_wander_lasts():
    nothing = reference(np.zeros((0, 1)))

    long, together = (float(one[0]) for one in wander(nothing, like_the_day_before(0.7)))
    alone, none = (float(one[0]) for one in wander(nothing, like_the_day_before(0.0)))

    assert long > 0.2**2 / 2, "neighbours that are alike hide it"
    assert together > 2 * long
    assert none < alone


def test_without_a_reference_a_lasting_shift_is_no_likeness():
    nothing, values = reference(np.zeros((0, 1))), drawn(8, 60, 0.2)

    quiet = wander(nothing, windows(values))
    moved = wander(nothing, windows(values + 5.0 * (np.arange(60) >= 57)[:, None]))

    assert float(moved[1][0]) < float(quiet[1][0]) + 0.2**2


def test_nothing_known_is_no_wander():
    none = np.zeros((0, 1))

    assert wander(reference(none), windows(none))[0] == pytest.approx(0)
