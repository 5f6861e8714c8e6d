"""Whether the rows of a window are as many as the windows before it let expect."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats

Counts = NDArray[np.integer]

FEWEST, ALIKE, WEEKS = 7, 3, 14
"""Windows before; of them on the same weekday, and in all, for the weekdays to be told apart."""


class Volume(NamedTuple):
    """ratio: rows to those expected, its interval holding 1 where they fit; tail: the chance of a
    count as far off as this, to either side.
    """

    ratio: Estimate
    tail: float


def volume(
    rows: int, before: Counts, *, weekday: int = 0, weekdays: Counts | None = None
) -> Volume | None:
    """How the count of a window fits those before; None where those are fewer than FEWEST.

    weekdays: of each window before, weekday: of this one; leave out where windows are not days.
    Counts are taken to be log-normal around those of their weekday, and never steadier than
    Poisson; their spread is estimated, so the tail is Student's. Interval at 95 %.
    """
    if len(before) < FEWEST:
        return None
    value, groups = np.log(before + 0.5), _groups(len(before), weekday, weekdays)
    same = groups == groups[-1]
    centre, count = float(value[same[:-1]].mean()), int(same[:-1].sum())
    variance, freedom = _spread(value, groups[:-1], before)
    error = float(np.sqrt(variance * (1 + 1 / count)))
    off = float(np.log(rows + 0.5)) - centre
    reach = float(special.stdtrit(freedom, 0.975)) * error
    low, high = np.exp([off - reach, off + reach])
    ratio = Estimate(rows / float(np.exp(centre)), float(low), float(high), rows, "x")
    return Volume(ratio, float(2 * special.stdtr(freedom, -abs(off) / error)))


def _groups(count: int, weekday: int, weekdays: Counts | None) -> Counts:
    """The weekday of each window before and of this one last; all the same where too few tell."""
    alike = weekdays is not None and int((weekdays == weekday).sum()) >= ALIKE
    if weekdays is None or not alike or count < WEEKS:
        return np.zeros(count + 1, dtype=np.int64)
    return np.append(weekdays, weekday)


def _spread(value: Floats, groups: Counts, before: Counts) -> tuple[float, int]:
    """Sd of the logarithms around the mean of their group, and its degrees of freedom."""
    codes = np.unique(groups, return_inverse=True)[1]
    size = np.bincount(codes)
    apart = value - (np.bincount(codes, value) / size)[codes]
    freedom = len(value) - len(size)
    poisson = float(np.mean(1 / (before + 0.5)))
    return max(float(apart @ apart) / freedom, poisson), freedom
