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


class Way(NamedTuple):
    """One way to cut the rows. sums: what all rows of each block add to the value of all."""

    structure: Structure
    sums: Floats


class Whole(NamedTuple):
    """A statistic of all rows, the ways their blocks cut them."""

    statistic: Statistic
    ways: tuple[Way, ...]
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


class _Rows(NamedTuple):
    """Rows in groups: their places, of each its group, what it adds to its group and to all."""

    places: NDArray[np.intp]
    groups: NDArray[np.intp]
    many: int
    own: Floats
    whole: Floats


def whole(statistic: Statistic, blocks: tuple[Blocks, ...]) -> Whole:
    """All rows. Raises ValueError for a statistic that does not know `within`."""
    rows = np.arange(len(blocks[0]))
    every = within(statistic, rows, np.zeros(len(rows), dtype=np.intp), 1)
    if every is None:
        raise ValueError("the statistic does not tell what a row adds")
    ways = [_way(one, every.influence) for one in structures([blocks])]
    return Whole(statistic, tuple(ways), every)


def groups(whole: Whole, cut: Cut, least: int) -> tuple[NDArray[np.int64], Groups]:
    """Those of a cut that can be judged, by their codes: so many rows, enough blocks, a value."""
    rows, value = _rows(whole, cut)
    n = np.bincount(rows.groups, minlength=rows.many)
    parts = [_errors(one, rows, n) for one in whole.ways]
    error, apart, equal, blocks = (np.stack(part) for part in zip(*parts, strict=True))
    alone = np.array([not way.structure.crossed for way in whole.ways])
    enough = (blocks[alone] >= FEWEST_BLOCKS).all(axis=0) & (n >= least)
    sure = (equal > 1).all(axis=0) & (apart[0] > 0) & np.isfinite(value)
    known = np.flatnonzero(enough & sure)
    return known, Groups(n, value, error, apart, equal).of(known)


def _rows(whole: Whole, cut: Cut) -> tuple[_Rows, Floats]:
    """The rows of the groups of a cut, and the value of each group."""
    places, count = np.flatnonzero(cut.codes >= 0), len(cut.names)
    groups = cut.codes[places].astype(np.intp)
    found = within(whole.statistic, places, groups, count)
    assert found is not None, "the statistic told of all rows"
    own = np.nan_to_num(found.influence)
    return _Rows(places, groups, count, own, whole.every.influence[places]), found.value


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
    signs = np.array([[way.structure.sign] for way in whole.ways])
    alone = np.array([not way.structure.crossed for way in whole.ways])
    total = np.maximum((signs * squared).sum(axis=0), squared[alone].max(axis=0))
    return np.asarray(np.sqrt(total))


def _way(structure: Structure, whole: Floats) -> Way:
    (codes,) = structure.codes
    if _by_row(structure):
        return Way(structure, whole)
    return Way(structure, sums(codes, whole, structure.blocks))


def _by_row(structure: Structure) -> bool:
    return structure.crossed and structure.blocks > len(structure.codes[0]) * _ALONE


def _errors(way: Way, rows: _Rows, n: NDArray[np.int64]) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each group: both errors, equal blocks, blocks with a row."""
    structure = way.structure
    if _by_row(structure):
        return _alone(way, rows, n)
    (codes,) = structure.codes
    shape = (rows.many, structure.blocks)
    places = rows.groups * np.intp(structure.blocks) + codes[rows.places]
    added = sums(places, rows.own, rows.many * structure.blocks).reshape(shape)
    held = np.bincount(places, minlength=rows.many * structure.blocks).reshape(shape)
    squares = np.maximum(np.einsum("gb,gb->g", held, held), 1).astype(np.float64)
    return (
        _length(added),
        _length(added - way.sums),
        n.astype(np.float64) ** 2 / squares,
        np.count_nonzero(held, axis=1).astype(np.float64),
    )


def _alone(way: Way, rows: _Rows, n: NDArray[np.int64]) -> tuple[Floats, Floats, Floats, Floats]:
    """As `_errors`, every row a block of its own."""
    squared = sums(rows.groups, np.square(rows.own), rows.many)
    inside = np.square(rows.own - rows.whole) - np.square(rows.whole)
    less = sums(rows.groups, inside, rows.many) + np.square(way.sums).sum()
    each = n.astype(np.float64)
    return np.sqrt(squared), np.sqrt(np.maximum(less, 0)), each, each


def _length(parts: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("gb,gb->g", parts, parts)))
