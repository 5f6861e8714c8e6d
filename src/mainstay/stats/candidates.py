"""Slices that one or two columns make: groups, ranges of bins, and pairs of groups."""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Blocks

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
    for pair in combinations(columns.values(), 2):
        for some in product(*map(_parts, pair)):
            yield from _large(_crossed(*some), least)


def _parts(column: Column) -> Iterator[Cut]:
    """The groups; of bins also two and two together, from the first bin and from the second."""
    yield Cut(column.codes, column.names)
    for odd in (0, 1):
        two = [one for one in column.ranges if one[1] == one[0] + 1 and one[0] % 2 == odd]
        if two:
            codes = np.full(len(column.names), NONE)
            for at, (first, last, _) in enumerate(two):
                codes[first : last + 1] = at
            yield Cut(codes[column.codes], tuple(name for _, _, name in two))


def _large(cut: Cut, least: int) -> Iterator[Cut]:
    """The groups with so many rows, none where there are none."""
    counts = np.bincount(cut.codes[cut.codes >= 0], minlength=len(cut.names))
    kept = np.flatnonzero(counts >= least)
    if len(kept):
        code = np.full(len(cut.names) + 1, NONE, dtype=np.int32)
        code[kept] = np.arange(len(kept))
        yield Cut(code[cut.codes], tuple(cut.names[at] for at in kept))


def _crossed(one: Cut, other: Cut) -> Cut:
    both = (one.codes >= 0) & (other.codes >= 0)
    wide = len(other.names)
    codes = np.where(both, one.codes.astype(np.int64) * wide + other.codes, NONE)
    counts = np.bincount(codes[both], minlength=len(one.names) * wide)
    alone = [
        np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
        for column in (one, other)
    ]
    same = (counts == np.repeat(alone[0], wide)) | (counts == np.tile(alone[1], len(one.names)))
    codes = np.where(both & ~same[codes], codes, NONE)
    return Cut(codes, tuple(f"{left} & {right}" for left in one.names for right in other.names))
