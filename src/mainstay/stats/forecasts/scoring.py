"""How good a forecast was, once it is known what came."""

import numpy as np

from mainstay.stats.blocks import Floats

LOW, HIGH = 0.1, 0.9
TAILS = (LOW, 0.5, HIGH)
"""The 80 % interval and its middle."""


def quantiles(draws: Floats) -> Floats:
    """(3, ages): low, median and high of draws, (draws, ages)."""
    return np.quantile(draws, TAILS, axis=0)


def interval_score(said: Floats, came: Floats) -> Floats:
    """Width of the 80 % interval, and ten times how far outside it was; less is better.

    said: (3, ...). Source: Gneiting and Raftery (2007), equation 43.
    """
    low, _, high = said
    outside = np.maximum(low - came, 0) + np.maximum(came - high, 0)
    return np.asarray(high - low + outside / LOW)


def inside(said: Floats, came: Floats) -> Floats:
    """1 where what came lies in the interval, 0 where not, NaN where nothing came."""
    within = (came >= said[0]) & (came <= said[2])
    return np.where(np.isfinite(came), within, np.nan)


def off(said: Floats, came: Floats) -> Floats:
    """Distance from the median in units of the half of the interval on that side: 1 is its edge."""
    low, middle, high = said
    half = np.where(came > middle, high - middle, middle - low)
    return np.asarray(np.abs(came - middle) / np.maximum(half, 1e-6))


def crps(draws: Floats, came: float) -> float:
    """Continuous ranked probability score of a sample against what came; in its unit.

    E|X - y| - E|X - X'| / 2. Source: Gneiting and Raftery (2007), equation 21.

    >>> crps(np.array([2.0, 2.0]), 3.0)
    1.0
    """
    ordered, count = np.sort(draws), len(draws)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return float(np.mean(np.abs(ordered - came)) - weights @ ordered / count**2)
