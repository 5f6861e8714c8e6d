"""How well scores put rows in order, on any weights; what sorts, sorts once."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Blocks, Floats, sums
from mainstay.stats.blockwise import Drawn, Times, Within, divided, dot

Weights = NDArray[Any]

_FEW = 128
"""Blocks up to which every pair of them is counted once, instead of every draw's rows."""
_AT_ONCE = 2**18
"""Numbers that are weighed at a time: they stay in the processor's cache."""
LEVELS = 512
"""Scores up to which rows are counted and not sorted, and what scores are rounded to for a rough
look: on 30,000 rows it moves the area of a group of 1,000 by less than 0.001."""


class _Levels(NamedTuple):
    """Scores as whole numbers from 0. cell: of each row twice its level, one more of a positive."""

    known: int
    cell: NDArray[np.intp]


class RocAuc:
    """The probability that a positive row scores above a negative one, ties counting half."""

    def __init__(self, positive: NDArray[np.bool_], score: NDArray[np.generic]) -> None:
        self._positive, self._score = positive, score
        order = np.argsort(score, kind="stable")
        self._order = order
        self._up, self._down = order[positive[order]], order[~positive[order]]
        ups, downs = score[self._up], score[self._down]
        self._below = np.searchsorted(downs, ups, side="left")
        last = np.searchsorted(downs, ups, side="right")
        self._upto = None if (last == self._below).all() else last  # None: no ties

    def __call__(self, weight: Floats) -> float:
        return self._value(weight[self._up], weight[self._down])

    def over(self, codes: Blocks, blocks: int) -> Drawn:
        """By how often the positives of each block win against the negatives of each other one."""
        up, down = codes[self._up], codes[self._down]
        if blocks > _FEW:
            some = max(_AT_ONCE // max(len(codes), 1), 1)
            return lambda times: np.concatenate(
                [self._drawn(part, up, down) for part in _parts(times, len(codes), some)]
            )
        pairs = [sums(up, self._wins(down == block), blocks) for block in range(blocks)]
        won = np.stack(pairs, axis=1)
        every = np.outer(np.bincount(up, minlength=blocks), np.bincount(down, minlength=blocks))
        return lambda times: divided(_form(times, won), _form(times, every))

    def coarse(self) -> "RocAuc":
        """Of scores rounded to LEVELS levels with about as many rows each; equal ones stay so."""
        ordered = self._score[self._order]
        first = np.searchsorted(ordered, self._score, side="left")
        return RocAuc(self._positive, first * LEVELS // max(len(ordered), 1))

    def within(self, rows: Blocks, groups: Blocks, count: int) -> Within:
        """By the share of the other rows of its group that a row is on the right side of.

        Source: DeLong, DeLong and Clarke-Pearson (1988), Comparing the Areas Under ROC Curves.
        """
        if self._levels.known <= LEVELS:
            return self._counted(rows, groups, count)
        small = np.full(len(self._order), count, dtype=np.min_scalar_type(count))
        small[rows] = groups  # of 16 bits and less are sorted by counts
        order = self._order[np.argsort(small[self._order], kind="stable")][: len(rows)]
        place, up = small[order], self._positive[order]
        ends = np.cumsum(np.bincount(groups, minlength=count))
        beaten, ups, downs = _beaten(ends, place, self._score[order], up)
        value = divided(sums(place[up], beaten[up], count), ups * downs)
        pairs = np.where(up, downs[place], ups[place])
        share = divided(beaten, pairs) - value[place]
        influence = np.empty(len(self._order))
        influence[order] = divided(share, (ups + downs)[place] - pairs)
        return Within(value, influence[rows])

    @cached_property
    def _levels(self) -> _Levels:
        known, level = np.unique(self._score, return_inverse=True)
        return _Levels(len(known), 2 * level + self._positive)

    def _counted(self, rows: Blocks, groups: Blocks, count: int) -> Within:
        """Rows of one group, level and kind are alike: by how many there are of each."""
        wide = 2 * self._levels.known
        places = groups * np.intp(wide) + self._levels.cell[rows]
        counts = np.bincount(places, minlength=count * wide).astype(np.float64)
        down, up = np.moveaxis(counts.reshape(count, -1, 2), 2, 0)
        downs, ups = down.sum(axis=1), up.sum(axis=1)
        below = np.cumsum(down, axis=1) - down / 2
        above = ups[:, None] - np.cumsum(up, axis=1) + up / 2
        value = divided((up * below).sum(axis=1), ups * downs)
        moved = np.stack([_moved(above, ups, downs, value), _moved(below, downs, ups, value)], 2)
        return Within(value, moved.ravel()[places])

    def _drawn(self, times: NDArray[np.integer], up: Blocks, down: Blocks) -> Floats:
        """Row by row; up, down: the blocks of positive and of negative rows by ascending score."""
        ups, downs = np.take(times, up, axis=1), np.take(times, down, axis=1)
        so_far = np.zeros((len(times), len(down) + 1), dtype=times.dtype)
        np.cumsum(downs, axis=1, out=so_far[:, 1:])
        places = [self._below] if self._upto is None else [self._below, self._upto]
        taken = [np.take(so_far, one, axis=1) for one in places]
        won = [np.einsum("dr,dr->d", ups, one, dtype=np.float64) for one in taken]
        every = ups.sum(axis=1, dtype=np.float64) * so_far[:, -1]
        return divided(np.mean(won, axis=0), every)

    def _value(self, up: Weights, down: Weights) -> float:
        """Of the weights of positive and of negative rows, both by ascending score."""
        pairs = float(up.sum()) * float(down.sum())
        return float(dot(up, self._wins(down)) / pairs) if pairs > 0 else float("nan")

    def _wins(self, down: Weights) -> Floats:
        """Of each positive row, the weight of the negative ones it scores above."""
        so_far = np.concatenate([[0], running(down)])
        if self._upto is None:
            return np.asarray(so_far[self._below])
        return np.asarray(so_far[self._below] + so_far[self._upto]) / 2


def _beaten(
    ends: Blocks, place: Blocks, score: NDArray[np.generic], up: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Of each row the rows of its group and the other kind that it is on the right side of;

    of each group its positive and negative rows. Sorted by group, then score; equal scores count
    half; ends: where the groups end.
    """
    new = np.r_[True, (place[1:] != place[:-1]) | (score[1:] != score[:-1])]
    first, tie = np.flatnonzero(new), np.cumsum(new) - 1
    last = np.r_[first[1:], len(place)]
    down = np.r_[0.0, np.cumsum(~up)]
    below = (down[first] + down[last]) / 2
    above = (first + last) / 2 - below
    edges = np.r_[0, ends]
    downs, ups = down[edges], edges - down[edges]
    found = np.where(up, below[tie] - downs[place], ups[1:][place] - above[tie])
    return found, np.diff(ups), np.diff(downs)


def _moved(beaten: Floats, others: Floats, same: Floats, value: Floats) -> Floats:
    """By a row of its kind, by group and level; beaten: of the others that it is right about."""
    return divided(divided(beaten, others[:, None]) - value[:, None], same[:, None])


def _form(times: NDArray[np.int64], pairs: NDArray[np.generic]) -> Floats:
    """Sum over pairs of blocks of how often both were drawn together, shape (draws,)."""
    drawn = times.astype(np.float64)
    return np.asarray(np.einsum("db,db->d", drawn @ pairs.astype(np.float64), drawn))


def _parts(times: Times, rows: int, some: int) -> Iterator[NDArray[np.integer]]:
    """So many draws at a time, in half the bytes where what adds up fits."""
    fits = int(times.max(initial=0)) * rows < 2**31
    for first in range(0, len(times), some):
        yield times[first : first + some].astype(np.int32 if fits else np.int64)


def running(values: Weights) -> Weights:
    """Sums so far. Resampling weighs by whole numbers, which add up eight times as fast.

    5,400 values: 5 us whole, 45 us as floats, each of which waits for the one before it.
    """
    if values.dtype.kind in "iu":
        return np.cumsum(values)
    whole = values.astype(np.int64)
    same = (whole == values).all()
    return np.cumsum(whole).astype(np.float64) if same else np.cumsum(values)


def ranks(values: NDArray[Any]) -> Floats:
    """From 1 for the least; equal values share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    means: Floats = np.cumsum(count) - (count - 1) / 2
    return means[place]
