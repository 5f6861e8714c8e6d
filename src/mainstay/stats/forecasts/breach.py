"""When a path falls below what was promised."""

import numpy as np

from mainstay.stats.blocks import Floats

WINDOWS = 3
"""A breach is of the mean of the last three scores: one bad window is no verdict."""
LEAST_CHANCE = 0.15
"""Never said to be less likely: forecasts below 0.2 came true 21 % of the time on 16 series."""


def ages(paths: Floats, bound: float) -> Floats:
    """First age at which the mean of the last WINDOWS scores is below the bound, for each path.

    paths: (paths, ages), NaN where nothing was measured; the number of ages + 1 where none is.

    >>> ages(np.array([[0.8, 0.5, 0.4], [0.8, 0.8, 0.8]]), 0.6)
    array([3., 4.])
    """
    known = np.isfinite(paths)
    total, count = _rolling(np.where(known, paths, 0.0)), _rolling(known.astype(np.float64))
    below = (total / np.maximum(count, 1) < bound) & (count > 0)
    never = paths.shape[1] + 1.0
    first: Floats = np.where(below.any(axis=1), below.argmax(axis=1) + 1.0, never)
    return first


def chance(breaches: Floats, within: int) -> float:
    """Share of breach ages within so many periods, never below LEAST_CHANCE."""
    return max(float(np.mean(breaches <= within)), LEAST_CHANCE)


def _rolling(values: Floats) -> Floats:
    """Sum of the last WINDOWS along each row."""
    total = np.cumsum(values, axis=1)
    total[:, WINDOWS:] -= total[:, :-WINDOWS].copy()
    return total
