"""Where values stand among the thresholds of their input: the number of those that are less."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Places = NDArray[np.intp]
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
        at = _cell(values, self.low, self.scale, len(self.start))
        found = self.start.take(at)
        for some in self.own:
            found += values > some.take(at)
        return found


class Column(NamedTuple):
    """One input. size: of its places, the last one for NaN.

    thresholds: rising; of a category None, its places are codes and the last is any other value.
    cells: of the thresholds, where they do not crowd.
    """

    feature: int
    size: int
    thresholds: Matrix | None
    cells: Cells | None = None

    def places(self, values: Matrix) -> Places:
        last = self.size - 1
        if self.thresholds is None:
            known = (values > -1) & (values < last)
            return np.where(known, values, last).astype(np.intp)
        missing = np.isnan(values)
        if self.cells is None:
            return np.searchsorted(self.thresholds, values) + missing
        found = self.cells.places(values)
        found[missing] = last
        return found


def celled(thresholds: Matrix) -> Cells | None:
    """None where even the finest cells hold many, or there is too little to search among."""
    low, width = float(thresholds[0]), float(thresholds[-1] - thresholds[0])
    if len(thresholds) < FEW or not NOTHING < width < LARGEST:
        return None
    for count in CELLS:
        scale = (count - 2) / width
        held = np.bincount(_cell(thresholds, low, scale, count), minlength=count)
        if held.max() <= CROWD:
            start = np.cumsum(held) - held
            own = [np.where(held > at, np.append(thresholds, np.inf)[np.minimum(
                start + at, len(thresholds))], np.inf) for at in range(held.max())]  # fmt: skip
            return Cells(low, scale, start, tuple(own))
    return None


def _cell(values: Matrix, low: float, scale: float, count: int) -> Places:
    """The cell of each value, rising with it: 0 for what lies below, and for NaN."""
    found = (values - low) * scale
    np.fmax(found, -1.0, out=found)
    np.fmin(found, count - 2.0, out=found)
    found += 1.0
    return found.astype(np.intp)
