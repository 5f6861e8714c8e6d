"""How much there is behind a forecast, which decides what may be said of it."""

from enum import StrEnum

from mainstay.stats.forecasts.past import longest, scored
from mainstay.stats.forecasts.pool import FEWEST, Forecast

MANY, SOME = 8.0, 3.0
"""Independent horizons in the past: half-horizons apart."""
KEPT = (0.70, 0.90)
LOST = 0.60
"""Own coverage below which a forecaster loses its number."""


class Grade(StrEnum):
    """A: a long past and a kept record. B: a past of its own. C: mostly by analogy with others,
    a range and no number. D: nothing may be said.
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"


def grade(forecast: Forecast | None) -> Grade:
    """Of a forecast with its record; D where there is none.

    A needs MANY independent horizons and an own coverage within KEPT; fewer than SOME, or an own
    coverage below LOST, is C.
    """
    if forecast is None or scored(forecast.past) < FEWEST or not longest(forecast.past):
        return Grade.D
    horizons, kept = independent(forecast), coverage(forecast)
    if horizons < SOME or (kept is not None and kept < LOST):
        return Grade.C
    proven = kept is not None and KEPT[0] <= kept <= KEPT[1]
    return Grade.A if horizons >= MANY and proven else Grade.B


def independent(forecast: Forecast) -> float:
    """Past cuts counted by half horizons."""
    return len(forecast.past.paths) / max(1.0, forecast.past.ages / 2)


def coverage(forecast: Forecast) -> float | None:
    """Share of what came that lay inside its own earlier intervals; None without any."""
    return forecast.covered / forecast.cells if forecast.cells else None
