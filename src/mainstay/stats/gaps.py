"""How far groups are apart in a share or a mean, at most, with an interval.

The gap is the largest difference between two groups. All differences are covered together, so the
gap is covered too: it is at least the largest of what each difference surely is, and at most the
largest of what each may be. A group with too few rows or days leaves it unknown: it may be the one
that is apart.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap
from mainstay.stats.blocks import Blocks, Floats, structures, sums
from mainstay.stats.blockwise import Summed, divided
from mainstay.stats.bootstrap import FEWEST_BLOCKS, Measure
from mainstay.stats.metrics import Array


class Ratio(NamedTuple):
    """What is compared: of each group the sum of one number per row over that of another."""

    above: Array
    below: Array


class Groups(NamedTuple):
    """Of each row its group from 0, and how many groups there are; blocks: as in bootstrap."""

    codes: Blocks
    many: int
    blocks: tuple[Blocks, ...]


class Gap(NamedTuple):
    """values: of each group. most, least: the two groups farthest apart. few: groups that tell

    too little, for which the interval is infinite; so it is with fewer than two groups.
    """

    estimate: Estimate
    values: Floats
    most: int
    least: int
    few: tuple[int, ...]


def gap(ratio: Ratio, groups: Groups, *, least: int, seed: int, repeats: int = 1000) -> Gap:
    """least: rows that count in each group, those where `below` is not 0."""
    codes, count, blocks = groups
    values = divided(sums(codes, ratio.above * 1.0, count), sums(codes, ratio.below * 1.0, count))
    few = tuple(np.flatnonzero(~_enough(ratio, groups, least)).tolist())
    known = np.nan_to_num(values, nan=np.nanmin(values, initial=np.inf))
    most, lowest = int(known.argmax()), int(known.argmin())
    n = len(codes)
    if few or count < 2:
        unknown = Estimate(float(known.max() - known.min()), -np.inf, np.inf, n)
        return Gap(unknown, values, most, lowest, few)
    pairs = np.array(list(combinations(range(count), 2)))
    apart = Summed(lambda total: _differences(total, pairs), [ratio.above, ratio.below],
                   bins=(codes, count))  # fmt: skip
    found = bootstrap.simultaneous([Measure(apart, blocks)], seed=seed, repeats=repeats)
    return Gap(_largest(found, n), values, most, lowest, ())


def _differences(total: Floats, pairs: NDArray[np.int64]) -> Floats:
    """Of every pair of groups, shape (draws, pairs)."""
    value = divided(total[:, :, 0], total[:, :, 1])
    return np.asarray(value[:, pairs[:, 0]] - value[:, pairs[:, 1]])


def _enough(ratio: Ratio, groups: Groups, least: int) -> NDArray[np.bool_]:
    """Which groups have rows and blocks enough to be told from others."""
    counts = ratio.below != 0
    codes, count = groups.codes[counts], groups.many
    rows = np.bincount(codes, minlength=count)
    enough = rows >= least
    for way in structures([groups.blocks]):
        if not way.crossed:
            held = np.unique(codes * np.int64(way.blocks) + way.codes[0][counts]) // way.blocks
            enough &= np.bincount(held, minlength=count) >= FEWEST_BLOCKS
    return np.asarray(enough)


def _largest(found: list[Estimate], n: int) -> Estimate:
    """Of the sizes of differences that are covered together."""
    low = [max(one.low, -one.high, 0.0) for one in found]
    high = [max(abs(one.low), abs(one.high)) for one in found]
    return Estimate(max(abs(one.value) for one in found), max(low), max(high), n)
