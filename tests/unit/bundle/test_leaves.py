import numpy as np

from mainstay.bundle import leaves
from mainstay.bundle.leaves import CODES_LEFT, LEFT, RIGHT, Grown, Leaves, Split

NO = frozenset[int]()


def test_leaves_are_numbered_from_left_to_right() -> None:
    order, renamed = leaves.grown([(1, ~0), (~2, ~1)])

    assert order == [2, 1, 0]
    assert renamed == {~2: ~0, ~1: ~1, ~0: ~2}


def test_a_tree_of_one_leaf_has_only_that() -> None:
    assert leaves.grown([]) == ([0], {~0: ~0})


def made(*splits: Split, values: tuple[float, ...] = (1.0, 2.0)) -> Leaves:
    found = leaves.leaves([Grown(splits, values)], 0.5, worth=False)
    assert found is not None
    return found


def test_the_base_and_a_leaf_make_a_sum() -> None:
    found = made(Split(0, LEFT, 3.0, None, ~0, ~1))

    assert found.sums(np.array([[2.0, 3.0, 3.5, np.nan]])).tolist() == [1.5, 1.5, 2.5, 1.5]


def test_what_is_missing_goes_its_own_way_at_each_split() -> None:
    found = made(
        Split(0, RIGHT, 3.0, None, ~0, 1), Split(0, LEFT, 4.0, None, ~1, ~2),
        values=(1.0, 2.0, 3.0),
    )  # fmt: skip

    assert found.sums(np.array([[2.0, 3.5, 5.0, np.nan]])).tolist() == [1.5, 2.5, 3.5, 2.5]


def test_what_is_missing_may_go_left_with_codes() -> None:
    found = made(Split(0, CODES_LEFT, 0.0, frozenset((1, 3)), ~0, ~1))

    assert found.sums(np.array([[0.0, 1.0, 3.0, 4.0, np.nan]])).tolist() == [
        2.5, 1.5, 1.5, 2.5, 1.5,
    ]  # fmt: skip


def test_trees_of_too_many_leaves_are_not_held() -> None:
    splits = [Split(0, LEFT, float(at), None, ~at, at + 1) for at in range(leaves.MOST_LEAVES)]
    splits[-1] = splits[-1]._replace(right=~leaves.MOST_LEAVES)
    values = tuple(map(float, range(leaves.MOST_LEAVES + 1)))

    assert leaves.leaves([Grown(splits, values)], 0.0, worth=False) is None
    assert leaves.leaves([], 0.0, worth=False) is None
