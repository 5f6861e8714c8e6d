"""What more records would bring: errors at 2 and 4 times as many, and whether a goal is in reach.

The interval of the level there is counts that splits share their records: without it, 80 % held the
truth in half of the cases. Gains are damped and intervals widened by what was needed on other data
sets (`library.calibration`): a power law by itself covers half of what is true. Nothing is said as
a number beyond 4 times the records there are.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import scoring
from mainstay.stats.forecasts.curve import Curve, ill_behaved, shared
from mainstay.stats.forecasts.library import Calibration
from mainstay.stats.forecasts.power_law import PowerLaw, power_law

AHEAD = (2.0, 4.0)
FARTHEST = 64
"""Times the records there are up to which it is asked when a goal is met; beyond is never."""
STEPS = 4
"""Sizes tried within a doubling."""
HALVINGS, UNLIKELY, LIKELY = 4.0, 0.2, 0.8
"""Of the curve, before a goal is refused; and the chances at which something is said."""


class Reach(StrEnum):
    """Whether more of the same records lead to the goal. UNKNOWN: it cannot be told yet."""

    REACHED = "reached"
    LIKELY = "likely"
    OPEN = "open"
    OUT = "out of reach"
    UNKNOWN = "cannot be told yet"


class Outlook(NamedTuple):
    """now, ahead: errors, 80 % intervals, trained on the records there are and AHEAD times as many.

    ceiling: the error that no number of such records goes below; best: the same from a chance of
    UNLIKELY to one of LIKELY, so that its whole interval meets the goal where that is likely, and
    misses it where it is unlikely. chance: that the goal is met with any number of them. needed:
    records until it is, infinite where not within FARTHEST times.
    """

    reach: Reach
    now: Estimate
    ahead: tuple[Estimate, ...] = ()
    ceiling: Estimate | None = None
    chance: float | None = None
    needed: Estimate | None = None
    best: Estimate | None = None


def outlook(
    curve: Curve, goal: float | None, *, records: int, calibration: Calibration, seed: int
) -> Outlook:
    """goal: the error asked for at most, None where none is. records: all there are, those that
    the curve holds out included. A curve that is ill-behaved is UNKNOWN and has nothing but `now`.
    """
    law = power_law(curve, seed=seed).damped(calibration.damping)
    widening = calibration.widening
    now = _estimate(law.error(records), records, shared(len(curve.errors)))
    if ill_behaved(curve):
        return Outlook(Reach.UNKNOWN, now)
    ahead = tuple(_estimate(law.error(records * far), records, widening) for far in AHEAD)
    ceiling = _estimate(law.error(np.inf), records, widening)
    if goal is None:
        return Outlook(Reach.OPEN, now, ahead, ceiling)
    least = _widened(law.error(np.inf), widening)
    chance = float(np.mean(least <= goal))
    reach = _reach(now, goal, chance, curve.halvings)
    asked = chance >= UNLIKELY and reach is not Reach.REACHED
    needed = needed_for(law, goal, widening=widening) if asked else None
    return Outlook(reach, now, ahead, ceiling, chance, needed, _best(least, records))


def needed_for(law: PowerLaw, goal: float, *, widening: float) -> Estimate:
    """Records needed until the error is at most the goal: the sizes at which 10, 50 and 90 % of
    the widened draws have met it, infinite where they have not within FARTHEST times as many.
    """
    doublings = np.arange(int(np.log2(FARTHEST)) * STEPS + 1) / STEPS
    sizes = law.largest * 2**doublings
    met = [float(np.mean(_widened(law.error(size), widening) <= goal)) for size in sizes]
    low, middle, high = (_first(sizes, np.array(met), at) for at in scoring.TAILS)
    return Estimate(middle, low, high, int(law.largest), "records")


def widened(draws: Floats, factor: float) -> Floats:
    """(3,): low, median, high with each half of the interval multiplied."""
    low, middle, high = np.quantile(draws, scoring.TAILS)
    return np.array([middle - factor * (middle - low), middle, middle + factor * (high - middle)])


def _widened(draws: Floats, factor: float) -> Floats:
    middle = np.median(draws)
    return np.asarray(middle + factor * (draws - middle))


def _estimate(draws: Floats, records: int, factor: float) -> Estimate:
    low, middle, high = widened(draws, factor)
    return Estimate(float(middle), max(float(low), 0.0), float(high), records, "error")


def _best(draws: Floats, records: int) -> Estimate:
    """By quantiles that are draws: a goal is met by their share, and by no other."""
    low, middle, high = np.quantile(draws, (UNLIKELY, 0.5, LIKELY), method="inverted_cdf")
    return Estimate(float(middle), float(low), float(high), records, "error")


def _reach(now: Estimate, goal: float, chance: float, halvings: float) -> Reach:
    if now.high <= goal:
        return Reach.REACHED
    if halvings < HALVINGS:
        return Reach.UNKNOWN
    if chance < UNLIKELY:
        return Reach.OUT
    return Reach.LIKELY if chance >= LIKELY else Reach.OPEN


def _first(sizes: Floats, met: Floats, share: float) -> float:
    at = np.flatnonzero(met >= share)
    return float(sizes[at[0]]) if len(at) else float("inf")
