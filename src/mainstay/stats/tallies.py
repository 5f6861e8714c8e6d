"""Exact counts and moments of values by group, added up from batches of arrays."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats

Whole = NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)
_CELLS = 8192
_NEAR, _SEVERAL = 254, 255  # an edge is in a cell; more than one is
_MANY = 8  # from one in so many on all are held against edges
_WHOLE = 2.0**52  # doubles from there on are whole
_LEAST = 2.0**-900
_BLOCK = 4096  # values that the products of one thread are summed over
_ALIKE = 16.0  # times as large as squared deviations squares may be to tell them to 1e-14
_MOST = np.finfo(np.float64).max
_FEW = 64  # places, of which pairs fit a cache
_FIRST = np.zeros(1, dtype=np.int64)
_NONE = np.zeros(0)
_NO_RUNS = (_FIRST[:0], _FIRST[:0], _NONE, _NONE, _NONE, _NONE)


class Share(NamedTuple):
    """Which rows of a batch count, in the order of their groups. rows: None for all as they are.

    group: of each of these rows, not falling.
    """

    rows: Whole | None
    group: Whole

    @property
    def whole(self) -> bool:
        """Whether all rows of the batch count, and in one group: which is then no matter."""
        return self.rows is None and bool(self.group[0] == self.group[-1])

    @staticmethod
    def of(group: Whole, counts: NDArray[np.bool_]) -> "Share":
        """group: of each row of the batch; counts: whether it does."""
        if counts.all() and (group[1:] >= group[:-1]).all():
            return Share(None, group)
        rows = np.flatnonzero(counts)
        rows = rows[np.argsort(group[rows], kind="stable")]
        return Share(rows, group[rows])

    def where(self, holds: NDArray[np.bool_]) -> "Share":
        """Those for which it holds; holds: of each row of the batch."""
        some = self.taken(holds)
        many = np.count_nonzero(some)
        if many == some.size:
            return self
        if not many:
            return Share(_FIRST[:0], self.group[:0])
        return Share(
            np.flatnonzero(some) if self.rows is None else self.rows[some], self.group[some]
        )

    def taken(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Of the rows that count."""
        return values if self.rows is None else values[self.rows]


class Moments(NamedTuple):
    """Of finite values by group; squares: the sum of squared deviations from the mean.

    low is above high where n = 0.
    """

    n: Whole
    mean: Floats
    squares: Floats
    low: Floats
    high: Floats


class Places:
    """Which of the bins between rising edges a value is in: 0 below the first, k at or above all k.

    Exact, and faster than a search: a value is found through one of a few thousand equal cells, and
    only one that shares its cell with an edge is held against it.
    """

    def __init__(self, edges: Floats) -> None:
        self._edges = edges
        self._bins: NDArray[np.uint8] | None = None
        if 1 < edges.size < _NEAR and self._scaled():
            self._bins = self._table()

    def __call__(self, values: Floats, span: Floats) -> NDArray[np.integer]:
        """values: without NaN; infinities are in the outer bins. span: their ends."""
        if self._bins is None:
            return np.searchsorted(self._edges, values, side="right")
        low, high = self._reach
        inside = low <= span[0] and span[1] <= high
        cells = self._cells(values if inside else np.clip(values, low, high))
        found = self._bins.take(cells, mode="clip")
        beside = found >= _NEAR
        many = np.count_nonzero(beside)
        if many > values.size // _MANY:
            return self._beside(found, values, cells)
        if many:
            near = np.flatnonzero(beside)
            found[near] = self._beside(found[near], values[near], cells[near])
        return found

    def _scaled(self) -> bool:
        """Whether edges are neither too far nor too near for cells, whose width is a power of two.

        What is added to a value leaves only whole widths of it, which count as its bits do.
        """
        with np.errstate(over="ignore"):
            apart = self._edges[-1] - self._edges[0]
            width = np.ldexp(1.0, int(np.frexp(apart / _CELLS)[1]))
            self._added = 1.5 * _WHOLE * width - self._edges[0]
            reach = _WHOLE / 4 * width
            self._reach = self._edges[0] - reach, self._edges[-1] + reach
        if not (width > _LEAST and np.isfinite([apart, self._added, *self._reach]).all()):
            return False
        self._first = (self._edges[:1] + self._added).view(np.int64)[0] - 1
        return bool((self._reach[0] + self._added) > 0)

    def _cells(self, values: Floats) -> Whole:
        """Not falling in the values, as rounding is: what holds of cells then holds of values."""
        cells: Whole = (values + self._added).view(np.int64)
        cells -= self._first
        return cells

    def _table(self) -> NDArray[np.uint8]:
        """The bin of each cell, or that an edge is in it, or that several are."""
        cells = self._cells(self._edges)
        self._below = np.searchsorted(cells, np.arange(cells[-1] + 2)).astype(np.uint8)
        which, first, many = np.unique(cells, return_index=True, return_counts=True)
        self._edge = np.full(self._below.size, np.nan)  # which nothing is at or above
        self._edge[which] = self._edges[first]
        bins = self._below.copy()
        bins[which] = np.where(many == 1, _NEAR, _SEVERAL)
        return bins

    def _beside(
        self, found: NDArray[np.uint8], values: Floats, cells: Whole
    ) -> NDArray[np.integer]:
        """The bins of values that may share a cell with an edge."""
        bins = self._below.take(cells, mode="clip")
        bins += values >= self._edge.take(cells, mode="clip")
        several = np.flatnonzero(found == _SEVERAL)
        bins[several] = np.searchsorted(self._edges, values[several], side="right")
        return bins


class Numbers:
    """A column of numbers by group, NaN for a null; counts: groups x bins, infinities too."""

    def __init__(self, edges: tuple[float, ...], groups: int) -> None:
        self._places = Places(np.array(edges, dtype=np.float64))
        self.counts = np.zeros((groups, len(edges) + 1), dtype=np.int64)
        self._runs: list[tuple[Whole, Whole, Floats, Floats, Floats, Floats]] = []

    def add(self, values: Floats, group: Whole, span: Floats | None = None) -> None:
        """group: of each value, not falling; span: of the values where it is known, see `ends`."""
        span = ends(values) if span is None else span
        if np.isnan(span[0]):
            there = ~np.isnan(values)
            values, group = values[there], _those(group, there)
            span = ends(values)
        if not values.size:
            return
        _counted(self.counts, self._places(values, span), group)
        if not np.isfinite(span).all():
            finite = np.isfinite(values)
            values, group = values[finite], _those(group, finite)
            span = ends(values)
        if values.size:
            self._runs.append(_summed(values, group, span))

    def moments(self) -> Moments:
        """Of all that was added."""
        groups = self.counts.shape[0]
        runs = self._runs or [_NO_RUNS]
        group, n, mean, squares, low, high = map(np.concatenate, zip(*runs, strict=True))
        every = np.bincount(group, n.astype(np.float64), groups)
        with np.errstate(over="ignore", invalid="ignore"):
            middle = np.bincount(group, mean * (n / every[group]), groups)
            squares += n * (mean - middle[group]) ** 2
            apart = np.fmin(np.bincount(group, squares, groups), _MOST)  # nor is it NaN
        ends = np.full(groups, np.inf), np.full(groups, -np.inf)
        np.minimum.at(ends[0], group, low)
        np.maximum.at(ends[1], group, high)
        return Moments(every.astype(np.int64), middle.astype(np.float64), apart, *ends)


def ends(values: Floats) -> Floats:
    """The least and the largest, NaN where one is among them; of nothing infinite ones."""
    return np.array([values.min(initial=np.inf), values.max(initial=-np.inf)])


def _those(group: Whole, some: NDArray[np.bool_]) -> Whole:
    """The groups of some of the values; of a single group it is no matter which."""
    return group[: np.count_nonzero(some)] if group[0] == group[-1] else group[some]


def _summed(
    values: Floats, group: Whole, span: Floats
) -> tuple[Whole, Whole, Floats, Floats, Floats, Floats]:
    """Of each run of one group: which, how many, mean, squared deviations from it, low and high."""
    group, starts, n = _runs(group)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = _of_runs(np.add, values, starts) / n
        if not np.isfinite(mean).all():  # a sum beyond all numbers
            mean = _of_runs(np.add, values / np.repeat(n, n), starts)
        if n.size == 1:
            return group, n, mean, _apart(values, mean), span[:1], span[1:]
        apart = values - np.repeat(mean, n)
        apart *= apart
    low, high = _of_runs(np.minimum, values, starts), _of_runs(np.maximum, values, starts)
    return group, n, mean, _of_runs(np.add, apart, starts), low, high


def _apart(values: Floats, mean: Floats) -> Floats:
    """Squared deviations from the mean, summed, shape (1,)."""
    squares = _squared(values)
    found = squares - values.size * mean * mean
    if np.isfinite(squares) and squares <= _ALIKE * found[0]:
        return found
    return np.array([_squared(values - mean)])


def _squared(values: Floats) -> float:
    """The sum of the squares, by products of BLAS that are too short for a second thread."""
    blocks = values[: values.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    rest = values[blocks.size :]
    return float(np.vecdot(blocks, blocks).sum() + np.vecdot(rest, rest))


def _runs(group: Whole) -> tuple[Whole, Whole, Whole]:
    """The groups of runs of one group, where these begin and how long they are."""
    if group[0] == group[-1]:
        return group[:1].copy(), _FIRST, np.array([group.size])  # a view would hold its batch
    starts = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    return group[starts], starts, np.diff(starts, append=group.size)


def _of_runs(how: np.ufunc, values: Floats, starts: Whole) -> Floats:
    """One value for each run; a single one is many times as fast without its start."""
    found: Floats = (
        how.reduce(values, keepdims=True) if starts.size == 1 else how.reduceat(values, starts)
    )
    return found


class Codes:
    """A column of codes from 0 by group; counts: groups x codes."""

    def __init__(self, codes: int, groups: int) -> None:
        self.counts = np.zeros((groups, codes), dtype=np.int64)

    def add(self, codes: Whole, group: Whole) -> None:
        """group: of each value, not falling."""
        _counted(self.counts, codes, group)


def _counted(counts: Whole, place: NDArray[np.integer], group: Whole) -> None:
    """Adds one to counts, groups x places, for each value; group: not falling."""
    places = counts.shape[1]
    if group[0] != group[-1]:
        cell = place + group * places
        counts += np.bincount(cell, minlength=counts.size).reshape(counts.shape)
    elif places > _FEW:
        counts[group[0]] += np.bincount(place, minlength=places)
    else:
        counts[group[0]] += _in_pairs(place.astype(np.uint8, copy=False), places)


def _in_pairs(place: NDArray[np.uint8], places: int) -> Whole:
    """How often each place is there; two values at once are one of 16 bits, in half the time."""
    even = place.size // 2 * 2
    pairs = np.bincount(place[:even].view(np.uint16), minlength=256 * places)
    table = pairs.reshape(places, 256)
    found: Whole = table.sum(axis=1) + table.sum(axis=0)[:places]
    found[place[even:]] += 1
    return found
