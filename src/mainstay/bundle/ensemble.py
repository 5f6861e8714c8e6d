"""The trees of a portable form as one TreeEnsemble of ai.onnx.ml 5."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.drawing import Drawing
from mainstay.bundle.form import Trees
from mainstay.bundle.protobuf import DOUBLE, FLOAT, INT64

LEQ, LT, SUM = 0, 1, 1
Places = NDArray[np.int64]
Matrix = NDArray[np.float64]


class _Flat(NamedTuple):
    """Nodes of all trees, each tree once per output that it adds to; leaves are numbered apart.

    A tree that is one leaf has a node whose branches both end there.
    """

    feature: Places
    threshold: Matrix
    missing_left: Places
    children: Places
    ends: Places
    roots: Places
    targets: Places
    weights: Matrix


def drawn(draw: Drawing, trees: Trees, columns: str, order: Places) -> str:
    """Shape (rows, outputs). order: at which column each feature of the form stands."""
    columns, features, category = _with_categories(draw, trees, columns, order)
    flat = _flat(trees, features, category)
    single = trees.precision == "float32"
    kind = np.float32 if single else np.float64
    given = draw("Cast", columns, to=FLOAT) if single else columns
    total = draw("TreeEnsemble", given, domain="ai.onnx.ml", **_attributes(trees, flat, kind))
    if single:
        total = draw("Cast", total, to=DOUBLE)
    if trees.divisor == 1:
        return total
    shared = draw("Div", total, np.array(trees.divisor))
    return draw.single(shared) if single else shared


def _attributes(
    trees: Trees, flat: _Flat, kind: type
) -> dict[str, "int | NDArray[np.generic] | list[int]"]:
    mode = LT if trees.comparison == "<" else LEQ
    return {
        "aggregate_function": SUM,
        "n_targets": len(trees.base),
        "nodes_featureids": flat.feature.tolist(),
        "nodes_splits": flat.threshold.astype(kind),
        "nodes_modes": np.full(len(flat.feature), mode, dtype=np.uint8),
        "nodes_missing_value_tracks_true": flat.missing_left.tolist(),
        "nodes_truenodeids": flat.children[:, 0].tolist(),
        "nodes_trueleafs": flat.ends[:, 0].tolist(),
        "nodes_falsenodeids": flat.children[:, 1].tolist(),
        "nodes_falseleafs": flat.ends[:, 1].tolist(),
        "tree_roots": flat.roots.tolist(),
        "leaf_targetids": flat.targets.tolist(),
        "leaf_weights": flat.weights.astype(kind),
    }


def _with_categories(
    draw: Drawing, trees: Trees, columns: str, order: Places
) -> tuple[str, Places, NDArray[np.bool_]]:
    """Splits by category as columns: 0 where the value goes left, 1 where it does not.

    Returns the matrix, the column of every node and whether it is one of these. A missing value
    stays missing there, for its node to send.
    """
    feature = trees.feature.array.astype(np.int64)
    category = trees.category.array.astype(np.int64)
    placed = np.where(feature >= 0, order[np.maximum(feature, 0)], -1)
    by_category = (category >= 0) & (feature >= 0)
    if not by_category.any():
        return columns, placed, by_category
    pairs, place = np.unique(
        np.stack([placed[by_category], category[by_category]]), axis=1, return_inverse=True
    )
    placed[by_category] = len(order) + place.ravel()
    parts = [columns]
    for column in np.unique(pairs[0]):
        sets = [trees.sets[one] for one in pairs[1][pairs[0] == column]]
        parts.append(_members(draw, columns, int(column), sets))
    return draw("Concat", *parts, axis=1), placed, by_category


def _members(draw: Drawing, columns: str, column: int, sets: list[tuple[float, ...]]) -> str:
    """Rows of a table by value: every whole number up to the largest, one beyond, and missing."""
    beyond = 1 + int(max(max(values, default=0.0) for values in sets))
    table = np.ones((beyond + 2, len(sets)))
    for at, values in enumerate(sets):
        table[np.array(values, dtype=np.int64), at] = 0.0
    table[-1] = np.nan
    value = draw("Gather", columns, np.array(column, dtype=np.int64), axis=1)
    outside = draw(
        "Or", draw("Less", value, np.array(0.0)), draw("Greater", value, np.array(float(beyond)))
    )
    inside = draw("Where", outside, np.array(float(beyond)), value)
    known = draw("Where", draw("IsNaN", value), np.array(float(beyond + 1)), inside)
    return draw("Gather", table, draw("Cast", known, to=INT64), axis=0)


def _flat(trees: Trees, feature: Places, category: NDArray[np.bool_]) -> _Flat:
    threshold = trees.threshold.array.astype(np.float64)
    threshold = np.where(category, 0.5, threshold)
    builder = _Builder()
    bases = [(float(one), target) for target, one in enumerate(trees.base) if one != 0]
    for value, target in bases:
        builder.leaf(value, target)
    walks = _Walks(trees, feature, threshold)
    for at, target in enumerate(trees.target.array.tolist()):
        for output in [target] if target >= 0 else range(len(trees.base)):
            builder.tree(walks, at, output)
    return builder.flat()


class _Walks(NamedTuple):
    trees: Trees
    feature: Places
    threshold: Matrix


class _Builder:
    """Collects nodes and leaves; both are numbered from 0 over all trees."""

    def __init__(self) -> None:
        self._parts: list[tuple[Places, Matrix, Places, Places, Places]] = []
        self._roots: list[int] = []
        self._targets: list[Places] = []
        self._weights: list[Matrix] = []
        self._nodes = self._leaves = 0

    def leaf(self, value: float, target: int) -> None:
        """A tree that is one leaf; what a sum starts from is the first of its trees."""
        one = np.zeros(1, dtype=np.int64)
        both = np.full((1, 2), self._leaves)
        self._add(
            (one, np.zeros(1), one, both, np.ones((1, 2), dtype=np.int64)),
            np.array([value]),
            target,
        )

    def tree(self, walks: _Walks, at: int, output: int) -> None:
        """One tree of the form, its leaves adding to one output."""
        trees = walks.trees
        starts = [*trees.roots.array.tolist(), len(walks.feature)]
        mine = slice(starts[at], starts[at + 1])
        value = trees.value.array.astype(np.float64)[mine]
        value = value[:, output] if value.shape[1] > 1 else value[:, 0]
        inner = walks.feature[mine] >= 0
        if not inner.any():
            self.leaf(float(value[0]), output)
            return
        number = np.where(
            inner, np.cumsum(inner) - 1 + self._nodes, np.cumsum(~inner) - 1 + self._leaves
        )
        sides = np.stack([trees.left.array[mine], trees.right.array[mine]], axis=1)[inner]
        sides = sides.astype(np.int64) - starts[at]
        part = (
            walks.feature[mine][inner],
            walks.threshold[mine][inner],
            trees.missing_left.array[mine].astype(np.int64)[inner],
            number[sides],
            (~inner[sides]).astype(np.int64),
        )
        self._add(part, value[~inner], output)

    def _add(
        self, part: tuple[Places, Matrix, Places, Places, Places], leaves: Matrix, target: int
    ) -> None:
        self._parts.append(part)
        self._roots.append(self._nodes)
        self._weights.append(leaves)
        self._targets.append(np.full(len(leaves), target))
        self._nodes += len(part[0])
        self._leaves += len(leaves)

    def flat(self) -> _Flat:
        """Everything end to end."""
        features, thresholds, missing, children, ends = zip(*self._parts, strict=True)
        return _Flat(
            np.concatenate(features),
            np.concatenate(thresholds),
            np.concatenate(missing),
            np.concatenate(children),
            np.concatenate(ends),
            np.array(self._roots),
            np.concatenate(self._targets),
            np.concatenate(self._weights),
        )
