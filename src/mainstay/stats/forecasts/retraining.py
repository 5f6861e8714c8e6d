"""How often to retrain: what age costs, made monotone, against what a retraining costs."""

from typing import NamedTuple

import numpy as np
import scipy

from mainstay.stats.blocks import Floats

FLAT = 0.03
"""Intervals that cost at most so much more than the cheapest count as equally good."""


class Interval(NamedTuple):
    """Retrain every `periods`; from `shortest` to `longest` costs the same within FLAT.

    costs: per period, for intervals of 1, 2, ... periods, in units of score x periods. The last
    one stands for not retraining within the horizon.
    """

    periods: int
    shortest: int
    longest: int
    costs: Floats

    @property
    def never(self) -> bool:
        """Whether not retraining within the horizon is among what is cheapest."""
        return self.longest == len(self.costs)


def staleness(gaps: Floats) -> Floats:
    """(ages,): score lost to age 1, 2, ..., at least 0, never falling with age.

    gaps: `paths.gaps`. Isotonic regression of their means, each weighing as many as it is of; ages
    that nobody has seen stay level. Source: Barlow et al. (1972), chapter 1.
    """
    known = np.isfinite(gaps)
    count = known.sum(axis=0)
    mean = -np.where(known, gaps, 0.0).sum(axis=0) / np.maximum(count, 1)
    rising = scipy.optimize.isotonic_regression(mean, weights=np.maximum(count, 1e-3)).x
    return np.maximum.accumulate(np.maximum(rising, 0.0))


def cheapest(lost: Floats, retraining: float) -> Interval:
    """lost: `staleness`; retraining: what one costs, in units of score x periods, at least 0.

    Over a horizon of len(lost) periods that begins with a fresh model, which is paid for.
    """
    ages, every = len(lost), np.arange(1, len(lost) + 1)
    stale = np.array([lost[np.arange(ages) % one].sum() for one in every])
    costs = (stale + retraining * ((ages - 1) // every)) / ages
    good = np.flatnonzero(costs <= costs.min() * (1 + FLAT) + 1e-12)
    best = int(costs.argmin())
    low = best - _run(np.isin(np.arange(best - 1, -1, -1), good))
    high = best + _run(np.isin(np.arange(best + 1, ages), good))
    return Interval(best + 1, low + 1, high + 1, costs)


def _run(same: np.ndarray) -> int:
    """How many are true before the first that is not."""
    return int(np.cumprod(same).sum())
