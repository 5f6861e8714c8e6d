"""Intervals of shares and quantiles from counts alone: rows are taken as independent."""

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats.metrics import Array


def wilson(count: int, n: int, *, level: float = 0.95, unit: str = "") -> Estimate:
    """A share by the score test: covers about `level` on average over shares, less for some.

    Infinite without rows. Source: Wilson (1927), Probable Inference.
    """
    if not _possible(count, n):
        return Estimate(np.nan, -np.inf, np.inf, 0, unit)
    z2, share = scipy.special.ndtri((1 + level) / 2) ** 2, count / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n) / (1 + z2 / n)
    low, high = max(float(middle - half), 0.0), min(float(middle + half), 1.0)
    return Estimate(share, low, high, n, unit)


def clopper_pearson(count: int, n: int, *, level: float = 0.95, unit: str = "") -> Estimate:
    """A share by the exact test: covers at least `level`, whatever the share.

    Infinite without rows. Source: Clopper and Pearson (1934), The Use of Confidence Limits.
    """
    if not _possible(count, n):
        return Estimate(np.nan, -np.inf, np.inf, 0, unit)
    tail = (1 - level) / 2
    low = scipy.special.betaincinv(count, n - count + 1, tail) if count else 0.0
    high = scipy.special.betaincinv(count + 1, n - count, 1 - tail) if count < n else 1.0
    return Estimate(count / n, float(low), float(high), n, unit)


def clustered(counts: Array, rows: Array, *, level: float = 0.95, unit: str = "") -> Estimate:
    """A share over groups of rows whose shares differ by more than chance, such as days.

    counts, rows: of each group. The exact test over as many independent rows as tell as much, for
    the few groups there are. From 0 to 1 for a single group. Infinite without rows.
    Source: Korn and Graubard (1998), Confidence Intervals for Proportions From Survey Data.
    """
    held = rows > 0
    counts, rows = counts[held], rows[held]
    n, groups = float(rows.sum()), len(rows)
    if not n:
        return Estimate(np.nan, -np.inf, np.inf, 0, unit)
    share = float(counts.sum()) / n
    if groups < 2:
        return Estimate(share, 0.0, 1.0, int(n), unit)
    alone = share * (1 - share) / n
    apart = groups / (groups - 1) * float(((counts - share * rows) ** 2).sum()) / n**2
    tail = (1 - level) / 2
    few = (
        float(scipy.special.stdtrit(n - 1, 1 - tail) / scipy.special.stdtrit(groups - 1, 1 - tail))
        ** 2
    )
    worth = n / max(apart / alone, 1.0) * few if alone else n * few
    return msgspec.structs.replace(_exact(share, worth, tail), n=int(n), unit=unit)


def _exact(share: float, rows: float, tail: float) -> Estimate:
    """Of a number of rows that need not be whole."""
    hits = share * rows
    low = scipy.special.betaincinv(hits, rows - hits + 1, tail) if hits else 0.0
    high = scipy.special.betaincinv(hits + 1, rows - hits, 1 - tail) if hits < rows else 1.0
    return Estimate(share, float(low), float(high), 0)


def quantile(values: Array, share: float, *, level: float = 0.95, unit: str = "") -> Estimate:
    """The value below or at which `share` of the rows lie, between two of the sorted values.

    Covers at least `level` for any distribution; infinite on a side with too few rows beyond:
    a 99th percentile needs 368 of them. Source: David and Nagaraja (2003), Order Statistics, 7.1.
    """
    n, tail = len(values), (1 - level) / 2
    if not n:
        return Estimate(np.nan, -np.inf, np.inf, 0, unit)
    low, high = most_hits(np.array([tail, 1 - tail]), n, share)
    bounded = np.concatenate([[-np.inf], np.sort(values), [np.inf]])
    middle = bounded[max(int(np.ceil(n * share)), 1)]
    return Estimate(float(middle), float(bounded[low]), float(bounded[high + 1]), n, unit)


def most_hits(chances: Array, n: int, share: float) -> NDArray[np.int64]:
    """The hits, each by `share`, that n rows have at most with these chances, each in (0, 1).

    As scipy.stats.binom.ppf, whose import alone takes 0.7 s of every process.
    """
    above = np.ceil(scipy.special.bdtrik(chances, n, share))
    below = np.maximum(above - 1, 0)
    enough = scipy.special.bdtr(below, n, share) >= chances
    found: NDArray[np.int64] = np.where(enough, below, above).astype(np.int64)
    return found


def _possible(count: int, n: int) -> bool:
    """Whether there are rows. Raises ValueError for more hits than rows."""
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is no share")
    return n > 0
