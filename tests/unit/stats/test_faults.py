"""Labels that cannot be what they seem."""

import numpy as np
import pytest

from mainstay.stats import faults
from mainstay.stats.faults import Labelled

ALPHA = 1e-4


def days(seed: int, windows: int, rows: int, slope: float = 1.0) -> tuple[np.ndarray, ...]:
    """Place, chance and label of rows whose labels go with their chances as a slope says."""
    random = np.random.default_rng(seed)
    place = np.repeat(np.arange(windows), rows)
    margin = random.normal(-1, 1, len(place))
    true = 1 / (1 + np.exp(-(slope * (margin + 1) - 1)))
    label = (random.random(len(place)) < true).astype(float)
    return place, 1 / (1 + np.exp(-margin)), label


def seen(place: np.ndarray, chance: np.ndarray, label: np.ndarray) -> Labelled:
    return faults.labelled(place, chance, label, int(place.max()) + 1)


def test_a_week_turned_about_is_found_and_no_other_day() -> None:
    place, chance, label = days(1, 21, 200)
    label = np.where((place >= 7) & (place < 14), 1 - label, label)

    found = faults.turned(seen(place, chance, label), ALPHA)

    assert np.flatnonzero(found).tolist() == list(range(7, 14))


def test_few_labels_a_day_are_looked_at_together() -> None:
    place, chance, label = days(2, 7, 30)
    alone = [faults.turned(seen(place[at], chance[at], 1 - label[at]), ALPHA)[0]
        for at in (place == day for day in range(1))]  # fmt: skip

    assert not any(alone)
    assert faults.turned(seen(place, chance, 1 - label), ALPHA).sum() >= 5


def test_a_window_of_one_value_is_found_where_chance_would_not_have_it() -> None:
    place, chance, label = days(3, 4, 100)
    label[place == 1] = 1
    label[place == 2] = 0

    found = seen(place, chance, label)

    assert faults.alike(found, ALPHA).tolist() == [False, True, True, False]
    assert not faults.turned(found, ALPHA).any()


def test_a_window_of_one_value_is_nothing_where_chance_would_have_it() -> None:
    few = seen(np.zeros(3, int), np.full(3, 0.3), np.zeros(3))
    rare = seen(np.zeros(900, int), np.full(900, 0.002), np.zeros(900))

    assert not faults.alike(few, ALPHA).any()
    assert not faults.alike(rare, ALPHA).any()


def test_the_relation_has_an_interval_and_none_without_pairs() -> None:
    place, chance, label = days(4, 5, 400)
    found = seen(place, chance, label)

    both = faults.relation(found, np.ones(5, bool))
    nothing = faults.relation(seen(place, chance, label * 0), np.ones(5, bool))

    assert 0.5 < both.low < both.value < both.high
    assert both.value == pytest.approx(0.74, abs=0.04)
    assert not np.isfinite(nothing.low)


def test_windows_without_labels_say_nothing() -> None:
    found = faults.labelled(np.array([-1]), np.array([0.5]), np.array([1.0]), 3)

    assert not (faults.turned(found, ALPHA) | faults.alike(found, ALPHA)).any()
    assert found.rows.tolist() == [0, 0, 0]
