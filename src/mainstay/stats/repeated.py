"""Intervals of rows that were looked at before: each look at the same hold-out is held to more.

Whoever may try again on the same rows passes sooner or later by luck. Look k errs with a chance of
at most alpha / k^2, so all looks together, however many, with at most alpha pi^2 / 6: a union bound
with an infinite series, whose first look pays nothing.

Sources: Bonferroni (1936); spending alpha over looks as in Lan and DeMets (1983); for what
unlimited reuse of a hold-out does, Dwork et al. (2015), The Reusable Holdout.
"""

import msgspec
import scipy

from mainstay.core.nouns import Estimate

LEVEL = 0.95


def wider(look: int, level: float = LEVEL) -> float:
    """By what an interval of `level` is stretched at a look, counted from 1; 1 at the first.

    >>> [round(wider(look), 2) for look in (1, 2, 4, 10)]
    [1.0, 1.27, 1.51, 1.78]
    """
    alpha = 1 - level
    asked, usual = (scipy.special.ndtri(1 - one / 2) for one in (alpha / look**2, alpha))
    return float(asked / usual)


def widened(estimate: Estimate, look: int) -> Estimate:
    """The same value with both reaches stretched; what is exact stays exact."""
    if look <= 1:
        return estimate
    value, by = estimate.value, wider(look)
    return msgspec.structs.replace(
        estimate,
        low=value - by * (value - estimate.low),
        high=value + by * (estimate.high - value),
    )
