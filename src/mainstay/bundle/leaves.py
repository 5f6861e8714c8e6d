"""Many rows through LightGBM's trees at once: each value says which leaves it leaves open.

What a value rules out hangs on its place among the thresholds of its input, and on nothing else. So
every input has a table: for each place, the open leaves of trees, as bits (see `blocks`). ANDed
over the inputs, the lowest bit of a tree is its leaf. Nothing branches, while the library spends
its time on branches that no processor foresees. Leaves are added tree by tree, as the library adds
them: the sums are the same, bit for bit. Source: Lucchese et al. (2015), QuickScorer, SIGIR.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.blocks import ALL, COMBINED, MOST_LEAVES, TREES, Block, Table, combined
from mainstay.bundle.places import LARGEST, NOTHING, Column, Columns, Places, celled
from mainstay.bundle.trees import UNREADABLE

Matrix = NDArray[np.float64]
Link = Callable[[Sequence[float]], list[float]]
"""From the sums of the leaves to the scores."""
MOST_BYTES = 32_000_000
"""Of all tables: what a door may hold for a faster batch."""
TOGETHER = 512  # rows at once: their bits in a block of trees stay in the second cache
PER_LEVEL = 10
"""Columns at half the cost of a level of the trees: 300 trees take 0.2 us a column, 4 a level."""
_PLAIN = frozenset(("regression", "regression_l1", "huber", "fair", "quantile", "mape"))
_CATEGORY, _DEFAULT_LEFT, _ZERO, _NAN = 1, 2, 1, 2


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


class Leaves:
    """The tables of one model; safe to use from several threads."""

    def __init__(self, columns: Sequence[Column], blocks: Sequence[Block], link: Link) -> None:
        self._columns, self._blocks, self._link = columns, blocks, link
        self._places = Columns(columns).places
        self._trees = sum(one.trees for one in blocks)

    def hold(self, matrix: Matrix) -> bool:
        """Whether all values are such that the tables say what the library says."""
        return bool(np.all(np.isnan(matrix) | (np.abs(matrix) < LARGEST)))

    def drawn(self, count: int, inputs: int) -> Matrix:
        """Rows on thresholds, a step beside them, missing: where a mistake would show."""
        random = np.random.default_rng(0)
        rows = np.zeros((count, inputs))
        for one in self._columns:
            known = np.arange(-1.0, one.size) if one.thresholds is None else one.thresholds
            near = random.choice(known, count)
            steps = np.nextafter(near, np.inf), np.nextafter(near, -np.inf), np.nan, 0.0
            way = random.integers(0, 2 * len(steps), count)
            rows[:, one.feature] = np.select([way == at for at in range(4)], steps, near)
        return rows

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), of a matrix that they hold."""
        turned = matrix.T.copy()
        turned[np.abs(turned) <= NOTHING] = 0.0
        places = self._places(turned)
        sums = np.empty(len(matrix))
        for at in range(0, len(matrix), TOGETHER):
            until = min(at + TOGETHER, len(matrix))
            sums[at:until] = self._sums([some[at:until] for some in places], until - at)
        return np.array(self._link(sums.tolist()))

    def _sums(self, places: Sequence[Places], count: int) -> Matrix:
        worth, at = np.empty((self._trees, count)), 0
        for block in self._blocks:
            block.worth(places, count, worth[at : at + block.trees])
            at += block.trees
        # down the first axis: one tree after the other, and never in pairs
        total: Matrix = np.add.reduce(worth, axis=0)
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
    columns = list(_columns(splits))
    return Leaves(columns, list(_blocks(columns, splits, values)), link)


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


def _columns(splits: Sequence[_Split]) -> Iterator[Column]:
    for feature, some in sorted(_by_feature(splits).items()):
        if some[0].members is not None:
            codes = 1 + max(max(one.members or (0,)) for one in some)
            yield Column(feature, codes + 1, None)
        else:
            thresholds = np.unique([one.threshold for one in some])
            yield Column(feature, len(thresholds) + 2, thresholds, celled(thresholds))


def _by_feature(splits: Sequence[_Split]) -> dict[int, list[_Split]]:
    found: dict[int, list[_Split]] = {}
    for split in splits:
        found.setdefault(split.feature, []).append(split)
    return found


def _blocks(columns: Sequence[Column], splits: Sequence[_Split], values: Matrix) -> Iterator[Block]:
    """Trees in even blocks; inputs share tables where there is room for it."""
    trees = len(values)
    roomy = len(columns) * COMBINED // 2 * trees * 4 <= MOST_BYTES
    for numbers in np.array_split(np.arange(trees), math.ceil(trees / TREES)):
        first, until = int(numbers[0]), int(numbers[-1]) + 1
        mine = _by_feature([one for one in splits if first <= one.tree < until])
        tables = [
            (_of_numbers if one.thresholds is not None else _of_codes)(
                number, one, mine[one.feature], range(first, until)
            )
            for number, one in enumerate(columns) if one.feature in mine
        ]  # fmt: skip
        yield Block(combined(tables) if roomy else tables, values[first:until])


def _of_codes(number: int, column: Column, splits: Sequence[_Split], trees: range) -> Table:
    codes = 1 + max(max(one.members or (0,)) for one in splits)
    made = np.full((codes + 1, len(trees)), ALL)
    for one in splits:
        right = [code for code in range(codes + 1) if code not in (one.members or ())]
        made[right, one.tree - trees.start] &= ALL ^ np.uint32(one.bits)
    step = np.minimum(np.arange(column.size), codes)  # codes that these trees do not know
    return Table(((number, step),), made)


def _of_numbers(number: int, column: Column, splits: Sequence[_Split], trees: range) -> Table:
    thresholds = np.unique([one.threshold for one in splits])
    made = np.full((len(thresholds) + 2, len(trees)), ALL)
    for one in splits:
        place, tree = int(np.searchsorted(thresholds, one.threshold)), one.tree - trees.start
        closed = ALL ^ np.uint32(one.bits)
        made[place + 1 : -1, tree] &= closed
        if not one.missing_left:
            made[-1, tree] &= closed
    before = np.isin(np.asarray(column.thresholds), thresholds).cumsum()
    step = np.concatenate([[0], before, [len(made) - 1]])
    return Table(((number, step),), made)
