"""Trees of every library as the flat tables of the portable form."""

from typing import Any, NamedTuple

import numpy as np

from .parts import Array, Header, Tables


class Tree(NamedTuple):
    """One tree by nodes; feature is negative at a leaf, children are places in this tree.

    value: shape (nodes, outputs) where target is -1, else (nodes, 1). missing_left: 0 or 1.
    sets: node -> values that go left, for splits by category. cover: weight of the rows at a node.
    """

    feature: Array
    threshold: Array
    left: Array
    right: Array
    missing_left: Array
    value: Array
    target: int
    sets: dict[int, tuple[float, ...]]
    cover: Array


class Trees:
    """Trees in the order in which their leaves are added."""

    def __init__(self, *trees: Tree) -> None:
        self.trees = trees
        targets = 1 + max(tree.target for tree in trees)
        self.outputs = targets or trees[0].value.shape[1]

    def body(
        self,
        tables: Tables,
        *,
        base: list[float],
        divisor: float = 1.0,
        comparison: str = "<=",
        precision: str = "float64",
    ) -> Header:
        """As the form writes it; equal sets of categories stand there once."""
        starts = np.cumsum([0, *(len(tree.feature) for tree in self.trees)])[:-1]
        category, sets = self._categories()
        inner = [tree.feature >= 0 for tree in self.trees]
        pairs = list(zip(self.trees, inner, starts, strict=True))

        def joined(name: str, leaf: float, *, moved: bool = False) -> Array:
            return np.concatenate(
                [
                    np.where(on, getattr(tree, name) + (start if moved else 0), leaf)
                    for tree, on, start in pairs
                ]
            )

        return {
            "type": "Trees",
            "roots": tables(starts, "i4"),
            "target": tables([tree.target for tree in self.trees], "i4"),
            "feature": tables(joined("feature", -1), "i4"),
            "threshold": tables(joined("threshold", 0.0), "f8"),
            "left": tables(joined("left", 0, moved=True), "i4"),
            "right": tables(joined("right", 0, moved=True), "i4"),
            "missing_left": tables(joined("missing_left", 0), "u1"),
            "category": tables(category, "i4"),
            "value": tables(np.concatenate([tree.value for tree in self.trees]), "f8"),
            "sets": sets,
            "comparison": comparison,
            "precision": precision,
            "base": base,
            "divisor": divisor,
            "cover": tables(np.concatenate([tree.cover for tree in self.trees]), "f8"),
        }

    def _categories(self) -> tuple[Array, list[list[float]]]:
        places: dict[tuple[float, ...], int] = {}
        columns = []
        for tree in self.trees:
            column = np.full(len(tree.feature), -1)
            for node, values in tree.sets.items():
                column[node] = places.setdefault(values, len(places))
            columns.append(column)
        return np.concatenate(columns), [list(values) for values in places]


def of_sklearn(tree: Any, value: Array, *, target: int) -> Tree:
    """tree: the `tree_` of an estimator of scikit-learn."""
    stated = tree.__getstate__()["nodes"]
    names = stated.dtype.names
    missing_left = stated["missing_go_to_left"] if "missing_go_to_left" in names else 0
    left, right = stated["left_child"], stated["right_child"]
    feature = np.where(left < 0, -1, stated["feature"])
    return Tree(
        feature,
        stated["threshold"],
        left,
        right,
        np.broadcast_to(missing_left, len(stated)),
        value,
        target,
        {},
        stated["weighted_n_node_samples"],
    )


def of_histogram(tree: Any, target: int) -> Tree:
    """tree: one of the predictors of scikit-learn's histogram boosting."""
    stated = tree.nodes
    leaf = stated["is_leaf"].astype(bool)
    sets = {
        int(node): members(tree.raw_left_cat_bitsets[stated["bitset_idx"][node]])
        for node in np.flatnonzero(~leaf & stated["is_categorical"].astype(bool))
    }
    return Tree(
        np.where(leaf, -1, stated["feature_idx"].astype(np.int64)),
        stated["num_threshold"],
        stated["left"].astype(np.int64),
        stated["right"].astype(np.int64),
        stated["missing_go_to_left"],
        stated["value"].reshape(-1, 1),
        target,
        sets,
        stated["count"],
    )


def members(bitset: Array) -> tuple[float, ...]:
    """The numbers whose bits are set, in words of 32."""
    bits = np.unpackbits(np.asarray(bitset, dtype="<u4").view(np.uint8), bitorder="little")
    return tuple(float(one) for one in np.flatnonzero(bits))
