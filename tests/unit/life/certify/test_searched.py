"""Columns as a search for slices sees them."""

import numpy as np

from mainstay.core.columns import Text
from mainstay.data.profile import Numbers, Profile
from mainstay.life.certify import searched

NOTHING = Profile(0, ())


def test_text_is_its_levels_and_what_is_missing() -> None:
    made = searched.columns({"kind": Text(np.array([0, -1, 1]), ("a", "b"))}, NOTHING)["kind"]

    assert made.codes.tolist() == [0, 2, 1]
    assert made.names == ("kind = a", "kind = b", "kind missing")


def test_few_different_numbers_are_levels() -> None:
    made = searched.columns({"day": np.array([0, 6, 0], dtype=np.int64)}, NOTHING)["day"]

    assert made.names == ("day = 0", "day = 6", "day missing")
    assert made.ranges == ()


def test_numbers_are_cut_at_fifths_of_the_training_rows() -> None:
    edges = tuple(float(one) for one in range(5, 100, 5))
    trained = Profile(2000, (Numbers("wait", 0, 0, None, edges, (100,) * 20),))
    values = np.array([*np.linspace(0, 100, 50), np.nan])

    made = searched.columns({"wait": values}, trained)["wait"]

    assert made.names == (
        "wait < 20", "20 ≤ wait < 40", "40 ≤ wait < 60", "60 ≤ wait < 80", "wait ≥ 80",
        "wait missing",
    )  # fmt: skip
    assert (made.codes[0], made.codes[49], made.codes[50]) == (0, 4, 5)
    assert (0, 1, "wait < 40") in made.ranges
    assert (3, 4, "wait ≥ 60") in made.ranges
    assert not [one for one in made.ranges if one[:2] == (0, 4)]


def test_a_number_that_training_does_not_know_is_cut_by_its_own_fifths() -> None:
    made = searched.columns({"age": np.arange(100.0)}, NOTHING)["age"]

    assert np.bincount(made.codes).tolist() == [20] * 5


def test_numbers_as_text_are_their_levels() -> None:
    made = searched.text(np.array([1.0, np.nan, 0.5]))

    assert (made.codes.tolist(), made.levels) == ([1, -1, 0], ("0.5", "1"))
