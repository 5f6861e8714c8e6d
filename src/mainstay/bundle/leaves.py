"""Many rows through LightGBM's trees at once, by bitmaps (see `bitmaps`).

Whether a row meets a split hangs on the place of one of its values among the thresholds of that
input, and on nothing else. Nothing branches, while the library spends its time on branches that no
processor foresees. Leaves are added tree by tree, as the library adds them: the sums are the same,
bit for bit.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.bitmaps import MOST_LEAVES, Bits, Block, Conditions, Node, Tree
from mainstay.bundle.places import LARGEST, NOTHING, Column, Columns, celled
from mainstay.bundle.trees import UNREADABLE

Matrix = NDArray[np.float64]
Link = Callable[[Sequence[float]], list[float]]
"""From the sums of the leaves to the scores."""
TOGETHER, TREES = 512, 300
"""Rows and trees at once: their bitmaps stay in the cache, and few calls are made."""
MOST_BYTES = 32_000_000
"""Of all sets of codes: what a door may hold for a faster batch."""
CONDITION, SPLIT, COLUMN, LEVEL = 4, 6, 400, 300
"""What each costs, in 40 ns for 1,000 rows; the last is a level of a tree in the library."""
_PLAIN = frozenset(("regression", "regression_l1", "huber", "fair", "quantile", "mape"))
_CATEGORY, _DEFAULT_LEFT, _ZERO, _NAN = 1, 2, 1, 2
CODES, LEFT, RIGHT, ZERO = "codes", "left", "right", "zero"
"""Ways of NaN: among codes it is none of them, else it goes left, right, or where zero goes."""


class _Split(NamedTuple):
    """A node. way: of NaN. members: of a categorical one, the codes on the left.

    left, right: another node, or a leaf as ~number.
    """

    feature: int
    way: str
    threshold: float
    members: frozenset[int] | None
    left: int
    right: int


class _Read(NamedTuple):
    """A tree as its text says it."""

    splits: list[_Split]
    leaves: list[float]


class Leaves:
    """The trees of one model; safe to use from several threads."""

    def __init__(
        self, columns: Sequence[Column], conditions: Conditions, trees: Sequence[Tree], link: Link
    ) -> None:
        self._columns, self._conditions, self._link = columns, conditions, link
        self._places, self._trees = Columns(columns).places, len(trees)
        self._blocks = [Block(trees[at : at + TREES]) for at in range(0, len(trees), TREES)]

    def hold(self, matrix: Matrix) -> bool:
        """Whether all values are such that the bitmaps say what the library says."""
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
        worth = np.empty((self._trees, min(len(matrix), TOGETHER)))
        for at in range(0, len(matrix), TOGETHER):
            some = places[:, at : at + TOGETHER]
            count = some.shape[1]
            met = self._conditions.met(some)
            # down the first axis: one tree after the other, and never in pairs
            sums[at : at + count] = np.add.reduce(self._worth(met, worth[:, :count]), axis=0)
        return np.array(self._link(sums.tolist()))

    def _worth(self, met: Bits, worth: Matrix) -> Matrix:
        """What the leaves are worth, shape (trees, rows), written there."""
        at = 0
        for block in self._blocks:
            block.worth(met, worth.shape[1], worth[at : at + block.trees])
            at += block.trees
        return worth


def of_lightgbm(text: str) -> Leaves | None:
    """The bitmaps of a LightGBM model text; None for another kind of model, or where they lose.

    Held: one number per row, trees of at most 256 constant leaves, zero no missing value. Source:
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
    trees = [tree for one in blocks if (tree := _tree(_lines(one)))]
    if link is None or not trees or len(trees) < len(blocks):
        return None
    splits = [split for tree in trees for split in tree.splits]
    columns = _columns(splits)
    conditions, number = _conditions(columns, splits)
    cost = CONDITION * conditions.count + COLUMN * len(columns) + SPLIT * len(splits)
    if conditions.held > MOST_BYTES or (worth and not _worth_it(cost, len(splits), len(trees))):
        return None
    made = [Tree([Node(number(one), one.left, one.right) for one in tree.splits], tree.leaves)
            for tree in trees]  # fmt: skip
    return Leaves(list(columns.values()), conditions, made, link)


def _worth_it(cost: int, splits: int, trees: int) -> bool:
    """Whether that is half of what the library takes, or less."""
    return 2 * cost <= LEVEL * trees * math.log2(1 + splits / trees)


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


def _tree(lines: Mapping[str, str]) -> _Read | None:
    """Its leaves from left to right; None where it is not held."""

    def numbers(name: str, kind: Callable[[str], Any] = int) -> list[Any]:
        return [kind(one) for one in lines.get(name, "").split()]

    children = list(zip(numbers("left_child"), numbers("right_child"), strict=True))
    known = numbers("leaf_value", float)
    if len(known) > MOST_LEAVES or lines.get("is_linear", "0") != "0":
        return None
    order = _order(children)
    renamed = {~leaf: ~at for at, leaf in enumerate(order)}
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
        left, right = (renamed.get(one, one) for one in children[node])
        splits.append(_Split(features[node], _way(kind), threshold, members, left, right))
    return _Read(splits, [known[leaf] for leaf in order])


def _way(kind: int) -> str:
    """Where NaN goes: it is no category; as a number it goes the default way, or is zero."""
    if kind & _CATEGORY:
        return CODES
    if kind >> 2 & 3 != _NAN:
        return ZERO
    return LEFT if kind & _DEFAULT_LEFT else RIGHT


def _codes(words: Sequence[int]) -> frozenset[int]:
    """Places of the bits set in words of 32."""
    places = ((at, bit) for at in range(len(words)) for bit in range(32))
    return frozenset(32 * at + bit for at, bit in places if words[at] >> bit & 1)


def _order(children: Sequence[tuple[int, int]]) -> list[int]:
    """The leaves from left to right."""
    order, left = list[int](), [0 if children else -1]
    while left:
        node = left.pop()
        if node < 0:
            order.append(~node)
        else:
            left.extend(reversed(children[node]))
    return order


def _columns(splits: Sequence[_Split]) -> dict[tuple[int, str], Column]:
    """By feature and the way of NaN: that may differ from one split of a feature to another."""
    found: dict[tuple[int, str], list[_Split]] = {}
    for split in splits:
        found.setdefault((split.feature, split.way), []).append(split)
    return {one: _column(*one, some) for one, some in sorted(found.items())}


def _column(feature: int, way: str, splits: Sequence[_Split]) -> Column:
    if way == CODES:
        codes = 1 + max(max(one.members or (0,)) for one in splits)
        return Column(feature, codes + 1, codes, None)
    thresholds = np.unique([one.threshold for one in splits])
    missing = {LEFT: 0, RIGHT: len(thresholds), ZERO: int(np.searchsorted(thresholds, 0.0))}[way]
    return Column(feature, len(thresholds) + 1, missing, thresholds, celled(thresholds))


def _conditions(
    columns: Mapping[tuple[int, str], Column], splits: Sequence[_Split]
) -> tuple[Conditions, Callable[[_Split], int]]:
    """All there are, and which one a split's is."""
    numbers = {one: at for at, one in enumerate(columns)}
    sets: dict[int, dict[frozenset[int], int]] = {}
    for one in splits:
        if one.members is not None:
            mine = sets.setdefault(numbers[one.feature, one.way], {})
            mine.setdefault(one.members, len(mine))
    given = {column: list(some) for column, some in sets.items()}
    conditions = Conditions([one.size for one in columns.values()], given)

    def number(split: _Split) -> int:
        column, thresholds = numbers[split.feature, split.way], columns[split[:2]].thresholds
        if split.members is not None or thresholds is None:
            return conditions.among(column, sets[column][split.members or frozenset()])
        return conditions.at_most(column, int(np.searchsorted(thresholds, split.threshold)))

    return conditions, number
