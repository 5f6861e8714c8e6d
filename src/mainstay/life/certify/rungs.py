"""Models that anybody can read, fitted here on training rows: rates, a linear one, a small tree.

All take inputs as one matrix, text as codes and NaN where nothing is known, and say a number for
each row, the probability of yes or the value, or with several classes the probability of each.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Places = NDArray[np.int64]

LEVELS, FEWEST = 40, 20
"""Texts that are told apart in the linear model: the most frequent, with so many rows each."""
RIDGE, STEPS, ROUNDS, FAR = 1.0, 25, 200, 5.0
"""Penalty on standardised inputs; Newton's steps at most, of several classes rounds of L-BFGS;
standard deviations that are cut off."""
DEPTH, BINS, LEAF = 3, 32, 50
"""Of the tree: questions in a row, places to cut an input, rows of a leaf at least."""


class Rung(NamedTuple):
    """says: matrix -> (rows,), of several classes (rows, classes); numbers: how many there are."""

    says: Callable[[Matrix], Matrix | Vector]
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
    link = scipy.special.expit if binary else _itself
    return Rung(lambda matrix: np.asarray(link(columns.of(matrix) @ weights)), len(weights))


def softmax(rows: Matrix, label: Vector, inputs: tuple[Input, ...], classes: int) -> Rung:
    """The same of several classes, whose codes are the labels: one linear score for each."""
    columns = _columns(rows, inputs)
    made, truth = columns.of(rows), _told(label, classes)
    start = np.zeros(made.shape[1] * classes)
    found = scipy.optimize.minimize(
        _surprise, start, (made, truth), "L-BFGS-B", jac=True, options={"maxiter": ROUNDS}
    )
    weights = found.x.reshape(-1, classes)
    return Rung(
        lambda matrix: scipy.special.softmax(columns.of(matrix) @ weights, axis=1), weights.size
    )


def rates(rows: Matrix, label: Vector, classes: int) -> Rung:
    """Of each class where all inputs are alike; of what was never seen, those of all rows."""
    known, place = np.unique(_filled(rows), axis=0, return_inverse=True)
    truth = _told(label, classes)
    total = np.stack([np.bincount(place.ravel(), one, len(known) + 1) for one in truth.T], axis=1)
    counts = total.astype(np.float64)
    shares = _shrunk(counts, counts.sum(axis=1, keepdims=True), truth.mean(axis=0))
    at = {row.tobytes(): code for code, row in enumerate(known)}

    def says(matrix: Matrix) -> Matrix:
        return shares[[at.get(row.tobytes(), len(known)) for row in _filled(matrix)]]

    return Rung(says, shares.size)


def tree(
    rows: Matrix,
    label: Vector,
    inputs: tuple[Input, ...],
    *,
    classes: int = 0,
    binary: bool = False,
) -> Rung:
    """Greedy cuts of least squared error, three deep; a text is the mean label of its level.

    A leaf holds the share of each of several classes, or that of yes, or a mean.
    """
    target = _told(label, classes) if classes else label[:, None]
    ordered = _ordered(rows, target, inputs)
    prior = target.mean(axis=0) if classes or binary else None
    root = _grown(ordered(rows), target, _Grove(np.arange(len(label)), DEPTH, prior))

    def says(matrix: Matrix) -> Matrix | Vector:
        said = _said(root, ordered(matrix))
        return said if classes else said[:, 0]

    return Rung(says, _count(root))


def _told(label: Vector, classes: int) -> Matrix:
    """1 for the class of each row, (rows, classes)."""
    return np.eye(classes)[label.astype(np.int64)]


def _filled(rows: Matrix) -> Matrix:
    """Rows whose bytes tell them apart: what is missing is alike, and so are both zeros."""
    return np.ascontiguousarray(np.where(np.isnan(rows), np.inf, rows) + 0.0)


def _shrunk(total: Matrix, count: Matrix | float, prior: Vector) -> Matrix:
    """Shares as if one row more had the shares of all: what was never seen is not impossible."""
    return np.asarray((total + prior) / (count + 1))


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
        chance = scipy.special.expit(made @ weights)
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


def _surprise(weights: Vector, made: Matrix, truth: Matrix) -> tuple[float, Vector]:
    """Penalised loss of several classes, and its slope."""
    by_class = weights.reshape(made.shape[1], -1)
    said = scipy.special.log_softmax(made @ by_class, axis=1)
    penalty = np.full((len(by_class), 1), RIDGE)
    penalty[0] = 1e-9
    loss = -(truth * said).sum() + (penalty * by_class**2).sum() / 2
    slope = made.T @ (np.exp(said) - truth) + penalty * by_class
    return float(loss), slope.ravel()


def _squares(made: Matrix, label: Vector) -> Vector:
    penalty = np.full(made.shape[1], RIDGE)
    penalty[0] = 1e-9
    return np.asarray(np.linalg.solve(made.T @ made + np.diag(penalty), made.T @ label))


def _ordered(rows: Matrix, target: Matrix, inputs: tuple[Input, ...]) -> Callable[[Matrix], Matrix]:
    """Texts as numbers in the order of their labels; what is missing or unseen is the lowest."""
    means = {
        place: _line(*_means(rows[:, place], target, len(one.levels)))
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


def _means(codes: Vector, target: Matrix, levels: int) -> tuple[Matrix, Vector]:
    """Of each level, as if FEWEST rows more had the mean of all; and its rows."""
    known = ~np.isnan(codes)
    at, size = codes[known].astype(np.int64), max(levels, 1)
    total = np.stack([np.bincount(at, one[known], size) for one in target.T], axis=1)
    count = np.bincount(at, minlength=size).astype(np.float64)
    return (total + FEWEST * target.mean(axis=0)) / (count + FEWEST)[:, None], count


def _line(means: Matrix, count: Vector) -> Vector:
    """One number a level: the mean itself, of several classes along the line they differ most on.

    Source: Coppersmith, Hong and Hosking (1999), Partitioning Nominal Attributes.
    """
    if means.shape[1] == 1:
        return means[:, 0]
    off = means - np.average(means, axis=0, weights=count + 1)
    return np.asarray(off @ np.linalg.svd(off * np.sqrt(count)[:, None])[2][0])


class _Grove(NamedTuple):
    """Rows of a node, questions left, shares of all rows where leaves hold shares."""

    rows: Places
    depth: int
    prior: Vector | None


class _Node(NamedTuple):
    """Rows below `cut` of an input go left; a leaf has no input. value: (classes,) or (1,)."""

    value: Vector
    place: int = -1
    cut: float = 0.0
    left: "_Node | None" = None
    right: "_Node | None" = None


def _grown(made: Matrix, target: Matrix, grove: _Grove) -> _Node:
    rows, depth, prior = grove
    own = target[rows]
    mean = own.mean(axis=0)
    value = mean if prior is None else _shrunk(own.sum(axis=0), float(len(rows)), prior)
    found = _cut(made[rows], own - mean) if depth else None
    if found is None:
        return _Node(value)
    place, cut = found
    below = made[rows, place] < cut
    left, right = (
        _grown(made, target, _Grove(rows[some], depth - 1, prior)) for some in (below, ~below)
    )
    return _Node(value, place, cut, left, right)


def _cut(made: Matrix, off: Matrix) -> tuple[int, float] | None:
    """The input and the place that take most squared error away; off: labels from their mean."""
    best: tuple[float, int, float] = (0.0, -1, 0.0)
    for place in range(made.shape[1]):
        values = made[:, place]
        finite = values[np.isfinite(values)]
        if len(finite):
            cuts = np.unique(np.quantile(finite, np.linspace(0, 1, BINS + 1), method="nearest"))
            gain = _gain(np.searchsorted(cuts, values, side="right"), off, len(cuts))
            at = int(np.argmax(gain))
            best = max(best, (float(gain[at]), place if gain[at] > 0 else -1, float(cuts[at])))
    return (best[1], best[2]) if best[1] >= 0 else None


def _gain(bins: Places, off: Matrix, cuts: int) -> Vector:
    """Squared error that each cut takes away, 0 where a leaf would be too small."""
    size = np.bincount(bins, minlength=cuts + 1).cumsum()[:-1]
    total = np.stack([np.bincount(bins, one, cuts + 1).cumsum()[:-1] for one in off.T], axis=1)
    squared, rest = np.square(total).sum(axis=1), len(off) - size
    gain = squared / np.maximum(size, 1) + squared / np.maximum(rest, 1)
    return np.where((size >= LEAF) & (rest >= LEAF), gain, 0.0)


def _said(node: _Node, made: Matrix) -> Matrix:
    if node.left is None or node.right is None:
        return np.broadcast_to(node.value, (len(made), len(node.value)))
    below = made[:, node.place] < node.cut
    return np.where(below[:, None], _said(node.left, made), _said(node.right, made))


def _count(node: _Node) -> int:
    if node.left is None or node.right is None:
        return len(node.value)
    return 2 + _count(node.left) + _count(node.right)
