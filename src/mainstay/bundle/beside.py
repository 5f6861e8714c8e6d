"""Real rows led to a split of a tree model and put on it, and one unit of the last place beside.

A value beside a threshold proves nothing in a row that never comes to that split. So the values
that its path asks for are set too, and the two sides of every split are really taken.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.trees import LEAF, Forest, Tree
from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
MOST = 20_000  # rows: 0.6 s of CPU by the original and by an engine, for 200 trees


class Beside(NamedTuple):
    """Rows at splits. splits: how many the model has; met: how many were taken on both sides."""

    rows: Matrix
    splits: int
    met: int


class Way(NamedTuple):
    """What leads to a node. bounds: least and largest by numeric input; codes: left by text."""

    bounds: dict[int, tuple[float, float]]
    codes: dict[int, frozenset[int]]


class Split(NamedTuple):
    """A node, how to come to it, and what to put there: both sides, and a missing value."""

    feature: int
    way: Way
    values: tuple[float, ...]


def beside(
    forest: Forest, matrix: Matrix, inputs: Sequence[Input], *, most: int = MOST, seed: int = 0
) -> Beside:
    """Up to `most` rows, of real ones; where there are more splits, an even part of them.

    A split that no row can take on both sides is not met: whole numbers pass by one at 6.2, 6.8.
    """
    every = [split for tree in forest.trees for split in _splits(forest, tree, inputs)]
    wanted = [split for split in every if split.values]
    share = min(1.0, most / max(1, sum(len(split.values) for split in wanted)))
    count = int(len(wanted) * share)
    chosen = [wanted[at] for at in np.linspace(0, len(wanted) - 1, count).astype(int)]
    draws = np.random.default_rng(seed).integers(0, len(matrix), len(chosen))
    made = [
        row
        for split, real in zip(chosen, matrix[draws].tolist(), strict=True)
        for row in _rows(split, real)
    ]
    rows = np.array(made[:most]).reshape(-1, len(inputs))
    return Beside(rows, len(every), len(chosen))


def _splits(forest: Forest, tree: Tree, inputs: Sequence[Input]) -> Iterator[Split]:
    """Every split of a tree; without values where its two sides cannot both be taken."""
    left = [(0, Way({}, {}))]
    while left:
        node, way = left.pop()
        feature = tree.feature[node]
        if feature == LEAF:
            continue
        if node in tree.members:
            values, below, above = _by_codes(forest, tree, node, way, inputs[feature])
        else:
            values, below, above = _by_size(forest, tree, node, way, inputs[feature])
        yield Split(feature, way, (*values, math.nan) if values else ())
        left += [(tree.left[node], below), (tree.right[node], above)]


def _by_codes(
    forest: Forest, tree: Tree, node: int, way: Way, one: Input
) -> tuple[tuple[float, ...], Way, Way]:
    """One code of either side, and what either side leaves."""
    feature, members = tree.feature[node], tree.members[node]
    given = way.codes.get(feature, frozenset(range(len(one.levels))))
    sides = given & members, given - members
    first, second = sides if forest.members_left else sides[::-1]
    values = tuple(float(min(side)) for side in sides if side) if all(sides) else ()
    below, above = (
        Way(way.bounds, {**way.codes, feature: side or given}) for side in (first, second)
    )
    return values, below, above


def _by_size(
    forest: Forest, tree: Tree, node: int, way: Way, one: Input
) -> tuple[tuple[float, ...], Way, Way]:
    """The values at and beside a threshold, and what either side leaves."""
    feature, split = tree.feature[node], tree.threshold[node]
    low, high = way.bounds.get(feature, (-math.inf, math.inf))
    if forest.strict:
        last, first = _next(split, -math.inf, single=forest.single), split
    else:
        last, first = split, _next(split, math.inf, single=forest.single)
    if one.kind != "number":
        last, first = float(math.floor(last)), float(math.ceil(first))
    near = _near(split, single=forest.single) if one.kind == "number" else (last, first)
    values = tuple(value for value in near if low <= value <= high and math.isfinite(value))
    taken = values if low <= last and first <= high else ()
    bounds = ((low, min(high, last)), (max(low, first), high))
    below, above = (Way({**way.bounds, feature: some}, way.codes) for some in bounds)
    return taken, below, above


def _near(split: float, *, single: bool) -> tuple[float, ...]:
    """On a threshold and on either side, in float64 and, where values are cast, in float32."""
    found = {split, *(_next(split, end, single=False) for end in (-math.inf, math.inf))}
    if single:
        found |= {_next(split, end, single=True) for end in (-math.inf, math.inf)}
    return tuple(sorted(found))


def _next(value: float, end: float, *, single: bool) -> float:
    """The neighbour of a number towards an end."""
    if not single:
        return math.nextafter(value, end)
    with np.errstate(over="ignore"):
        return float(np.nextafter(np.float32(value), np.float32(end)))


def _rows(split: Split, real: list[float]) -> Iterator[list[float]]:
    """A real row, changed only where it would leave the way, once per value of the split."""
    row = list(real)
    for feature, (low, high) in split.way.bounds.items():
        if not low <= row[feature] <= high:
            row[feature] = high if math.isfinite(high) else low
    for feature, codes in split.way.codes.items():
        if row[feature] not in codes:
            row[feature] = float(min(codes))
    for value in split.values:
        row[split.feature] = value
        yield list(row)
