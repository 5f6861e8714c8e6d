"""Many rows through LightGBM's trees at once: each value says which leaves it leaves open.

What a value rules out hangs on its place among the thresholds of its input, and on nothing else. So
every input has a table: for each place, the open leaves of all trees, as bits. ANDed over the
inputs, the lowest bit of a tree is its leaf. Nothing branches, while the library spends its time on
branches that no processor foresees. Leaves are added tree by tree, as the library adds them: the
sums are the same, bit for bit. Source: Lucchese et al. (2015), QuickScorer, SIGIR.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.trees import UNREADABLE

Matrix = NDArray[np.float64]
Link = Callable[[Sequence[float]], list[float]]
"""From the sums of the leaves to the scores."""
MOST_LEAVES = 32
MOST_BYTES = 32_000_000
"""Of all tables: what a door may hold for a faster batch."""
TOGETHER = 128  # rows ANDed at once: their bits and those of one input stay in the nearest cache
PER_LEVEL = 10
"""Columns at half the cost of a level of the trees: 300 trees take 0.2 us a column, 4 a level."""
CELLS, CROWD, FEW = (512, 1024, 2048, 4096), 2, 16
"""Even cells in which a value is looked up, thresholds in one at most, thresholds to search among:
1,000 values among 120 take 15 us that way and 54 by searching, where no processor foresees."""
LARGEST = 2.0**31  # whole numbers beyond it are undefined as categories
NOTHING = float(np.float32(1e-35))
"""What the library takes for zero wherever it stands: kZeroThreshold."""
_PLAIN = frozenset(("regression", "regression_l1", "huber", "fair", "quantile", "mape"))
_CATEGORY, _DEFAULT_LEFT, _ZERO, _NAN = 1, 2, 1, 2
_ALL = np.uint32(2**MOST_LEAVES - 1)


class _Split(NamedTuple):
    """A node. bits: the leaves on its left. members: of a categorical one, the codes on the left.

    missing_left: the way of NaN.
    """

    tree: int
    feature: int
    threshold: float
    members: frozenset[int] | None
    missing_left: bool
    bits: int


class _Tree(NamedTuple):
    """Its nodes, and the values of its leaves from left to right."""

    splits: list[_Split]
    leaves: list[float]


class _Cells(NamedTuple):
    """Thresholds by even cells of their range: where a value stands among them, without a search.

    A value in a later cell than a threshold's is greater, one in an earlier cell is less: rounding
    keeps the order. So only those of its own cell are compared. start: thresholds in the cells
    before each; own: the first, then the second of each cell, infinite where there is none.
    """

    low: float
    scale: float
    start: NDArray[np.intp]
    own: tuple[Matrix, ...]

    def places(self, values: Matrix) -> NDArray[np.intp]:
        """What searchsorted says, and 0 for NaN."""
        at = _cells(values, self.low, self.scale, len(self.start))
        found = self.start.take(at)
        for some in self.own:
            found += values > some.take(at)
        return found


class _Column(NamedTuple):
    """One input. open: the leaves that stay open, shape (places, trees), the last for NaN.

    thresholds: rising; of a category None, its places are codes and the last is any other value.
    cells: of the thresholds, where they do not crowd.
    """

    feature: int
    thresholds: Matrix | None
    open: NDArray[np.uint32]
    cells: _Cells | None = None

    def places(self, values: Matrix) -> NDArray[np.intp]:
        if self.thresholds is None:
            last = len(self.open) - 1
            known = (values > -1) & (values < last)
            return np.where(known, values, last).astype(np.intp)
        missing = np.isnan(values)
        if self.cells is None:
            found = np.searchsorted(self.thresholds, values)
            return found + missing
        found = self.cells.places(values)
        found[missing] = len(self.open) - 1
        return found


class Leaves:
    """The tables of one model; safe to use from several threads."""

    def __init__(self, columns: Sequence[_Column], values: Matrix, link: Link) -> None:
        """values: of the leaves, shape (trees, MOST_LEAVES)."""
        self._columns, self._link = columns, link
        self._values, self._trees = values.ravel(), len(values)
        # the bits of a power of two as float32 are its exponent + 127
        self._first = (np.arange(self._trees) * MOST_LEAVES - 127).astype(np.int32)

    def hold(self, matrix: Matrix) -> bool:
        """Whether all values are such that the tables say what the library says."""
        return bool(np.all(np.isnan(matrix) | (np.abs(matrix) < LARGEST)))

    def drawn(self, count: int, inputs: int) -> Matrix:
        """Rows on thresholds, a step beside them, missing: where a mistake would show."""
        random = np.random.default_rng(0)
        rows = np.zeros((count, inputs))
        for one in self._columns:
            known = np.arange(-1.0, len(one.open)) if one.thresholds is None else one.thresholds
            near = random.choice(known, count)
            steps = np.nextafter(near, np.inf), np.nextafter(near, -np.inf), np.nan, 0.0
            way = random.integers(0, 2 * len(steps), count)
            rows[:, one.feature] = np.select([way == at for at in range(4)], steps, near)
        return rows

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), of a matrix that they hold."""
        turned = matrix.T.copy()
        turned[np.abs(turned) <= NOTHING] = 0.0
        places = [one.places(turned[one.feature]) for one in self._columns]
        sums = np.empty(len(matrix))
        for at in range(0, len(matrix), TOGETHER):
            until = min(at + TOGETHER, len(matrix))
            sums[at:until] = self._sums([some[at:until] for some in places], until - at)
        return np.array(self._link(sums.tolist()))

    def _sums(self, places: Sequence[NDArray[np.intp]], count: int) -> Matrix:
        bits = np.full((count, self._trees), _ALL)
        one = np.empty_like(bits)
        for column, some in zip(self._columns, places, strict=True):
            np.take(column.open, some, axis=0, out=one, mode="clip")
            np.bitwise_and(bits, one, out=bits)
        signed = bits.view(np.int32)
        exponents = (signed & -signed).astype(np.float32).view(np.int32) >> 23
        leaves = (exponents & 255) + self._first  # the sign of the highest bit is cut off
        # down the first axis: one tree after the other, and never in pairs
        total: Matrix = np.add.reduce(self._values.take(leaves.T), axis=0)
        return total


def of_lightgbm(text: str) -> Leaves | None:
    """The tables of a LightGBM model text; None for another kind of model, or where they lose.

    Held: one number per row, trees of at most 32 constant leaves, zero no missing value. Source:
    LightGBM's tree.h (decisions, missing values) and its objectives.
    """
    try:
        return _held(text, worth=True)
    except UNREADABLE:  # the library may read it all the same
        return None


def _held(text: str, *, worth: bool) -> Leaves | None:
    """worth: only where they are faster than the library."""
    head, *blocks = text.split("\nTree=")
    link = _link(_lines(head))
    trees = [tree for at, one in enumerate(blocks) if (tree := _tree(at, _lines(one)))]
    if link is None or not trees or len(trees) < len(blocks):
        return None
    splits = [split for tree in trees for split in tree.splits]
    if not _small(splits, len(trees)) or (worth and not _worth_it(splits, len(trees))):
        return None
    values = np.zeros((len(trees), MOST_LEAVES))
    for number, tree in enumerate(trees):
        values[number, : len(tree.leaves)] = tree.leaves
    return Leaves(list(_columns(splits, len(trees))), values, link)


def _worth_it(splits: Sequence[_Split], trees: int) -> bool:
    """Whether they take half the library's time or less."""
    columns = len({one.feature for one in splits})
    return columns <= PER_LEVEL * math.log2(1 + len(splits) / trees)


def _lines(block: str) -> Mapping[str, str]:
    return dict(line.partition("=")[::2] for line in block.splitlines())


def _link(head: Mapping[str, str]) -> Link | None:
    """None for an objective that is not held."""
    objective, *stated = head.get("objective", "").split() or [""]
    if head.get("num_class") != "1" or "average_output" in head:
        return None
    if objective == "binary" and len(stated) == 1 and stated[0].startswith("sigmoid:"):
        slope = float(stated[0].removeprefix("sigmoid:"))
        return partial(_sigmoid, slope)
    return list if objective in _PLAIN and not stated else None


def _sigmoid(slope: float, sums: Sequence[float]) -> list[float]:
    """By the C library's own exp: NumPy's differs in the last bit."""
    exp = math.exp
    try:
        return [1.0 / (1.0 + exp(-slope * one)) for one in sums]
    except OverflowError:
        return [_chance(slope * one) for one in sums]


def _chance(total: float) -> float:
    try:
        return 1.0 / (1.0 + math.exp(-total))
    except OverflowError:
        return 0.0


def _tree(number: int, lines: Mapping[str, str]) -> _Tree | None:
    """None where it is not held."""

    def numbers(name: str, kind: Callable[[str], Any] = int) -> list[Any]:
        return [kind(one) for one in lines.get(name, "").split()]

    children = list(zip(numbers("left_child"), numbers("right_child"), strict=True))
    known = numbers("leaf_value", float)
    if len(known) > MOST_LEAVES or lines.get("is_linear", "0") != "0":
        return None
    order, left = _order(children)
    features, thresholds = numbers("split_feature"), numbers("threshold", float)
    bounds, words = numbers("cat_boundaries"), numbers("cat_threshold")
    splits = []
    for node, kind in enumerate(numbers("decision_type")):
        if kind >> 2 & 3 == _ZERO:
            return None
        threshold, members = thresholds[node], None
        if kind & _CATEGORY:
            of_node = slice(bounds[int(threshold)], bounds[int(threshold) + 1])
            members = _codes(words[of_node])
        way = _missing_left(kind, threshold)
        splits.append(_Split(number, features[node], threshold, members, way, left[node]))
    return _Tree(splits, [known[leaf] for leaf in order])


def _missing_left(kind: int, threshold: float) -> bool:
    """NaN is no category; as a number it goes the default way, or is zero."""
    if kind & _CATEGORY:
        return False
    return bool(kind & _DEFAULT_LEFT) if kind >> 2 & 3 == _NAN else threshold >= 0.0


def _codes(words: Sequence[int]) -> frozenset[int]:
    """Places of the bits set in words of 32."""
    places = ((at, bit) for at in range(len(words)) for bit in range(32))
    return frozenset(32 * at + bit for at, bit in places if words[at] >> bit & 1)


def _order(children: Sequence[tuple[int, int]]) -> tuple[list[int], dict[int, int]]:
    """The leaves from left to right, and of every node the bits of those on its left."""
    order: list[int] = []
    bits: dict[int, int] = {}

    def walk(node: int) -> int:
        if node < 0:
            order.append(~node)
            return 1 << len(order) - 1
        left, right = children[node]
        bits[node] = walk(left)
        return bits[node] | walk(right)

    walk(0 if children else -1)
    return order, bits


def _small(splits: Sequence[_Split], trees: int) -> bool:
    """Whether the tables may be held: their places are at most the splits and codes."""
    places = sum(len(one.members) if one.members else 1 for one in splits)
    distinct = len({(one.feature, one.threshold) for one in splits if one.members is None})
    codes = max((max(one.members) for one in splits if one.members), default=0)
    categories = len({one.feature for one in splits if one.members is not None})
    return min(places, distinct + categories * (codes + 2)) * trees * 4 <= MOST_BYTES


def _columns(splits: Sequence[_Split], trees: int) -> Iterator[_Column]:
    by_feature: dict[int, list[_Split]] = {}
    for split in splits:
        by_feature.setdefault(split.feature, []).append(split)
    for feature, some in sorted(by_feature.items()):
        categorical = some[0].members is not None
        yield (_of_codes if categorical else _of_numbers)(feature, some, trees)


def _of_codes(feature: int, splits: Sequence[_Split], trees: int) -> _Column:
    codes = 1 + max(max(one.members or (0,)) for one in splits)
    made = np.full((codes + 1, trees), _ALL)
    for one in splits:
        right = [code for code in range(codes + 1) if code not in (one.members or ())]
        made[right, one.tree] &= _ALL ^ np.uint32(one.bits)
    return _Column(feature, None, made)


def _of_numbers(feature: int, splits: Sequence[_Split], trees: int) -> _Column:
    stated = [one.threshold for one in splits]
    thresholds = np.unique(stated)
    made = np.full((len(thresholds) + 2, trees), _ALL)
    for one, place in zip(splits, np.searchsorted(thresholds, stated).tolist(), strict=True):
        closed = _ALL ^ np.uint32(one.bits)
        made[place + 1 : -1, one.tree] &= closed
        if not one.missing_left:
            made[-1, one.tree] &= closed
    return _Column(feature, thresholds, made, _celled(thresholds))


def _celled(thresholds: Matrix) -> _Cells | None:
    """None where even the finest cells hold many, or there is too little to search among."""
    low, width = float(thresholds[0]), float(thresholds[-1] - thresholds[0])
    if len(thresholds) < FEW or not NOTHING < width < LARGEST:
        return None
    for count in CELLS:
        scale = (count - 2) / width
        held = np.bincount(_cells(thresholds, low, scale, count), minlength=count)
        if held.max() <= CROWD:
            start = np.cumsum(held) - held
            own = [np.where(held > at, np.append(thresholds, np.inf)[np.minimum(
                start + at, len(thresholds))], np.inf) for at in range(held.max())]  # fmt: skip
            return _Cells(low, scale, start, tuple(own))
    return None


def _cells(values: Matrix, low: float, scale: float, count: int) -> NDArray[np.intp]:
    """The cell of each value, rising with it: 0 for what lies below, and for NaN."""
    found = (values - low) * scale
    np.fmax(found, -1.0, out=found)
    np.fmin(found, count - 2.0, out=found)
    found += 1.0
    return found.astype(np.intp)
