"""Inputs that share a table leave open the leaves that each alone would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import blocks
from mainstay.bundle.blocks import ALL, MOST_LEAVES, Block, Table

TREES, ROWS = 5, 40
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=6)


def tables(sizes: list[int], random: np.random.Generator) -> list[Table]:
    """One per input; the highest leaf of every tree stays open."""
    drawn = [random.integers(0, 2**32, (size, TREES), np.uint32) for size in sizes]
    open_last = [bits | np.uint32(2**31) for bits in drawn]
    return [Table(((at, np.arange(len(one))),), one) for at, one in enumerate(open_last)]


@given(SIZES, st.integers(0, 9))
def test_tables_of_several_inputs_say_what_those_of_each_say(sizes: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    apart = tables(sizes, random)
    values = random.normal(size=(TREES, MOST_LEAVES))
    rows = [random.integers(0, size, ROWS) for size in sizes]
    expected, found = np.empty((TREES, ROWS)), np.empty((TREES, ROWS))

    Block(apart, values).worth(rows, ROWS, expected)
    together = blocks.combined(apart, 256)
    Block(together, values).worth(rows, ROWS, found)

    assert np.array_equal(found, expected)
    assert all(len(one.open) <= 256 or len(one.steps) == 1 for one in together)


def test_the_lowest_open_leaf_counts_up_to_the_last() -> None:
    values = np.arange(2.0 * MOST_LEAVES).reshape(2, -1)
    opened = np.array([[1, 2**31], [ALL - 1, 12]], np.uint32)
    found = np.empty((2, 2))

    Block([Table(((0, np.arange(2)),), opened)], values).worth([np.array([0, 1])], 2, found)

    assert found.tolist() == [[0.0, 1.0], [63.0, 34.0]]


def test_trees_without_a_split_have_their_first_leaf() -> None:
    found = np.empty((1, 3))

    Block([], np.full((1, MOST_LEAVES), 7.0)).worth([], 3, found)

    assert found.tolist() == [[7.0, 7.0, 7.0]]
