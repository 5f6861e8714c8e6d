"""Bitmaps lead every row to the leaf that it reaches alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import bitmaps
from mainstay.bundle.bitmaps import Block, Conditions, Node, Tree

SIZES = (6, 4, 9)
SETS = {2: [frozenset({0}), frozenset({1, 2, 7}), frozenset[int](), frozenset(range(8))]}
ASKED = [(0, place) for place in range(5)] + [(1, place) for place in range(3)]


def met(conditions: Conditions, places: np.ndarray, number: int) -> list[bool]:
    """Which rows meet a condition."""
    one = conditions.met(places)[number].view(np.uint8)
    return [bool(bit) for bit in np.unpackbits(one, count=places.shape[1], bitorder="little")]


def grown(random: np.random.Generator, leaves: int, conditions: int) -> Tree:
    """A tree of any shape, its leaves from left to right."""
    nodes: list[Node] = []

    def grow(first: int, count: int) -> int:
        if count == 1:
            return ~first
        at, cut = len(nodes), int(random.integers(1, count))
        nodes.append(Node(int(random.integers(conditions)), 0, 0))
        left, right = grow(first, cut), grow(first + cut, count - cut)
        nodes[at] = nodes[at]._replace(left=left, right=right)
        return at

    grow(0, leaves)
    return Tree(nodes, random.normal(size=leaves).tolist())


def reached(tree: Tree, holds: np.ndarray) -> float:
    """What a row's leaf is worth, one node after the other; holds: which conditions it meets."""
    at = 0 if tree.nodes else ~0
    while at >= 0:
        at = tree.nodes[at].left if holds[tree.nodes[at].condition] else tree.nodes[at].right
    return tree.leaves[~at]


@pytest.mark.parametrize("rows", [1, 7, 63, 64, 65, 200])
def test_a_condition_is_met_by_the_rows_that_stand_so_far_or_have_its_codes(rows: int) -> None:
    random = np.random.default_rng(rows)
    places = np.array([random.integers(0, size, rows) for size in SIZES])
    conditions = Conditions(SIZES, SETS)

    for column, place in ASKED:
        found = met(conditions, places, conditions.at_most(column, place))
        assert found == (places[column] <= place).tolist()
    for at, codes in enumerate(SETS[2]):
        found = met(conditions, places, conditions.among(2, at))
        assert found == [int(code) in codes for code in places[2]]


@given(
    st.lists(st.integers(1, 40) | st.just(bitmaps.MOST_LEAVES), min_size=1, max_size=6),
    st.integers(1, 150),
    st.integers(0, 9),
)
def test_every_row_of_every_tree_ends_in_its_own_leaf(
    sizes: list[int], rows: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    trees = [grown(random, leaves, 12) for leaves in sizes]
    holds = random.integers(0, 2, (12, rows)).astype(bool)
    bits = np.zeros((12, -(-rows // 64) * 64), bool)
    bits[:, :rows] = holds
    words = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    found = np.empty((len(trees), rows))

    Block(trees).worth(words, rows, found)

    expected = [[reached(tree, holds[:, row]) for row in range(rows)] for tree in trees]
    assert found.tolist() == expected


def test_gray_codes_of_neighbours_differ_in_one_digit() -> None:
    codes = [bitmaps.gray(one) for one in range(bitmaps.MOST_LEAVES)]

    assert sorted(codes) == list(range(bitmaps.MOST_LEAVES))
    assert all((one ^ other).bit_count() == 1 for one, other in pairwise(codes))
