"""By how much one arm of a trial does worse than the other, with bounds for whoever looks often.

Rows of one entity are alike, and one entity may send most rows. So a bound has to hold twice: as if
rows were independent, and over groups of entities that count alike however many rows they have.
Neither NumPy nor SciPy, because a door computes it.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance
from typing import NamedTuple

from mainstay.core.nouns import Estimate

BUDGET = 0.01
"""The chance that a canary that is as good as who answers beside it is ever dropped."""
PART = BUDGET / 3
"""What each of three may spend: the door on everything, on the newest rows; `run` on labels."""
LEAST = 16
"""Groups of an arm that must have rows; fewer say nothing of entities nobody saw."""
_STEPS = 50


class Arm(NamedTuple):
    """By group of entities: rows, and hits among them (or any sum)."""

    rows: Sequence[float]
    hits: Sequence[float]

    @property
    def means(self) -> list[float]:
        """Of the groups that have rows."""
        return [hit / n for n, hit in zip(self.rows, self.hits, strict=True) if n]


def excess(one: Arm, other: Arm, alpha: float) -> Estimate:
    """The share of hits of one arm above that of the other; low holds with probability 1 - alpha.

    high is 1: only what is surely too much is asked for. Infinite with too few groups.
    """
    count = int(sum(one.rows))
    if min(len(one.means), len(other.means)) < LEAST:
        return Estimate(math.nan, -math.inf, math.inf, count)
    value, half = _grouped(one, other, alpha)
    low, _ = chernoff(sum(one.hits), sum(one.rows), alpha / 2)
    _, high = chernoff(sum(other.hits), sum(other.rows), alpha / 2)
    return Estimate(value, min(value - half, low - high), 1.0, count)


def shift(one: Arm, other: Arm, deviation: float, alpha: float) -> Estimate:
    """How far apart the mean values of two arms are, in standard deviations of a row."""
    count = int(sum(one.rows))
    if min(len(one.means), len(other.means)) < LEAST or deviation <= 0:
        return Estimate(math.nan, -math.inf, math.inf, count)
    value, half = _grouped(one, other, alpha / 2)
    return Estimate(
        abs(value) / deviation, (abs(value) - half) / deviation, (abs(value) + half) / deviation,
        count,
    )  # fmt: skip


def more(one: Arm, other: Arm, deviations: tuple[float, float], alpha: float) -> Estimate:
    """By how much the mean of one arm lies above that of the other; low as in `excess`.

    hits: sums of any value. deviations: of a row of each arm.
    """
    count = int(sum(one.rows))
    if min(len(one.means), len(other.means)) < LEAST:
        return Estimate(math.nan, -math.inf, math.inf, count)
    value, half = _grouped(one, other, alpha)
    rows = [sum(arm.rows) for arm in (one, other)]
    means = [sum(arm.hits) / n for arm, n in zip((one, other), rows, strict=True)]
    spread = math.sqrt(sum(d**2 / n for d, n in zip(deviations, rows, strict=True)))
    reach = student(alpha, int(min(rows)) - 1) * spread
    plain = means[0] - means[1]
    return Estimate(
        value, min(value - half, plain - reach), max(value + half, plain + reach), count
    )


def chernoff(hits: float, rows: float, alpha: float) -> tuple[float, float]:
    """Bounds of a share, each missed with probability alpha at most, however small alpha is.

    Source: Hoeffding (1963), theorem 1: rows times the relative entropy is at most log(1 / alpha).
    """
    share, most = hits / rows, math.log(1 / alpha) / rows
    return _edge(share, 0.0, most), _edge(share, 1.0, most)


def spent(budget: float, look: int) -> float:
    """The part of a budget of false alarms that a look, counted from 0, may spend; all together 1.

    Source: alpha spending after Lan and DeMets (1983), by the Basel series.
    """
    return budget * 6 / (math.pi * (look + 1)) ** 2


def _grouped(one: Arm, other: Arm, alpha: float) -> tuple[float, float]:
    """Difference of the means of group means, and half of its interval on one side."""
    first, second = one.means, other.means
    parts = [variance(some) / len(some) for some in (first, second)]
    freedom = min(len(first), len(second)) - 1
    return fmean(first) - fmean(second), student(alpha, freedom) * math.sqrt(sum(parts))


def student(alpha: float, freedom: int) -> float:
    """The upper quantile of the t distribution, by its expansion in 1 / freedom.

    Source: Abramowitz and Stegun (1964), 26.7.5.
    """
    z = -NormalDist().inv_cdf(alpha)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / float(freedom**at) for at, term in enumerate(terms))


def _edge(share: float, end: float, most: float) -> float:
    """The share between this one and an end whose entropy relative to it is `most`."""
    inside, outside = share, end
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if _entropy(share, middle) <= most:
            inside = middle
        else:
            outside = middle
    return inside


def _entropy(share: float, other: float) -> float:
    """Relative entropy of two shares, in nats."""
    parts = ((share, other), (1 - share, 1 - other))
    return sum(one * math.log(one / two) if two else math.inf for one, two in parts if one)
