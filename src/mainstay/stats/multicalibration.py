"""Chances corrected group by group: calibrated not only overall but within what features tell.

Boosted trees on the margin of chances that are calibrated already. Each tree asks a few questions,
the same of every row at one depth, so that its leaves are cells; the least rows of a leaf and the
shrinkage keep it from learning noise.

Sources: Hébert-Johnson et al. (2018), Multicalibration; Prokhorenkova et al. (2018), CatBoost, for
the shape of the trees.
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats
from mainstay.stats.metrics import Array

DEPTH, ROUNDS, BINS = 3, 30, 32
RATE, LEAST, PENALTY = 0.2, 40.0, 20.0
"""Least and penalty of a leaf are in units of the second derivative: those of 200 and 100 rows."""
MOST = 25_000
"""Rows learned from, the last: 1 s for 14 features; twice as many change nothing that is seen."""
NOTHING = 1e-9
_CUT = 1e-4
Codes = NDArray[np.int64]


class Tree(msgspec.Struct, frozen=True):
    """Features and thresholds asked, what each leaf adds to the margin; NaN counts as above."""

    features: tuple[int, ...]
    thresholds: tuple[float, ...]
    leaves: tuple[float, ...]


Trees = tuple[Tree, ...]


class _Binned(NamedTuple):
    """codes: the bin of each row and feature; edges: of each feature, a bin ends at its edge."""

    codes: Codes
    edges: tuple[Floats, ...]


class _Cells(NamedTuple):
    """Sums so far of gradient and second derivative, shape (leaves, features, bins)."""

    gradient: Floats
    second: Floats


def trees(features: Floats, label: Array, chance: Floats) -> Trees:
    """Corrections of chances; features: shape (rows, features), NaN where missing."""
    features, label, chance = features[-MOST:], label[-MOST:], chance[-MOST:]
    binned, margin, made = _binned(features), _margin(chance), []
    for _ in range(ROUNDS):
        said = _chance(margin)
        found = _tree(binned, label - said, said * (1 - said))
        if found is None:
            break
        made.append(found)
        margin = margin + _added(found, features)
    return tuple(made)


def corrected(found: Trees, features: Floats, chance: Floats) -> Floats:
    """The chances of other rows, corrected."""
    if not found:
        return chance
    return _chance(sum((_added(one, features) for one in found), _margin(chance)))


def sizes(features: Floats, size: Floats) -> Trees:
    """Trees that add up to how large something is expected to be, as a share of its mean, less 1.

    size: 0 or more, shape (rows,), not all 0.
    """
    features, size = features[-MOST:], size[-MOST:]
    binned, share, made = _binned(features), size / size.mean(), []
    said, second = np.ones(len(size)), np.full(len(size), 0.25)
    for _ in range(4 * ROUNDS):
        found = _tree(binned, (share - said) / 4, second)
        if found is None:
            break
        made.append(found)
        said = said + _added(found, features)
    return tuple(made)


def sized(found: Trees, features: Floats) -> Floats:
    """How large it is expected to be in other rows, as a share of the mean; a tenth at least."""
    said = sum((_added(one, features) for one in found), np.ones(len(features)))
    return np.asarray(np.maximum(said, 0.1))


def left_over(features: Floats, residual: Floats) -> Trees:
    """Trees that add up to what features still tell of a residual; see `trees` for both."""
    features, residual = features[-MOST:], residual[-MOST:]
    scale = float(residual.std()) or 1.0
    binned, made = _binned(features), []
    said, second = np.zeros(len(residual)), np.full(len(residual), 0.25)
    for _ in range(ROUNDS):
        found = _tree(binned, (residual - said) / scale / 4, second)
        if found is None:
            break
        leaves = tuple(scale * one for one in found.leaves)
        grown = Tree(found.features, found.thresholds, leaves)
        made.append(grown)
        said = said + _added(grown, features)
    return tuple(made)


def added(found: Trees, features: Floats) -> Floats:
    """What all trees add to each row, shape (rows,)."""
    return np.asarray(sum((_added(one, features) for one in found), np.zeros(len(features))))


def _tree(binned: _Binned, gradient: Floats, second: Floats) -> Tree | None:
    """Grown question by question; None where no question gains anything."""
    leaf = np.zeros(len(gradient), dtype=np.int64)
    asked: list[tuple[int, float]] = []
    for _ in range(DEPTH):
        best = _question(binned, leaf, gradient, second)
        if best is None:
            break
        feature, place = best
        leaf = 2 * leaf + (binned.codes[:, feature] > place)
        asked.append((feature, float(binned.edges[feature][place])))
    if not asked:
        return None
    count = 2 ** len(asked)
    above, below = (np.bincount(leaf, one, count) for one in (gradient, second))
    leaves = RATE * above / (below + PENALTY)
    features, thresholds = zip(*asked, strict=True)
    return Tree(features, thresholds, tuple(leaves.tolist()))


def _question(
    binned: _Binned, leaf: Codes, gradient: Floats, second: Floats
) -> tuple[int, int] | None:
    """The feature and the bin after which to part, that gain most over all leaves together."""
    cells = _cells(binned, leaf, gradient, second)
    whole = [one[:, :1, -1:] for one in cells]
    below, above = cells, _Cells(*(every - one for every, one in zip(whole, cells, strict=True)))
    gain = _gain(below) + _gain(above) - _gain(_Cells(*whole))
    fewer = np.minimum(below.second, above.second)
    some = (fewer > NOTHING) & (fewer < LEAST)
    gain = np.where(some.any(axis=0), -np.inf, gain.sum(axis=0))[:, :-1]
    feature, place = np.unravel_index(int(np.argmax(gain)), gain.shape)
    possible = place < len(binned.edges[feature]) and gain[feature, place] > 0
    return (int(feature), int(place)) if possible else None


def _cells(binned: _Binned, leaf: Codes, gradient: Floats, second: Floats) -> _Cells:
    count, width = int(leaf.max()) + 1, binned.codes.shape[1]
    size = count * BINS
    made = np.empty((2, count, width, BINS))
    for feature in range(width):
        place = leaf * BINS + binned.codes[:, feature]
        for at, weight in enumerate((gradient, second)):
            made[at, :, feature] = np.bincount(place, weight, size).reshape(count, BINS)
    return _Cells(*np.cumsum(made, axis=3))


def _gain(cells: _Cells) -> Floats:
    return np.asarray(cells.gradient**2 / (cells.second + PENALTY))


def _binned(features: Floats) -> _Binned:
    edges = tuple(_edges(column) for column in features.T)
    codes = [
        np.searchsorted(edge, column, side="left")
        for edge, column in zip(edges, features.T, strict=True)
    ]
    return _Binned(np.column_stack(codes), edges)


def _edges(column: Floats) -> Floats:
    """Bins of about equal mass, each up to its edge; above all of them also what is missing."""
    known = column[np.isfinite(column)]
    if not len(known):
        return np.zeros(0)
    cuts = np.quantile(known, np.arange(1, BINS) / BINS, method="lower")
    return np.unique(cuts)


def _added(tree: Tree, features: Floats) -> Floats:
    leaf = np.zeros(len(features), dtype=np.int64)
    for feature, threshold in zip(tree.features, tree.thresholds, strict=True):
        leaf = 2 * leaf + ~(features[:, feature] <= threshold)
    return np.asarray(tree.leaves)[leaf]


def _margin(chance: Floats) -> Floats:
    cut = np.clip(chance, _CUT, 1 - _CUT)
    return np.asarray(np.log(cut / (1 - cut)))


def _chance(margin: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-margin)))
