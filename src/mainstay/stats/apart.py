"""Two populations that share no block: how far they are apart, and one made like the other."""

import math

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats

STRATA = 20
"""Groups of rows that are about as likely to be of either population."""


def difference(one: Estimate, other: Estimate) -> Estimate:
    """What one is above the other, with the interval that both imply; n counts the rows of both.

    Each keeps its own shape and its own few blocks. Blocks that both share, such as entities seen
    in both, make it wider than need be, never narrower.
    Source: Zou and Donner (2008), Construction of Confidence Limits About Effect Measures.
    """
    value = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, value - below, value + above, one.n + other.n, one.unit)


def ratios(score: Floats, there: NDArray[np.bool_]) -> Floats:
    """How much oftener rows like each are in the other population, of the rows that are not.

    score: the higher, the likelier a row is there, told by a model that did not see the row;
    there: which rows are. Mean 1; constant within strata of the score, so that no row counts for
    more than its stratum bears out.
    Source: Rosenbaum and Rubin (1984), Reducing Bias by Subclassification on the Propensity Score.
    """
    inner = np.unique(np.quantile(score, np.arange(1, STRATA) / STRATA))
    place = np.searchsorted(inner, score, side="right")
    count = len(inner) + 1
    theirs, ours = (np.bincount(place[some], minlength=count) + 1.0 for some in (there, ~there))
    weight = (theirs / ours)[place[~there]]
    return np.asarray(weight / weight.mean())


def standardised(here: Floats, there: Floats) -> float:
    """How far the mean moved, in standard deviations of both; 0 where nothing varies."""
    first, second = here[np.isfinite(here)], there[np.isfinite(there)]
    if not len(first) or not len(second):
        return 0.0
    spread = math.sqrt((float(first.var()) + float(second.var())) / 2)
    return float(second.mean() - first.mean()) / spread if spread > 0 else 0.0
