"""Many rows through trees at once, by bitmaps (see `bitmaps`).

Whether a row meets a split hangs on the place of one of its values among the thresholds of that
feature, and on nothing else. Nothing branches, while libraries spend their time on branches that no
processor foresees. Leaves are added tree by tree, as the libraries add them: the sums are the same,
bit for bit.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.bitmaps import MOST_LEAVES, Bits, Block, Conditions, Node, Tree
from mainstay.bundle.places import Column, Columns, celled

Matrix = NDArray[np.float64]
TOGETHER, TREES = 512, 300
"""Rows and trees at once: their bitmaps stay in the cache, and few calls are made."""
MANY = 64
"""Rows from which bitmaps take a third of a library's time: at 300 trees 7 us a row to 24."""
DRAWN = 256
"""Rows by which bitmaps are compared with what they stand for when a model is opened."""
MOST_BYTES = 32_000_000
"""Of all sets of codes: what a door may hold for a faster batch."""
CONDITION, SPLIT, COLUMN, LEVEL = 4, 6, 400, 300
"""What each costs, in 40 ns for 1,000 rows; the last is a level of a tree in a library."""
CODES, CODES_LEFT, LEFT, RIGHT, ZERO = "codes", "codes, left", "left", "right", "zero"
"""Ways of NaN: among codes it is none of them or goes left with them, else it goes left, right, or
where zero goes."""


class Split(NamedTuple):
    """A node. way: of NaN. members: of a categorical one, the codes on the left.

    At most the threshold goes left. left, right: another node, or a leaf as ~number.
    """

    feature: int
    way: str
    threshold: float
    members: frozenset[int] | None
    left: int
    right: int


class Grown(NamedTuple):
    """A tree as its model says it, its leaves from left to right."""

    splits: Sequence[Split]
    leaves: Sequence[float]


class Leaves:
    """The trees of one model; safe to use from several threads."""

    def __init__(
        self, columns: Sequence[Column], conditions: Conditions, trees: Sequence[Tree], base: float
    ) -> None:
        self._columns, self._conditions, self._base = columns, conditions, base
        self._places, self._trees = Columns(columns).places, len(trees)
        self._blocks = [Block(trees[at : at + TREES]) for at in range(0, len(trees), TREES)]

    def drawn(self, count: int, features: int) -> Matrix:
        """Rows on thresholds, a step beside them, missing: where a mistake would show."""
        random = np.random.default_rng(0)
        rows = np.zeros((count, features))
        for one in self._columns:
            known = np.arange(-1.0, one.size) if one.thresholds is None else one.thresholds
            near = random.choice(known, count)
            steps = np.nextafter(near, np.inf), np.nextafter(near, -np.inf), np.nan, 0.0
            way = random.integers(0, 2 * len(steps), count)
            rows[:, one.feature] = np.select([way == at for at in range(4)], steps, near)
        return rows

    def sums(self, turned: Matrix) -> Matrix:
        """The base and the leaves of each row, shape (rows,); turned: shape (features, rows)."""
        places, rows = self._places(turned), turned.shape[1]
        sums = np.empty(rows)
        worth = np.empty((1 + self._trees, min(rows, TOGETHER)))
        worth[0] = self._base
        for at in range(0, rows, TOGETHER):
            some = places[:, at : at + TOGETHER]
            count = some.shape[1]
            self._worth(self._conditions.met(some), worth[1:, :count])
            # down the first axis: one tree after the other, and never in pairs
            sums[at : at + count] = np.add.reduce(worth[:, :count], axis=0)
        return sums

    def _worth(self, met: Bits, worth: Matrix) -> None:
        """Writes what the leaves are worth, shape (trees, rows)."""
        at = 0
        for block in self._blocks:
            block.worth(met, worth.shape[1], worth[at : at + block.trees])
            at += block.trees


def grown(children: Sequence[tuple[int, int]]) -> tuple[list[int], dict[int, int]]:
    """The leaves of a tree from left to right, and how each ~leaf is numbered then.

    children: of each node, left and right: a node or, as ~number, a leaf.
    """
    order, left = list[int](), [0 if children else -1]
    while left:
        node = left.pop()
        if node < 0:
            order.append(~node)
        else:
            left.extend(reversed(children[node]))
    return order, {~leaf: ~at for at, leaf in enumerate(order)}


def leaves(trees: Sequence[Grown], base: float, *, worth: bool) -> Leaves | None:
    """None where they are too many, or, if `worth` asks, where a library is as fast."""
    if not trees or any(len(one.leaves) > MOST_LEAVES for one in trees):
        return None
    splits = [split for tree in trees for split in tree.splits]
    columns = _columns(splits)
    conditions, number = _conditions(columns, splits)
    cost = CONDITION * conditions.count + COLUMN * len(columns) + SPLIT * len(splits)
    if conditions.held > MOST_BYTES or (worth and not _worth_it(cost, len(splits), len(trees))):
        return None
    made = [Tree([Node(number(one), one.left, one.right) for one in tree.splits], tree.leaves)
            for tree in trees]  # fmt: skip
    return Leaves(list(columns.values()), conditions, made, base)


def _worth_it(cost: int, splits: int, trees: int) -> bool:
    """Whether that is half of what a library takes, or less."""
    return 2 * cost <= LEVEL * trees * math.log2(1 + splits / trees)


def _columns(splits: Sequence[Split]) -> dict[tuple[int, str], Column]:
    """By feature and the way of NaN: that may differ from one split of a feature to another."""
    found: dict[tuple[int, str], list[Split]] = {}
    for split in splits:
        found.setdefault((split.feature, split.way), []).append(split)
    return {one: _column(*one, some) for one, some in sorted(found.items())}


def _column(feature: int, way: str, splits: Sequence[Split]) -> Column:
    if way in (CODES, CODES_LEFT):
        codes = 1 + max(max(one.members or (0,)) for one in splits)
        return Column(feature, codes + 1 + (way == CODES_LEFT), codes, None)
    thresholds = np.unique([one.threshold for one in splits])
    missing = {LEFT: 0, RIGHT: len(thresholds), ZERO: int(np.searchsorted(thresholds, 0.0))}[way]
    return Column(feature, len(thresholds) + 1, missing, thresholds, celled(thresholds))


def _conditions(
    columns: Mapping[tuple[int, str], Column], splits: Sequence[Split]
) -> tuple[Conditions, Callable[[Split], int]]:
    """All there are, and which one a split's is."""

    def members(split: Split) -> frozenset[int]:
        left = {columns[split[:2]].missing} if split.way == CODES_LEFT else set[int]()
        return frozenset(left.union(split.members or ()))

    numbers = {one: at for at, one in enumerate(columns)}
    sets: dict[int, dict[frozenset[int], int]] = {}
    for one in splits:
        if one.members is not None:
            mine = sets.setdefault(numbers[one.feature, one.way], {})
            mine.setdefault(members(one), len(mine))
    given = {column: list(some) for column, some in sets.items()}
    conditions = Conditions([one.size for one in columns.values()], given)

    def number(split: Split) -> int:
        column, thresholds = numbers[split.feature, split.way], columns[split[:2]].thresholds
        if split.members is not None or thresholds is None:
            return conditions.among(column, sets[column][members(split)])
        return conditions.at_most(column, int(np.searchsorted(thresholds, split.threshold)))

    return conditions, number
