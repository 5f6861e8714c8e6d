"""How far a goal lies below what fresh models score, in ordinary swings: how often it is missed.

Scores of models just retrained are taken as normal; neighbouring periods are alike, so that n of
them count as n (1 - r) / (1 + r), r their correlation, where that is fewer; r is seen too low by
about (1 + 4 r) / n. The interval of the distance is that of the noncentral t distribution. Where
80 % are promised it covers 0.79 to 0.87 of independent scores, at r = 0.6 0.72 to 0.90 from 24
periods on, and 0.47 to 0.70 of 12 and fewer.

Source: Johnson and Welch (1940), Applications of the Non-Central t-Distribution.
"""

from typing import NamedTuple

import numpy as np
import scipy

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats

LEVEL = 0.8
FEWEST = 4
MOST_ALIKE = 0.9


class Room(NamedTuple):
    """Between a goal and fresh scores. swings: standard deviations, negative where the goal is
    above; missed: the chance that a period scores below the goal though nothing has changed.
    """

    swings: Estimate
    missed: Estimate
    middle: float
    spread: float


def room(fresh: Floats, bound: float) -> Room | None:
    """fresh: finite scores of fresh models in order; None where they are too few, or all alike."""
    count = effective(fresh)
    spread = float(np.std(fresh, ddof=1)) if len(fresh) > 1 else 0.0
    if count < FEWEST or not spread > 0:
        return None
    middle = float(fresh.mean())
    apart = (middle - bound) / spread
    near, far = (_distance(apart, count, tail) for tail in ((1 + LEVEL) / 2, (1 - LEVEL) / 2))
    likely = float(scipy.special.stdtr(count - 1, -apart / np.sqrt(1 + 1 / count)))
    low, high = float(scipy.special.ndtr(-far)), float(scipy.special.ndtr(-near))
    missed = Estimate(likely, min(low, likely), max(high, likely), len(fresh))
    return Room(Estimate(apart, near, far, len(fresh), "swings"), missed, middle, spread)


def reached(found: Room, chance: float) -> float:
    """The goal that an unchanged model misses with this chance a period."""
    return found.middle - _swings(chance) * found.spread


def pooled(found: Room, chance: float) -> int | None:
    """How many periods judged at once miss the goal as rarely; None where the goal is no lower."""
    if found.swings.value <= 0:
        return None
    return max(int(np.ceil((_swings(chance) / found.swings.value) ** 2)), 1)


def effective(fresh: Floats) -> float:
    """How many independent scores tell as much as these of neighbouring periods."""
    apart = fresh - fresh.mean() if len(fresh) else fresh
    whole = float((apart**2).sum())
    if len(fresh) < FEWEST or not whole > 0:
        return float(len(fresh))
    seen = float((apart[1:] * apart[:-1]).sum()) / whole
    alike = min(max(seen + (1 + 4 * seen) / len(fresh), 0.0), MOST_ALIKE)
    return len(fresh) * (1 - alike) / (1 + alike)


def _swings(chance: float) -> float:
    return float(-scipy.special.ndtri(min(max(chance, 1e-6), 0.5)))


def _distance(apart: float, count: float, tail: float) -> float:
    """The distance of which what was seen is the `tail` quantile."""
    seen = np.sqrt(count) * apart
    return float(scipy.special.nctdtrinc(count - 1, tail, seen) / np.sqrt(count))
