"""How many rows would decide what is unsure."""

import math

from mainstay.core.nouns import Estimate


def more_rows(estimate: Estimate, bound: float) -> float:
    """Rows beyond those there are until the interval clears the bound, at least 1.

    Taken that the value stays and the interval narrows with the root of the rows; infinite where
    there is no interval or the value is at the bound.
    """
    apart = abs(estimate.value - bound)
    half = max(estimate.high - estimate.value, estimate.value - estimate.low)
    if not (math.isfinite(half) and apart > 0):
        return math.inf
    wider = half / apart
    return max(estimate.n * wider * wider - estimate.n, 1.0)
