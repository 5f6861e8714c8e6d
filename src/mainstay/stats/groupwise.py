"""A statistic of many groups of rows at once, each against all rows, with its error.

The error is that of whole days and entities: squared sums of what the rows of each block add,
crossed ways with their signs, stretched for few blocks, as in `stats/bootstrap.py`. No resampling:
thousands of groups in a second.

Source: Cameron, Gelbach and Miller (2011), Robust Inference With Multiway Clustering.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Blocks, Floats, Structure, structures, sums
from mainstay.stats.blockwise import Statistic, Within, within
from mainstay.stats.bootstrap import FEWEST_BLOCKS
from mainstay.stats.candidates import Cut
from mainstay.stats.resamples import stretch

_ALONE = 0.5
"""Pairs of a day and an entity that are so many for each row are taken row by row: what the few
rows of a pair share is not taken off, and errors come out a little larger."""


class Whole(NamedTuple):
    """A statistic of all rows, the ways their blocks cut them."""

    statistic: Statistic
    ways: tuple[Structure, ...]
    every: Within

    @property
    def value(self) -> float:
        """Of all rows."""
        return float(self.every.value[0])


class Groups(NamedTuple):
    """Some groups: rows, value, and by way, shape (ways, groups), what their errors are made of.

    error: of the value; apart: of the value less that of all rows; equal: as many blocks of one
    size would say as much.
    """

    n: NDArray[np.int64]
    value: Floats
    error: Floats
    apart: Floats
    equal: Floats

    def of(self, places: NDArray[np.integer]) -> "Groups":
        """Some of them."""
        parts = [part[:, places] for part in (self.error, self.apart, self.equal)]
        return Groups(self.n[places], self.value[places], *parts)


def whole(statistic: Statistic, blocks: tuple[Blocks, ...]) -> Whole:
    """All rows. Raises ValueError for a statistic that does not know `within`."""
    every = within(statistic, np.zeros(len(blocks[0]), dtype=np.int64), 1)
    if every is None:
        raise ValueError("the statistic does not tell what a row adds")
    return Whole(statistic, tuple(structures([blocks])), every)


def groups(whole: Whole, cut: Cut, least: int) -> tuple[NDArray[np.int64], Groups]:
    """Those of a cut that can be judged, by their codes: so many rows, enough blocks, a value."""
    count = len(cut.names)
    codes = np.where(cut.codes < 0, count, cut.codes)
    found = within(whole.statistic, codes, count + 1)
    assert found is not None, "the statistic told of all rows"
    n = np.bincount(codes, minlength=count + 1)[:count]
    influence = np.nan_to_num(found.influence)
    parts = [_way(one, codes, influence, whole.every.influence, count) for one in whole.ways]
    error, apart, equal, blocks = (np.stack(part) for part in zip(*parts, strict=True))
    alone = np.array([not way.crossed for way in whole.ways])
    enough = (blocks[alone] >= FEWEST_BLOCKS).all(axis=0) & (n >= least)
    sure = (equal > 1).all(axis=0) & (apart[0] > 0) & np.isfinite(found.value[:count])
    known = np.flatnonzero(enough & sure)
    return known, Groups(n, found.value[:count], error, apart, equal).of(known)


def joined(some: Sequence[Groups]) -> Groups:
    """All of them, in order; at least one part."""
    return Groups(*(np.concatenate(part, axis=-1) for part in zip(*some, strict=True)))


def reach(whole: Whole, groups: Groups, edge: float, *, apart: bool = False) -> Floats:
    """How far an interval goes to each side, shape (groups,), with many blocks `edge` errors.

    apart: of the value less that of all rows. A value whose rows are all alike is as sure as that.
    """
    off = _reach(whole, groups.apart, groups.equal, edge)
    far = off if apart else _reach(whole, groups.error, groups.equal, edge)
    return np.where(far > 0, far, off)


def _reach(whole: Whole, error: Floats, equal: Floats, edge: float) -> Floats:
    """As `resamples.reach` adds ways up."""
    squared = np.square(error * stretch(equal, edge))
    signs = np.array([[way.sign] for way in whole.ways])
    alone = np.array([not way.crossed for way in whole.ways])
    total = np.maximum((signs * squared).sum(axis=0), squared[alone].max(axis=0))
    return np.asarray(np.sqrt(total))


def _way(
    way: Structure, groups: Blocks, influence: Floats, whole: Floats, count: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each group: both errors, equal blocks, blocks with a row."""
    (codes,) = way.codes
    if way.crossed and way.blocks > len(codes) * _ALONE:
        return _rows(groups, influence, whole, count)
    places, size = groups * np.int64(way.blocks) + codes, (count + 1) * way.blocks
    shape = (count + 1, way.blocks)
    added = sums(places, influence, size).reshape(shape)[:count]
    rows = sums(places, np.ones(len(codes)), size).reshape(shape)[:count]
    squares = np.maximum(np.square(rows).sum(axis=1), 1.0)
    less = added - sums(codes, whole, way.blocks)
    return (
        np.sqrt(np.square(added).sum(axis=1)),
        np.sqrt(np.square(less).sum(axis=1)),
        rows.sum(axis=1) ** 2 / squares,
        (rows > 0).sum(axis=1).astype(np.float64),
    )


def _rows(
    groups: Blocks, influence: Floats, whole: Floats, count: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """As `_way`, every row a block of its own."""
    n = np.bincount(groups, minlength=count + 1)[:count].astype(np.float64)
    inside = np.square(influence - whole) - np.square(whole)
    squared = sums(groups, np.square(influence), count + 1)[:count]
    less = sums(groups, inside, count + 1)[:count] + np.square(whole).sum()
    return np.sqrt(squared), np.sqrt(np.maximum(less, 0)), n, n
