"""Slices that one or two columns make: groups, ranges of bins, and pairs of groups.

A pair of columns is counted once, by its finest cells: what holds too few rows is left out before
any row is looked at again, and bins taken two and two are sums of cells.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Blocks, Floats

NONE = -1
"""The code of a row that is in none of the groups."""


class Column(NamedTuple):
    """Groups of rows by one column: codes from 0 or NONE, and what each code is called.

    ranges: of bins that ascend, the first code and the last of each, and what it is called.
    """

    codes: Blocks
    names: tuple[str, ...]
    ranges: tuple[tuple[int, int, str], ...] = ()

    def of(self, rows: NDArray[np.integer]) -> "Column":
        """Some of the rows."""
        return self._replace(codes=self.codes[rows])


class Cut(NamedTuple):
    """Groups that do not overlap: codes from 0 or NONE, and what each code is called."""

    codes: Blocks
    names: tuple[str, ...]


class _Part(NamedTuple):
    """Codes of a column put together: holds[group, code] is 1 where the group has the code."""

    holds: Floats
    names: tuple[str, ...]


class _Sorted(NamedTuple):
    """A column without what is too small: places from 0, the last for rows in no group."""

    places: NDArray[np.intp]
    wide: int
    parts: tuple[_Part, ...]


def cuts(columns: Mapping[str, Column], least: int) -> Iterator[Cut]:
    """Every way to cut the rows into groups of at least so many; what is smaller is in none.

    In pairs bins come alone and by two, so that a range lies anywhere. A pair of groups that holds
    the same rows as one of them alone is left out.
    """
    for one in columns.values():
        yield from _large(Cut(one.codes, one.names), least)
        for first, last, name in one.ranges:
            inside = (one.codes >= first) & (one.codes <= last)
            yield from _large(Cut(np.where(inside, 0, NONE), (name,)), least)
    for pair in combinations([_sorted(one, least) for one in columns.values()], 2):
        yield from _pairs(*pair, least)


def _large(cut: Cut, least: int) -> Iterator[Cut]:
    """The groups with so many rows, none where there are none."""
    counts = np.bincount(cut.codes[cut.codes >= 0], minlength=len(cut.names))
    kept = np.flatnonzero(counts >= least)
    if len(kept):
        code = _codes(len(cut.names) + 1, kept)
        yield Cut(code[cut.codes], tuple(cut.names[at] for at in kept))


def _codes(size: int, kept: NDArray[np.intp]) -> NDArray[np.integer]:
    """What is kept by its number, all else NONE; thousands of cuts are held, so in few bytes."""
    code: NDArray[np.integer] = np.full(size, NONE, dtype=np.int32)
    code[kept] = np.arange(len(kept))
    return code.astype(np.int16) if len(kept) <= np.iinfo(np.int16).max else code


def _sorted(column: Column, least: int) -> _Sorted:
    """Groups that no other can be put to must be large enough by themselves."""
    codes, names = column.codes, column.names
    if not column.ranges:
        kept = next(_large(Cut(codes, names), least), Cut(np.full(len(codes), NONE), ()))
        codes, names = kept
    places = np.where(codes < 0, len(names), codes).astype(np.intp)
    return _Sorted(places, len(names) + 1, tuple(_parts(column._replace(names=names))))


def _parts(column: Column) -> Iterator[_Part]:
    """The groups; of bins also two and two together, from the first bin and from the second."""
    every = np.eye(len(column.names), len(column.names) + 1)
    yield _Part(every, column.names)
    for odd in (0, 1):
        two = [one for one in column.ranges if one[1] == one[0] + 1 and one[0] % 2 == odd]
        if two:
            holds = np.array([every[first] + every[last] for first, last, _ in two])
            yield _Part(holds, tuple(name for _, _, name in two))


def _pairs(one: _Sorted, other: _Sorted, least: int) -> Iterator[Cut]:
    cells = one.places * other.wide + other.places
    counts = np.bincount(cells, minlength=one.wide * other.wide).reshape(one.wide, other.wide)
    for left, right in product(one.parts, other.parts):
        kept = _kept(counts.astype(np.float64), left, right, least)
        if kept.any():
            yield Cut(_group(left, right, kept)[cells], _names(left, right, kept))


def _kept(counts: Floats, left: _Part, right: _Part, least: int) -> NDArray[np.bool_]:
    """Which pairs of groups hold so many rows, and fewer than either group alone."""
    n = left.holds @ counts @ right.holds.T
    alone = (left.holds @ counts.sum(axis=1))[:, None], right.holds @ counts.sum(axis=0)
    return np.asarray((n >= least) & (n != alone[0]) & (n != alone[1]))


def _group(left: _Part, right: _Part, kept: NDArray[np.bool_]) -> NDArray[np.integer]:
    """Of each cell the group that it belongs to."""
    wide = len(right.names) + 1
    inside = np.zeros((len(left.names) + 1, wide), dtype=np.bool_)
    inside[:-1, :-1] = kept
    code = _codes(inside.size, np.flatnonzero(inside)).reshape(inside.shape)
    return code[np.ix_(_owner(left), _owner(right))].ravel()


def _owner(part: _Part) -> NDArray[np.intp]:
    """Of each code its group, the last one for none."""
    held = part.holds.any(axis=0)
    return np.where(held, part.holds.argmax(axis=0), len(part.names))


def _names(left: _Part, right: _Part, kept: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(f"{left.names[one]} & {right.names[other]}" for one, other in np.argwhere(kept))
