import numpy as np

from mainstay.trainer.portable import nodes
from mainstay.trainer.portable.parts import Tables


def tree(target: int, sets: dict[int, tuple[float, ...]]) -> nodes.Tree:
    feature = np.array([3, -2, -2])
    children = np.array([1, -1, -1]), np.array([2, -1, -1])
    zeros = np.zeros(3)
    cover = np.array([3.0, 2.0, 1.0])
    return nodes.Tree(feature, zeros, *children, zeros, np.ones((3, 1)), target, sets, cover)


def test_trees_stand_end_to_end_and_equal_sets_once() -> None:
    tables = Tables()

    body = nodes.Trees(tree(0, {0: (1.0,)}), tree(1, {0: (1.0,)})).body(tables, base=[0.0, 0.0])

    found = {
        name: tables.arrays[body[name]["at"]].tolist()
        for name in ("roots", "target", "feature", "left", "right", "category", "cover")
    }
    assert found == {
        "roots": [0, 3],
        "target": [0, 1],
        "feature": [3, -1, -1, 3, -1, -1],
        "left": [1, 0, 0, 4, 0, 0],
        "right": [2, 0, 0, 5, 0, 0],
        "category": [0, -1, -1, 0, -1, -1],
        "cover": [3.0, 2.0, 1.0, 3.0, 2.0, 1.0],
    }
    assert body["sets"] == [[1.0]]


def test_members_are_the_bits_of_words_of_32() -> None:
    assert nodes.members(np.array([0b101, 0, 1 << 31], dtype=np.uint32)) == (0.0, 2.0, 95.0)
