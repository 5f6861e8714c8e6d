"""The estimate of a metric on rows without labels, and how far the labels may be from it.

What the labels of these very rows will show differs from the estimate for three reasons, whose
variances add up: each outcome is open; the chances were learned from so many rows, whole days
drawn; and days wander about their chances, as those learned from did out of fold. What no
variance knows is a world in which the same rows turn out otherwise than they did: that is for
stats.audit, which bets labels against the estimate as they arrive.
"""

from typing import NamedTuple

import numpy as np
import scipy

from mainstay.core.nouns import Estimate
from mainstay.stats import expected
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import dot
from mainstay.stats.chances import Chances
from mainstay.stats.expected import Expected

SUREST = 0.2
"""Of the standard deviation of an average row: chances are not known well enough for less."""


class Error(NamedTuple):
    """Variances: of what one row brings by its outcome, of the estimate by what was learned, and

    of the mean of a day about its chances.
    """

    row: float
    learned: float
    day: float


def error(found: Chances, cell: Blocks, chance: Floats, influence: Floats) -> Error:
    """cell: of each row, see stats.chances; chance, influence: (rows, outcomes)."""
    missed, count = found.missed, len(cell)
    size = missed.shape[1]
    known = np.maximum(missed[:, :, -1].sum(axis=0), 1)
    noise = expected.variance(chance, influence)
    sums = np.stack([np.bincount(cell, one, size) for one in influence.T], axis=1)
    off = np.einsum("dco,co->d", missed[:, :, :-1], sums / count / known[:, None])
    learned = np.square(off - off.mean()).sum() * len(off) / (len(off) - 1)
    open_ = np.bincount(cell, noise, size) * np.bincount(cell, minlength=size)
    return Error(
        row=float(noise.mean()),
        learned=float(learned),
        day=_wander(missed[:, :, -1], off, open_ / np.square(count * known)),
    )


def sureness(noise: Floats) -> Floats:
    """How much each row counts where its label is taken in its own standard deviation, shape of

    the noise: the variance of what a row brings. All together vary as much as before; none counts
    as if it were surer than SUREST of the average.
    """
    own = 1 / np.sqrt(np.maximum(noise, SUREST**2 * noise.mean()))
    return np.asarray(own * np.sqrt(noise.mean() / np.mean(np.square(own) * noise)))


def estimate(
    found: Expected, by: Error, day: Blocks, days: int, *, level: float = 0.95, unit: str = ""
) -> Estimate:
    """With the interval that holds what the labels will show; days: that were learned from.

    day: block of each row. Infinite where the metric is undefined.
    """
    count, value = len(day), float(found.value)
    if not np.isfinite(value):
        return Estimate(value, -np.inf, np.inf, count, unit)
    sizes = np.bincount(day).astype(np.float64)
    variance = by.row / count + by.learned + by.day * dot(sizes, sizes) / count**2
    reach = float(scipy.special.stdtrit(days - 1, (1 + level) / 2) * np.sqrt(variance))
    return Estimate(value, value - reach, value + reach, count, unit)


def surprises(found: Expected, chance: Floats, outcome: Blocks) -> Floats:
    """What each row adds to the metric above what was expected of it, once its outcome is known."""
    row = np.arange(len(outcome))
    return np.asarray(
        found.influence[row, outcome] - np.einsum("ij,ij->i", chance, found.influence)
    )


def _wander(rows: Floats, off: Floats, noise: Floats) -> float:
    """The variance of days beyond that of their rows, never negative; larger days say more.

    rows: by day and cell; off: what each day adds to the error of all days together; noise: what
    one row of each cell adds to its variance.
    """
    each = np.maximum(rows.sum(axis=1), 1)
    whole = float(each.sum())
    found = np.square(off) - rows @ noise
    return max(dot(whole / each, found), 0.0)
