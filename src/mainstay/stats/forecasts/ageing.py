"""Ageing, which retraining recovers, against how hard periods are, which it does not.

On 8 data sets the swing of a model just retrained is larger than what age costs within the
horizon, on all of them: a metric below its goal seldom means that retraining would help.
"""

from typing import NamedTuple

import numpy as np
import scipy

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats

LEVEL = 0.8


class Ageing(NamedTuple):
    """In units of the score. lost: to age, at the horizon; swing: standard deviation of fresh
    scores between periods.
    """

    lost: Estimate
    swing: Estimate

    @property
    def larger(self) -> bool | None:
        """Whether age costs surely more than a swing; None where the intervals do not tell."""
        if self.lost.low > self.swing.high:
            return True
        return False if self.lost.high < self.swing.low else None


def ageing(gaps: Floats, fresh: Floats) -> Ageing:
    """gaps: `paths.gaps`; fresh: finite scores of fresh models. 80 % intervals.

    Gaps of neighbouring cuts overlap: those of a horizon of A ages count as 2 / A each.
    """
    ages = gaps.shape[1]
    at = -gaps[:, -1][np.isfinite(gaps[:, -1])]
    return Ageing(mean(at, len(at) * 2 / ages, LEVEL), _swing(fresh))


def mean(values: Floats, independent: float, level: float) -> Estimate:
    """Student's interval for so many independent ones; infinite below two of them."""
    if independent < 2:
        value = float(np.mean(values)) if len(values) else float("nan")
        return Estimate(value, -np.inf, np.inf, len(values))
    error = float(np.std(values, ddof=1) / np.sqrt(independent))
    far = float(scipy.special.stdtrit(independent - 1, (1 + level) / 2)) * error
    value = float(np.mean(values))
    return Estimate(value, value - far, value + far, len(values))


def _swing(fresh: Floats) -> Estimate:
    """A standard deviation with the interval of normal scores."""
    count = len(fresh)
    if count < 2:
        return Estimate(float("nan"), -np.inf, np.inf, count)
    spread = float(np.std(fresh, ddof=1))
    tail = (1 - LEVEL) / 2
    low, high = (
        spread * np.sqrt((count - 1) / scipy.special.chdtri(count - 1, at))
        for at in (tail, 1 - tail)
    )
    return Estimate(spread, float(low), float(high), count)
