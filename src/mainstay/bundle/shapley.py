"""Exact path-dependent Shapley values of the trees of a portable form.

The value of a set of features is what the tree says where they are as in the row and every other
split sends the row both ways, by the shares of the rows trained on (Lundberg et al. 2018,
Consistent Individualized Feature Attribution for Tree Ensembles, section 3). At one leaf that is a
product of one factor per feature, whose Shapley value is an integral of a polynomial (Owen 1972,
Multilinear Extensions of Games); Gauss-Legendre nodes give it exactly, up to rounding.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.form import Trees
from mainstay.core.errors import Unavailable

Matrix = NDArray[np.float64]
Places = NDArray[np.int64]
MOST = 2_000_000
"""Splits on the ways to all leaves: up to here the paths of a model take about 100 MB."""
_LEAST = 1e-30  # a share of rows above zero, so that nothing is divided by it


class _Edges(NamedTuple):
    """Every split on the way to every leaf. share: of the rows at the split that go this way."""

    leaf: Places
    node: Places
    feature: Places
    left: NDArray[np.bool_]
    share: Matrix


class _Group(NamedTuple):
    """Leaves with equally many features on their way: their places, and those of their factors."""

    leaves: Places
    factors: slice


class Paths:
    """The ways to all leaves of some trees; safe to use from several threads."""

    def __init__(self, trees: Trees) -> None:
        """Raises Unavailable for trees without covers, or with more splits than MOST."""
        self._trees = trees
        edges = _edges(trees)
        count = int(edges.leaf.max(initial=-1)) + 1
        keys = edges.leaf * (int(edges.feature.max(initial=0)) + 1) + edges.feature
        _, first, of = np.unique(keys, return_index=True, return_inverse=True)
        many = np.bincount(edges.leaf[first], minlength=count)  # features on the way to each leaf
        rank = np.empty(len(first), dtype=np.int64)
        by_many = np.lexsort((np.arange(len(first)), many[edges.leaf[first]]))
        rank[by_many] = np.arange(len(first))
        order = np.argsort(rank[of], kind="stable")
        self._node, self._left = edges.node[order], edges.left[order]
        self._starts = np.searchsorted(rank[of][order], np.arange(len(first)))
        self._feature = edges.feature[first][by_many]
        self._share = _products(edges.share[order], self._starts)
        leaves = edges.leaf[first][by_many]
        self._groups = list(_groups(leaves, many[leaves] if len(leaves) else leaves))

    def contributions(self, row: Matrix, output: int) -> tuple[Matrix, float]:
        """What each feature of one row adds to an output, shape (features,), and what it is alone.

        row: what the trees see, shape (features,).
        """
        value, alone = self._values(output)
        met = self._met(row)
        found = np.zeros(len(self._feature))
        for leaves, factors in self._groups:
            shape = len(leaves), -1
            share, hot = self._share[factors].reshape(shape), met[factors].reshape(shape)
            weights = value[leaves][:, None]
            found[factors] = (weights * _shares(share, hot)).ravel()
            alone += float((weights[:, 0] * share.prod(axis=1)).sum())
        made = np.bincount(self._feature, weights=found, minlength=len(row))
        divisor = self._trees.divisor
        return made / divisor, alone / divisor

    def _met(self, row: Matrix) -> Matrix:
        """1 for each factor whose splits the row meets on its way, else 0."""
        if not len(self._node):
            return np.zeros(0)
        same = _goes_left(self._trees, row)[self._node] == self._left
        return np.logical_and.reduceat(same, self._starts).astype(np.float64)

    def _values(self, output: int) -> tuple[Matrix, float]:
        """Per node what it adds to an output as a leaf; what is added whatever the row."""
        trees = self._trees
        value, roots = trees.value.array.astype(np.float64), trees.roots.array.astype(np.int64)
        target, feature = trees.target.array.astype(np.int64), trees.feature.array.astype(np.int64)
        starts = np.searchsorted(roots, np.arange(len(value)), side="right") - 1
        whose = target[starts]
        column = value[:, output] if value.shape[1] > 1 else value[:, 0]
        kept = np.where((whose < 0) | (whose == output), column, 0.0)
        stumps = roots[feature[roots] < 0]
        return kept, float(trees.base[output] + kept[stumps].sum())


def _edges(trees: Trees) -> _Edges:
    """From every leaf up to its root, all leaves at a time; a tree that is one leaf has none."""
    if trees.cover is None:
        raise Unavailable("this version was built without what its reasons need; build it again")
    feature, cover = trees.feature.array.astype(np.int64), trees.cover.array.astype(np.float64)
    inner = np.flatnonzero(feature >= 0)
    parent, is_left = np.full(len(feature), -1), np.zeros(len(feature), dtype=np.bool_)
    for side, name in ((True, "left"), (False, "right")):
        children = getattr(trees, name).array[inner]
        parent[children], is_left[children] = inner, side
    leaf = here = np.flatnonzero((feature < 0) & (parent >= 0))
    parts, total = [], 0
    while len(here):
        up, total = parent[here], total + len(here)
        if total > MOST:
            raise Unavailable(f"this model has more than {MOST:,} splits on the ways to its leaves")
        share = np.where(cover[up] > 0, cover[here] / np.where(cover[up] > 0, cover[up], 1), 0.5)
        parts.append(_Edges(leaf, up, feature[up], is_left[here], share))
        on = parent[up] >= 0
        leaf, here = leaf[on], up[on]
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return _Edges(none, none, none, np.zeros(0, dtype=np.bool_), np.zeros(0))
    return _Edges(*map(np.concatenate, zip(*parts, strict=True)))


def _products(share: Matrix, starts: Places) -> Matrix:
    """Of the shares of one feature on one way: its splits stand side by side."""
    if not len(share):
        return share
    return np.maximum(np.multiply.reduceat(share, starts), _LEAST)


def _groups(leaves: Places, many: Places) -> Iterator[_Group]:
    """leaves: of the factors, those with few features first; many: how many that leaf has."""
    ends = [0, *(np.flatnonzero(np.diff(many, append=-1)) + 1).tolist()]
    for start, end in pairwise(ends):
        yield _Group(leaves[start : end : int(many[start])], slice(start, end))


def _shares(share: Matrix, met: Matrix) -> Matrix:
    """The Shapley value of each factor of products, shape (leaves, features) like both."""
    change = met - share
    nodes, weights = np.polynomial.legendre.leggauss((share.shape[1] + 1) // 2)
    total = np.zeros_like(share)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        factor = share + node * change
        total += weight * factor.prod(axis=1, keepdims=True) / factor
    return change * total


def _goes_left(trees: Trees, row: Matrix) -> NDArray[np.bool_]:
    """Of every node, whether the row goes left there; of a leaf anything."""
    values = row[np.maximum(trees.feature.array, 0)]
    less = np.less if trees.comparison == "<" else np.less_equal
    goes: NDArray[np.bool_] = less(values, trees.threshold.array)
    category = trees.category.array
    for known, members in enumerate(trees.sets):
        here = category == known
        goes[here] = np.isin(values[here], members)
    return np.where(np.isnan(values), trees.missing_left.array == 1, goes)
