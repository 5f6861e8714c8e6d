"""Rows at the splits of a tree, small enough to follow by eye."""

import math

import numpy as np
import pytest

from mainstay.bundle.beside import beside
from mainstay.bundle.trees import LEAF, NOTHING, Forest, Tree
from mainstay.core.inputs import Input

INPUTS = (
    Input("origin", "text", ("EWR", "JFK", "LGA")),
    Input("hour", "integer"),
    Input("temp", "number"),
)
ROWS = np.array([[0.0, 6.0, 20.5], [1.0, 23.0, math.nan]])
DEEP = Tree(  # temp <= 20: origin in {JFK, LGA}: hour <= 6.5: temp <= 10
    [2, 0, 1, 2, LEAF], [20.0, 0.0, 6.5, 10.0, 0.0], [1, 2, 3, 4], [4, 4, 4, 4],
    {1: frozenset({1, 2})},
)  # fmt: skip


def reached(tree: Tree, row: list[float]) -> list[int]:
    """The nodes that a row passes, at most going left; missing goes right."""
    node, passed = 0, []
    while tree.feature[node] != LEAF:
        passed.append(node)
        value = row[tree.feature[node]]
        left = (
            value in tree.members[node] if node in tree.members else value <= tree.threshold[node]
        )
        node = tree.left[node] if left else tree.right[node]
    return passed


def test_every_split_is_reached_and_both_sides_are_taken() -> None:
    made = beside(Forest((DEEP,)), ROWS, INPUTS)

    passed = [reached(DEEP, row) for row in made.rows.tolist()]
    temps = [row[2] for row, nodes in zip(made.rows.tolist(), passed, strict=True) if 3 in nodes]
    assert (made.splits, made.met) == (4, 4)
    assert {node for nodes in passed for node in nodes} == {0, 1, 2, 3}
    assert {10.0, math.nextafter(10, 99), math.nextafter(10, 0)} <= set(temps)
    assert any(math.isnan(temp) for temp in made.rows[-4:, 2])


def test_a_row_that_is_on_its_way_keeps_everything_else() -> None:
    made = beside(Forest((DEEP,)), ROWS[:1], INPUTS)

    assert made.rows[:3, :2].tolist() == [[0.0, 6.0]] * 3
    hours = made.rows[~np.isnan(made.rows[:, 1]), 1]
    assert set(hours) == {6.0, 7.0}


def test_below_a_threshold_means_the_float32_neighbours_too() -> None:
    one = float(np.float32(0.1))
    tree = Tree([2, LEAF], [one], [1], [1], {})

    made = beside(Forest((tree,), strict=True, single=True, members_left=False), ROWS, INPUTS)

    neighbours = [float(np.nextafter(np.float32(one), np.float32(end))) for end in (-9, 9)]
    beyond = [math.nextafter(one, end) for end in (-9, 9)]
    assert set(made.rows[:-1, 2]) == {one, *neighbours, *beyond}


def test_a_split_that_no_row_can_take_both_ways_is_not_met() -> None:
    never = Tree([1, 1, LEAF], [6.2, 6.8, 0.0], [1, 2], [2, 2], {})

    made = beside(Forest((never,)), ROWS, INPUTS)

    assert (made.splits, made.met) == (2, 1)


def test_members_on_the_right_are_members_all_the_same() -> None:
    tree = Tree([0, LEAF], [0.0], [1], [1], {0: frozenset({2})})

    made = beside(Forest((tree,), members_left=False), ROWS, INPUTS)

    assert set(made.rows[:2, 0]) == {0.0, 2.0}
    assert math.isnan(made.rows[2, 0])


def test_of_very_many_splits_an_even_part_is_met_and_told() -> None:
    many = Forest(tuple(Tree([2, LEAF], [float(at)], [1], [1], {}) for at in range(100)))

    made = beside(many, ROWS, INPUTS, most=40)

    assert (len(made.rows), made.splits, made.met) == (40, 100, 10)
    assert {0.0, 99.0} <= set(made.rows[:, 2])


def test_without_trees_there_is_nothing_to_meet() -> None:
    made = beside(NOTHING, ROWS, INPUTS)

    assert (made.rows.shape, made.splits, made.met) == ((0, 3), 0, 0)


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_same_rows(seed: int) -> None:
    one, other = (beside(Forest((DEEP,)), ROWS, INPUTS, seed=seed).rows for _ in range(2))

    assert np.array_equal(one, other, equal_nan=True)
