"""How much more would decide what is unsure, and what so much will tell before it is looked at."""

import math

import msgspec
import numpy as np
import scipy

from mainstay.core.nouns import Estimate
from mainstay.stats.bootstrap import FEWEST_BLOCKS
from mainstay.stats.resamples import stretch

EDGE = 1.959963984540054  # of a standard normal: 2.5 % lie beyond
POWER = 0.8
MOST = 3650
"""Blocks that are asked for at most: ten years of days."""


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


def expected(estimate: Estimate, blocks: int, others: int) -> Estimate:
    """The 95 % interval that so many other blocks will have, seen from an interval of `blocks`.

    Taken that they are of the same kind and that the value stays: the reach goes with the root of
    the blocks, and few are stretched as the bootstrap stretches them. Infinite below FEWEST_BLOCKS.
    """
    if min(blocks, others) < FEWEST_BLOCKS:
        return msgspec.structs.replace(estimate, low=-math.inf, high=math.inf)
    by = float(_reach(np.array([others]))[0] / _reach(np.array([blocks]))[0])
    return msgspec.structs.replace(
        estimate,
        low=estimate.value - by * (estimate.value - estimate.low),
        high=estimate.value + by * (estimate.high - estimate.value),
        n=round(estimate.n * others / blocks),
    )


def blocks_needed(estimate: Estimate, blocks: int, bound: float, power: float = POWER) -> float:
    """Blocks with which the interval clears the bound with a chance of `power`, the value kept.

    estimate: from so many `blocks`. Infinite where there is no interval, the value is at the bound,
    or MOST would not do. Source: Cohen (1988), Statistical Power Analysis.
    """
    below = estimate.value > bound
    half = estimate.value - estimate.low if below else estimate.high - estimate.value
    apart = abs(estimate.value - bound)
    if not (math.isfinite(half) and apart > 0 and blocks >= FEWEST_BLOCKS):
        return math.inf
    some = np.arange(FEWEST_BLOCKS, MOST + 1)
    reach = half * _reach(some) / _reach(np.array([blocks]))
    enough = reach * (1 + scipy.special.ndtri(power) / EDGE) <= apart
    return float(some[np.argmax(enough)]) if enough.any() else math.inf


def _reach(blocks: np.ndarray) -> np.ndarray:
    """How far an interval of so many equal blocks reaches, in standard deviations of a block."""
    return np.asarray(stretch(blocks * 1.0, EDGE) / np.sqrt(blocks))
