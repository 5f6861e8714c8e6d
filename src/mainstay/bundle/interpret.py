"""The portable form, walked in NumPy: the reference that every writer is held against."""

from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import form
from mainstay.bundle.form import Feature, Form, Isotonic, Linear, Link, Member, Sigmoid, Trees

Matrix = NDArray[np.float64]
ARITHMETIC = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
}


def scores(model: Form, matrix: Matrix) -> Matrix:
    """Shape (rows,), or (rows, outputs); NaN where the model's library would refuse the row."""
    with np.errstate(all="ignore"):
        raw = [margins(member, matrix) for member in model.members]
        for member, made in zip(model.members, raw, strict=True):
            made[refused(member, matrix)] = np.nan
    return finished(model)(np.hstack(raw))


def finished(model: Form) -> Callable[[Matrix], Matrix]:
    """From the margins of all members side by side to scores, in float64 by NumPy.

    The last steps of every engine that computes margins: NumPy's exp gives a number the same
    power wherever it stands in a batch, onnxruntime's does not.
    """
    widths = [width(member) for member in model.members]
    ends = np.cumsum(widths).tolist()
    parts = [
        (slice(end - size, end), _finish(member))
        for member, end, size in zip(model.members, ends, widths, strict=True)
    ]
    count = len(parts)

    def finish(raw: Matrix) -> Matrix:
        with np.errstate(all="ignore"):
            total = parts[0][1](raw[:, parts[0][0]])
            for part, one in parts[1:]:
                total = total + one(raw[:, part])
            total = total if count == 1 else total / count
        return total if model.outputs > 1 else total[:, 0]

    return finish


def width(member: Member) -> int:
    """How many margins it has."""
    body = member.body
    return len(body.base if isinstance(body, Trees) else body.intercept)


def margins(member: Member, matrix: Matrix) -> Matrix:
    """Shape (rows, outputs of the body), before link and calibration."""
    seen = columns(member.features, matrix)
    return walked(member.body, seen) if isinstance(member.body, Trees) else _sum(member.body, seen)


def stepped(values: Matrix, steps: tuple[form.Step, ...]) -> Matrix:
    """One column after some steps."""
    with np.errstate(all="ignore"):
        for step in steps:
            values = _stepped(values, step)
    return values


def _finish(member: Member) -> Callable[[Matrix], Matrix]:
    single = isinstance(member.body, Trees) and member.body.precision == "float32"
    rounded = _single if single else np.asarray
    return lambda raw: _calibrated(linked(raw, member.link, rounded), member.calibration)


def refused(member: Member, matrix: Matrix) -> NDArray[np.bool_]:
    """Which rows the model's library would not take."""
    some = (tuple(dict.fromkeys(given)) for given in (member.numbers, member.finite))
    numbers, finite = (columns(one, matrix) for one in some)
    refused: NDArray[np.bool_] = np.any(~np.isfinite(numbers), axis=1)
    return np.logical_or(refused, np.any(np.isinf(finite), axis=1))


def columns(features: tuple[Feature, ...], matrix: Matrix) -> Matrix:
    """What the model sees, shape (rows, features)."""
    made = np.empty((len(matrix), len(features)))
    for place, feature in enumerate(features):
        made[:, place] = stepped(matrix[:, feature.input], feature.steps)
    return made


def _stepped(values: Matrix, step: form.Step) -> Matrix:
    match step:
        case form.Impute(value):
            return np.where(np.isnan(values), value, values)
        case form.Arithmetic(operation, value):
            return cast("Matrix", ARITHMETIC[operation](values, value))
        case form.Clip(low, high):
            return np.clip(values, low, high)
        case form.Cast():
            return _single(values)
        case form.Bins(edges):
            return np.searchsorted(np.array(edges), values, side="right").astype(np.float64)
        case _:
            return _recoded(values, step)


def _recoded(values: Matrix, step: form.Lookup | form.OneOf | form.Position | form.Known) -> Matrix:
    missing = np.isnan(values)
    match step:
        case form.Lookup(numbers, unknown):
            return np.array([*numbers, unknown])[np.where(missing, -1, values).astype(np.int64)]
        case form.OneOf(known, counts):
            return (np.isin(values, known) | (missing & counts)).astype(np.float64)
        case form.Known(known):
            return np.where(np.isin(values, known), values, np.nan)
        case form.Position(known, unknown, absent):
            made = np.where(missing, absent, unknown)
            for place, one in enumerate(known):
                made[values == one] = place
            return made


def walked(trees: Trees, columns: Matrix) -> Matrix:
    """The margins of trees, shape (rows, outputs); columns: what they see."""
    kind = np.float32 if trees.precision == "float32" else np.float64
    total = np.tile(np.array(trees.base, dtype=kind), (len(columns), 1))
    value, targets = trees.value.array.astype(kind), trees.target.array
    go = _Walk(trees, columns)
    for root, target in zip(trees.roots.array, targets, strict=True):
        leaf = value[go.leaves(int(cast("np.int32", root)))]
        if target < 0:
            total += leaf
        else:
            total[:, target] += leaf[:, 0]
    return (total / kind(trees.divisor)).astype(np.float64)


class _Walk:
    """One batch on its way through trees that share their tables."""

    def __init__(self, trees: Trees, columns: Matrix) -> None:
        self._trees, self._columns = trees, columns
        self._rows = np.arange(len(columns))
        names = ("feature", "threshold", "left", "right", "missing_left", "category")
        self._at = {name: getattr(trees, name).array for name in names}

    def leaves(self, root: int) -> NDArray[np.int64]:
        """The leaf of every row, in one tree."""
        at = self._at
        node = np.full(len(self._columns), root)
        while (on := at["feature"][node] >= 0).any():
            chosen = np.where(self._left(node), at["left"][node], at["right"][node])
            node = np.where(on, chosen, node)
        return node

    def _left(self, node: NDArray[np.int64]) -> NDArray[np.bool_]:
        at = self._at
        x = self._columns[self._rows, np.maximum(at["feature"][node], 0)]
        less = np.less if self._trees.comparison == "<" else np.less_equal
        goes: NDArray[np.bool_] = less(x, at["threshold"][node])
        for category in np.unique(at["category"][node]):
            if category >= 0:
                here = at["category"][node] == category
                goes[here] = np.isin(x[here], self._trees.sets[category])
        return np.where(np.isnan(x), at["missing_left"][node] == 1, goes)


def _sum(linear: Linear, columns: Matrix) -> Matrix:
    coefficients = linear.coefficients.array.astype(np.float64)
    made: Matrix = columns @ coefficients.T + np.array(linear.intercept)
    return made


def linked(raw: Matrix, link: Link, rounded: Callable[[Matrix], Matrix] = np.asarray) -> Matrix:
    """From margins to answers. rounded: to the library's precision, after every operation."""
    if link == "none":
        return raw
    if link == "softmax":
        powers = rounded(np.exp(rounded(raw - raw.max(axis=1, keepdims=True))))
    else:
        powers = rounded(1 / rounded(1 + rounded(np.exp(-raw))))
    if link == "logistic":
        return powers
    return rounded(powers / rounded(powers.sum(axis=1, keepdims=True)))


def _calibrated(values: Matrix, calibration: Sigmoid | Isotonic | None) -> Matrix:
    match calibration:
        case None:
            return values
        case Sigmoid(slope, offset):
            return _logistic(-(slope * values + offset))
        case Isotonic(places, heights):
            return np.interp(values, places, heights)


def _single(values: Matrix) -> Matrix:
    return values.astype(np.float32).astype(np.float64)


def _logistic(raw: Matrix) -> Matrix:
    return 1 / (1 + np.exp(-raw))
