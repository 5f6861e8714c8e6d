"""Models that anybody can read, fitted here on training rows: a linear one and a small tree.

Both take the inputs of the version as one matrix, text as codes and NaN where nothing is known, and
say a number for each row: the probability of yes, or the value.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Places = NDArray[np.int64]

LEVELS, FEWEST = 40, 20
"""Texts that are told apart in the linear model: the most frequent, with so many rows each."""
RIDGE, STEPS, FAR = 1.0, 25, 5.0
"""Penalty on standardised inputs; Newton's steps at most; standard deviations that are cut off."""
DEPTH, BINS, LEAF = 3, 32, 50
"""Of the tree: questions in a row, places to cut an input, rows of a leaf at least."""


class Rung(NamedTuple):
    """says: matrix -> (rows,); numbers: how many it consists of."""

    says: Callable[[Matrix], Vector]
    numbers: int


class _Columns(NamedTuple):
    """How a matrix becomes standardised columns. texts: per text input the codes told apart."""

    numeric: Places
    middle: Vector
    spread: Vector
    holes: Places
    texts: tuple[tuple[int, Places], ...]

    def of(self, matrix: Matrix) -> Matrix:
        """Ones, numbers, whether they are missing, texts as 0 and 1."""
        z = (matrix[:, self.numeric] - self.middle) / self.spread
        parts = [
            np.ones((len(matrix), 1)),
            np.clip(np.nan_to_num(z), -FAR, FAR),
            np.isnan(matrix[:, self.holes]) * 1.0,
            *((matrix[:, [place]] == codes) * 1.0 for place, codes in self.texts),
        ]
        return np.hstack(parts)


def linear(rows: Matrix, label: Vector, inputs: tuple[Input, ...], *, binary: bool) -> Rung:
    """Logistic or least squares, with a small ridge on all but the constant."""
    columns = _columns(rows, inputs)
    made = columns.of(rows)
    weights = _logistic(made, label) if binary else _squares(made, label)
    link = special.expit if binary else _itself
    return Rung(lambda matrix: np.asarray(link(columns.of(matrix) @ weights)), len(weights))


def tree(rows: Matrix, label: Vector, inputs: tuple[Input, ...]) -> Rung:
    """Greedy cuts of least squared error, three deep; a text is the mean label of its level."""
    ordered = _ordered(rows, label, inputs)
    made = ordered(rows)
    root = _grown(made, label, np.arange(len(label)), DEPTH)
    return Rung(lambda matrix: _said(root, ordered(matrix)), _count(root))


def _itself(values: Vector) -> Vector:
    return values


def _columns(rows: Matrix, inputs: tuple[Input, ...]) -> _Columns:
    text = np.array([one.kind == "text" for one in inputs], dtype=np.bool_)
    numeric = np.flatnonzero(~text & ~np.isnan(rows).all(axis=0))
    values = rows[:, numeric]
    spread = np.nanstd(values, axis=0)
    holes = numeric[np.isnan(values).any(axis=0)]
    texts = tuple((place, _frequent(rows[:, place])) for place in np.flatnonzero(text).tolist())
    return _Columns(
        numeric, np.nanmean(values, axis=0), np.where(spread > 0, spread, 1.0), holes, texts
    )


def _frequent(codes: Vector) -> Places:
    levels, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    most = np.argsort(-counts, kind="stable")[:LEVELS]
    kept: Places = levels[most[counts[most] >= FEWEST]].astype(np.int64)
    return kept


def _logistic(made: Matrix, label: Vector) -> Vector:
    """Newton's method, each step halved until it does not make things worse."""
    penalty = np.full(made.shape[1], RIDGE)
    penalty[0] = 1e-9
    weights = np.zeros(made.shape[1])
    loss = _loss(made, label, weights, penalty)
    for _ in range(STEPS):
        chance = special.expit(made @ weights)
        slope = made.T @ (label - chance) - penalty * weights
        bend = (made * (chance * (1 - chance))[:, None]).T @ made + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        found = [_loss(made, label, weights + step / 2**half, penalty) for half in range(4)]
        half = int(np.argmin(found))
        if loss - found[half] < 1e-10 * len(label):
            break
        weights, loss = weights + step / 2**half, found[half]
    return weights


def _loss(made: Matrix, label: Vector, weights: Vector, penalty: Vector) -> float:
    margin = made @ weights
    return float(
        np.sum(np.logaddexp(0, margin) - label * margin) + (penalty * weights**2).sum() / 2
    )


def _squares(made: Matrix, label: Vector) -> Vector:
    penalty = np.full(made.shape[1], RIDGE)
    penalty[0] = 1e-9
    return np.asarray(np.linalg.solve(made.T @ made + np.diag(penalty), made.T @ label))


def _ordered(rows: Matrix, label: Vector, inputs: tuple[Input, ...]) -> Callable[[Matrix], Matrix]:
    """Texts as numbers in the order of their labels; what is missing or unseen is the lowest."""
    means = {
        place: _means(rows[:, place], label, len(one.levels))
        for place, one in enumerate(inputs)
        if one.kind == "text"
    }

    def ordered(matrix: Matrix) -> Matrix:
        made = np.where(np.isnan(matrix), -np.inf, matrix)
        for place, mean in means.items():
            known = np.isfinite(made[:, place])
            codes = np.where(known, made[:, place], 0).astype(np.int64)
            made[:, place] = np.where(known, mean[codes], -np.inf)
        return made

    return ordered


def _means(codes: Vector, label: Vector, levels: int) -> Vector:
    """Of each level, as if FEWEST rows more had the mean of all."""
    known = ~np.isnan(codes)
    at = codes[known].astype(np.int64)
    total = np.bincount(at, label[known], max(levels, 1))
    count = np.bincount(at, minlength=max(levels, 1))
    return np.asarray((total + FEWEST * label.mean()) / (count + FEWEST))


class _Node(NamedTuple):
    """Rows below `cut` of an input go left; a leaf has no input."""

    value: float
    place: int = -1
    cut: float = 0.0
    left: "_Node | None" = None
    right: "_Node | None" = None


def _grown(made: Matrix, label: Vector, rows: Places, depth: int) -> _Node:
    value = float(label[rows].mean())
    found = _cut(made[rows], label[rows] - value) if depth else None
    if found is None:
        return _Node(value)
    place, cut = found
    below = made[rows, place] < cut
    left, right = (_grown(made, label, rows[some], depth - 1) for some in (below, ~below))
    return _Node(value, place, cut, left, right)


def _cut(made: Matrix, off: Vector) -> tuple[int, float] | None:
    """The input and the place that take most squared error away; off: labels from their mean."""
    best: tuple[float, int, float] = (0.0, -1, 0.0)
    for place in range(made.shape[1]):
        values = made[:, place]
        finite = values[np.isfinite(values)]
        if not len(finite):
            continue
        cuts = np.unique(np.quantile(finite, np.linspace(0, 1, BINS + 1), method="nearest"))
        bins = np.searchsorted(cuts, values, side="right")
        size = np.bincount(bins, minlength=len(cuts) + 1).cumsum()[:-1]
        total = np.bincount(bins, off, len(cuts) + 1).cumsum()[:-1]
        fits = (size >= LEAF) & (len(off) - size >= LEAF)
        if not fits.any():
            continue
        gain = np.where(fits, total**2 / np.maximum(size, 1), 0)
        gain = gain + np.where(fits, total**2 / np.maximum(len(off) - size, 1), 0)
        at = int(np.argmax(gain))
        best = max(best, (float(gain[at]), place, float(cuts[at])))
    return (best[1], best[2]) if best[1] >= 0 else None


def _said(node: _Node, made: Matrix) -> Vector:
    if node.left is None or node.right is None:
        return np.full(len(made), node.value)
    below = made[:, node.place] < node.cut
    return np.where(below, _said(node.left, made), _said(node.right, made))


def _count(node: _Node) -> int:
    if node.left is None or node.right is None:
        return 1
    return 2 + _count(node.left) + _count(node.right)
