"""Where values stand among the thresholds of their input: the number of those that are less."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Places = NDArray[np.intp]
Floats = float | Matrix
CELLS, CROWD, FEW = (512, 1024, 2048, 4096), 2, 16
"""Even cells in which a value is looked up, thresholds in one at most, thresholds to search among:
1,000 values among 120 take 15 us that way and 54 by searching, where no processor foresees."""
NOTHING = float(np.float32(1e-35))
"""What LightGBM takes for zero wherever it stands: kZeroThreshold."""
LARGEST = 2.0**31
"""Whole numbers beyond it are undefined as categories."""


class Cells(NamedTuple):
    """Thresholds by even cells of their range: where a value stands among them, without a search.

    A value in a later cell than a threshold's is greater, one in an earlier cell is less: rounding
    keeps the order. So only those of its own cell are compared. start: thresholds in the cells
    before each; own: the first, then the second of each cell, infinite where there is none.
    """

    low: float
    scale: float
    start: Places
    own: tuple[Matrix, ...]

    def places(self, values: Matrix) -> Places:
        """What searchsorted says, and 0 for NaN."""
        at = _cell(values, self.low, self.scale, len(self.start) - 2.0)
        found = self.start.take(at)
        for some in self.own:
            found += values > some.take(at)
        return found


class Column(NamedTuple):
    """One input. size: of its places. missing: that of NaN.

    thresholds: rising; of a category None, its places are codes, then that of NaN, if it has one of
    its own, and the last is any other value.
    cells: of the thresholds, where they do not crowd.
    """

    feature: int
    size: int
    missing: int
    thresholds: Matrix | None
    cells: Cells | None = None

    def places(self, values: Matrix) -> Places:
        """Where values stand."""
        if self.thresholds is None:
            known = (values > -1) & (values < self.missing)
            found = np.where(known, values, self.size - 1).astype(np.intp)
        else:
            found = (self.cells.places if self.cells else self.thresholds.searchsorted)(values)
        found[np.isnan(values)] = self.missing
        return found


class Columns:
    """All inputs of a model; those in cells are looked up together: 10 us each, one by one 30."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        held = [(at, one, one.cells) for at, one in enumerate(columns) if one.cells]
        self._others = [at for at, one in enumerate(columns) if not one.cells]
        self._numbers = [at for at, _, _ in held]
        self._features = [one.feature for _, one, _ in held]
        sizes = [len(cells.start) for _, _, cells in held]
        self._missing = _upright([one.missing for _, one, _ in held]).astype(np.intp)
        self._low = _upright([cells.low for _, _, cells in held])
        self._scale = _upright([cells.scale for _, _, cells in held])
        self._most = _upright([size - 2.0 for size in sizes])
        self._offset = _upright(np.cumsum(sizes) - sizes).astype(np.intp)
        self._start = np.concatenate([np.zeros(0, np.intp), *(one.start for _, _, one in held)])
        self._own = [
            np.concatenate([np.zeros(0), *(_own(one, at) for _, _, one in held)])
            for at in range(CROWD)
        ]

    def places(self, turned: Matrix) -> Places:
        """Of rows in each column, shape (columns, rows); turned: shape (features, rows)."""
        values = turned[self._features]
        at = _cell(values, self._low, self._scale, self._most) + self._offset
        found = self._start.take(at)
        for some in self._own:
            found += values > some.take(at)
        np.copyto(found, self._missing, where=np.isnan(values))
        made = np.empty((len(self._columns), turned.shape[1]), np.intp)
        made[self._numbers] = found
        for number in self._others:
            one = self._columns[number]
            made[number] = one.places(turned[one.feature])
        return made


def _upright(numbers: object) -> Matrix:
    return np.array(numbers, dtype=np.float64).reshape(-1, 1)


def _own(cells: Cells, at: int) -> Matrix:
    return cells.own[at] if at < len(cells.own) else np.full(len(cells.start), np.inf)


def celled(thresholds: Matrix) -> Cells | None:
    """None where even the finest cells hold many, or there is too little to search among."""
    low, width = float(thresholds[0]), float(thresholds[-1] - thresholds[0])
    if len(thresholds) < FEW or not NOTHING < width < LARGEST:
        return None
    for count in CELLS:
        scale = (count - 2) / width
        held = np.bincount(_cell(thresholds, low, scale, count - 2.0), minlength=count)
        if held.max() <= CROWD:
            start = np.cumsum(held) - held
            own = [np.where(held > at, np.append(thresholds, np.inf)[np.minimum(
                start + at, len(thresholds))], np.inf) for at in range(held.max())]  # fmt: skip
            return Cells(low, scale, start, tuple(own))
    return None


def _cell(values: Matrix, low: Floats, scale: Floats, most: Floats) -> Places:
    """The cell of each value, rising with it: 0 for what lies below, and for NaN."""
    with np.errstate(over="ignore"):  # what overflows lies beyond all cells, where it belongs
        found = (values - low) * scale
    np.fmax(found, -1.0, out=found)
    np.fmin(found, most, out=found)
    found += 1.0
    return found.astype(np.intp)
