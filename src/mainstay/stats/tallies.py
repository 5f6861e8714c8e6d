"""Exact counts and moments of values by group, added up from batches of arrays."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats

Whole = NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)
_CELLS = 4096
_NO_EDGE = np.nan
_MOST = np.finfo(np.float64).max


class Share(NamedTuple):
    """Which rows of a batch count, in the order of their groups. rows: None for all as they are.

    group: of each of these rows, not falling.
    """

    rows: Whole | None
    group: Whole

    @staticmethod
    def of(group: Whole, counts: NDArray[np.bool_]) -> "Share":
        """group: of each row of the batch; counts: whether it does."""
        if counts.all() and (group[1:] >= group[:-1]).all():
            return Share(None, group)
        rows = np.flatnonzero(counts)
        rows = rows[np.argsort(group[rows], kind="stable")]
        return Share(rows, group[rows])

    def taken(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Of the rows that count."""
        return values if self.rows is None else values[self.rows]


class Places:
    """Which of the bins between rising edges a value is in: 0 below the first, k at or above all k.

    Exact, and faster than a search where no two edges share one of a few thousand equal cells: a
    value is then in the bin before or after the one edge of its cell.
    """

    def __init__(self, edges: Floats) -> None:
        self._edges = edges
        cells = self._scaled() if edges.size > 1 else np.zeros(edges.size, np.int32)
        self._quick = edges.size > 1 and np.unique(cells).size == edges.size
        if self._quick:
            self._edge = np.full(_CELLS + 2, _NO_EDGE)
            self._edge[cells] = edges
            self._below = np.searchsorted(cells, np.arange(_CELLS + 2)).astype(np.uint8)

    def __call__(self, values: Floats) -> NDArray[np.intp]:
        """values: without NaN; infinities are in the outer bins."""
        if not self._quick:
            return np.searchsorted(self._edges, values, side="right")
        cell = self._cells(values)
        return np.add(self._below.take(cell), values >= self._edge.take(cell), dtype=np.intp)

    def _scaled(self) -> NDArray[np.int32]:
        """The cells of the edges; all the same where they are too far or too near for cells."""
        with np.errstate(over="ignore", divide="ignore"):
            self._scale = _CELLS * (1 - 1e-9) / (self._edges[-1] - self._edges[0])
        if self._edges.size > np.iinfo(np.uint8).max or not 0 < self._scale < np.inf:
            return np.zeros(self._edges.size, np.int32)
        return self._cells(self._edges)

    def _cells(self, values: Floats) -> NDArray[np.int32]:
        """Not falling in the values, as rounding is: what holds of cells then holds of values."""
        with np.errstate(over="ignore"):
            found: Floats = values - self._edges[0]
            found *= self._scale
        found += 1.0
        np.clip(found, 0.0, _CELLS + 1.0, out=found)
        cells: NDArray[np.int32] = found.astype(np.int32)
        return cells


class Numbers:
    """A column of numbers by group, NaN for a null.

    counts: groups x bins, infinities among them; of the finite values n, mean, squares (the sum of
    squared deviations from the mean), low and high: one for each group, low above high where n = 0.
    """

    def __init__(self, edges: tuple[float, ...], groups: int) -> None:
        self._places = Places(np.array(edges, dtype=np.float64))
        self.counts = np.zeros((groups, len(edges) + 1), dtype=np.int64)
        self.n = np.zeros(groups, dtype=np.int64)
        self.mean, self.squares = np.zeros(groups), np.zeros(groups)
        self.low, self.high = np.full(groups, np.inf), np.full(groups, -np.inf)

    def add(self, values: Floats, group: Whole) -> None:
        """group: of each value, not falling."""
        if not values.size:
            return
        finite = np.isfinite(values)
        whole = bool(finite.all())
        if not whole:
            there = ~np.isnan(values)
            self._placed(values[there], group[there])
            values, group = values[finite], group[finite]
        else:
            self._placed(values, group)
        if values.size:
            self._summed(values, group)

    def _placed(self, values: Floats, group: Whole) -> None:
        _counted(self.counts, self._places(values), group)

    def _summed(self, values: Floats, group: Whole) -> None:
        """Source: Chan, Golub, LeVeque (1983), Algorithms for computing the sample variance."""
        starts = _starts(group)
        some, n = group[starts], np.diff(starts, append=group.size)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, squares = _moments(values, starts, n)
            step, before = mean - self.mean[some], self.n[some]
            both = before + n
            squares += step**2 * (before * n / both)
            self.squares[some] = np.nan_to_num(self.squares[some] + squares, nan=_MOST)
            self.mean[some] += step * (n / both)
        self.n[some] = both
        self.low[some] = np.minimum(self.low[some], _of_runs(np.minimum, values, starts))
        self.high[some] = np.maximum(self.high[some], _of_runs(np.maximum, values, starts))


def _moments(values: Floats, starts: Whole, n: Whole) -> tuple[Floats, Floats]:
    """Mean and squared deviations from it of runs of n values; a sum may be beyond all numbers."""
    mean = _of_runs(np.add, values, starts) / n
    if not np.isfinite(mean).all():
        mean = _of_runs(np.add, values / np.repeat(n, n), starts)
    apart = values - (mean[0] if n.size == 1 else np.repeat(mean, n))
    apart *= apart
    return mean, _of_runs(np.add, apart, starts)


def _starts(group: Whole) -> Whole:
    """Where runs of one group begin."""
    if group[0] == group[-1]:
        return np.zeros(1, dtype=np.int64)
    return np.flatnonzero(np.diff(group, prepend=group[0] - 1))


def _of_runs(how: np.ufunc, values: Floats, starts: Whole) -> Floats:
    """One value for each run; a single one is many times as fast without its start."""
    found: Floats = (
        how.reduce(values, keepdims=True) if starts.size == 1 else how.reduceat(values, starts)
    )
    return found


class Codes:
    """A column of levels by group, as codes: 0 for no level, i for the i-th, below 0 for a null.

    counts: groups x (1 + levels).
    """

    def __init__(self, levels: int, groups: int) -> None:
        self.counts = np.zeros((groups, levels + 1), dtype=np.int64)

    def add(self, codes: Whole, group: Whole) -> None:
        """group: of each value, not falling."""
        there = codes >= 0
        if not there.all():
            codes, group = codes[there], group[there]
        _counted(self.counts, codes, group)


def _counted(counts: Whole, place: NDArray[np.integer], group: Whole) -> None:
    """Adds one to counts, groups x places, for each value."""
    cell = place if counts.shape[0] == 1 else place + group * counts.shape[1]
    counts += np.bincount(cell, minlength=counts.size).reshape(counts.shape)
