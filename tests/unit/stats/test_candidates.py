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


def test_every_pair_of_parts_is_cut_as_rows_one_by_one_would_be() -> None:
    random = np.random.default_rng(0)
    bins = ((0, 1, "0-1"), (1, 2, "1-2"), (2, 3, "2-3"), (0, 2, "0-2"))
    one = Column(random.integers(-1, 4, 900), tuple("abcd"), bins)
    other = Column(random.integers(0, 3, 900), ("x", "y", "z"))
    parts = {**{name: (code, code) for code, name in enumerate("abcd")},
             **{name: (first, last) for first, last, name in bins[:3]}}  # fmt: skip
    wanted = {
        f"{name} & {level}": np.flatnonzero(
            (one.codes >= first) & (one.codes <= last) & (other.codes == code)
        ).tolist()
        for name, (first, last) in parts.items()
        for code, level in enumerate(other.names)
    }

    found = {name: some for name, some in rows({"n": one, "t": other}, 70).items() if "&" in name}

    assert found == {name: some for name, some in wanted.items() if len(some) >= 70}


def test_rare_levels_of_a_text_take_no_room() -> None:
    many = Column(np.arange(3000) // 2, tuple(f"l{at}" for at in range(1500)))
    few = Column(np.arange(3000) % 2, ("even", "odd"))

    assert set(rows({"many": many, "few": few}, 100)) == {"even", "odd"}
