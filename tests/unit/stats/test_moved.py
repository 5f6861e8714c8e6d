"""How far a column moved between two stretches."""

import math

import numpy as np
import pytest

from mainstay.stats.moved import Stretch, moved


def stretch(values: np.ndarray) -> Stretch:
    return Stretch(values.size, len(values), float(values.mean()), float(values.var()))


def test_rows_of_days_that_resemble_each_other_are_covered() -> None:
    """Half of the variance is the day's: with rows as independent 0.95 would be 0.3."""
    random = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        day = random.normal(size=(2, 30, 1))
        rows = day + random.normal(size=(2, 30, 100))
        found = moved(stretch(rows[0]), stretch(rows[1]))
        inside += found.low <= 0 <= found.high

    assert inside / 400 >= 0.95


def test_one_day_beside_many_is_covered() -> None:
    """Where rows of a day are all alike it says least, and its own variance is nothing."""
    random, inside = np.random.default_rng(7), 0
    for _ in range(400):
        before, now = random.normal(size=(30, 1)), random.normal(size=(1, 1))
        noise = random.normal(size=(31, 100)) * 0.1
        found = moved(stretch(before + noise[:30]), stretch(now + noise[30:]))
        inside += found.low <= 0 <= found.high

    assert inside / 400 >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / 400)


def test_a_shift_is_told_in_standard_deviations_and_together_intervals_are_wider() -> None:
    one, other = Stretch(9000, 90, 10.0, 4.0), Stretch(9000, 90, 12.0, 4.0)

    alone, together = moved(one, other), moved(one, other, many=20)

    assert alone.value == together.value == pytest.approx(1.0)
    assert 0.5 < together.low < alone.low < 1 < alone.high < together.high < 1.5
    assert (alone.unit, alone.n) == ("sd", 18_000)


def test_what_is_not_known_has_no_interval() -> None:
    one = Stretch(9, 1, 0.0, 1.0)
    still = Stretch(9, 9, 3.0, 0.0)

    assert moved(one, one._replace(mean=1.0)).high == math.inf
    assert (moved(still, still).low, moved(still, still).high) == (0.0, 0.0)
    assert moved(still, still._replace(mean=4.0)).low == -math.inf
