"""Slices that one or two columns make."""

import numpy as np

from mainstay.stats.candidates import NONE, Column, cuts

KIND = Column(np.array([0, 0, 0, 1, 1, 2]), ("a", "b", "c"))
BINS = Column(
    np.array([0, 1, 2, 0, 1, 2]), ("low", "middle", "high"), ((0, 1, "< 2"), (1, 2, "≥ 1"))
)


def rows(columns: dict[str, Column], least: int) -> dict[str, list[int]]:
    """Of each slice its rows."""
    return {
        name: np.flatnonzero(cut.codes == code).tolist()
        for cut in cuts(columns, least)
        for code, name in enumerate(cut.names)
    }


def test_groups_with_enough_rows_are_slices() -> None:
    assert rows({"kind": KIND}, 2) == {"a": [0, 1, 2], "b": [3, 4]}


def test_ranges_of_bins_are_slices_too() -> None:
    assert rows({"bins": BINS}, 4) == {"< 2": [0, 1, 3, 4], "≥ 1": [1, 2, 4, 5]}


def test_pairs_hold_the_rows_of_both() -> None:
    found = rows({"kind": KIND, "bins": BINS}, 1)

    assert found["a & low"] == [0]
    assert found["a & < 2"] == [0, 1]
    assert found["b & ≥ 1"] == [4]


def test_a_pair_that_is_one_of_its_groups_is_left_out() -> None:
    """Group c has one row only, which is high."""
    found = rows({"kind": KIND, "bins": BINS}, 1)

    assert "c & high" not in found
    assert found["c"] == [5]


def test_what_is_smaller_is_in_no_group() -> None:
    (cut,) = cuts({"kind": KIND}, 3)

    assert cut.codes.tolist() == [0, 0, 0, NONE, NONE, NONE]


def test_some_of_the_rows_keep_their_groups() -> None:
    assert KIND.of(np.array([0, 5])).codes.tolist() == [0, 2]
