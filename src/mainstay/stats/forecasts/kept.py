"""A forecast as it is kept: all that it is updated from once scores of the model are known."""

import msgspec
import numpy as np

from mainstay.stats.forecasts import scoring
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.past import past
from mainstay.stats.forecasts.pool import FINAL, Forecast

PLACES = 6
"""Decimals: a score is of some hundred rows."""

Row = tuple[float | None, ...]


class Kept(msgspec.Struct, frozen=True):
    """JSON has no NaN: what was not measured is None.

    scores: the backtest matrix as of the origin; draws: (draws, ages); scale, cells and covered: as
    of a Forecast.
    """

    scores: tuple[Row, ...]
    training: int
    no_skill: float
    season: int
    origin: int
    draws: tuple[tuple[float, ...], ...]
    scale: float
    cells: int
    covered: int


def kept(forecast: Forecast) -> Kept:
    """Without what each expert said and the paths of other models: nothing is updated from them."""
    known = forecast.past.known
    return Kept(
        tuple(tuple(map(_known, row)) for row in known.scores.tolist()),
        known.training,
        known.no_skill,
        known.season,
        forecast.origin,
        tuple(map(tuple, np.round(forecast.draws, PLACES).tolist())),
        forecast.scale,
        forecast.cells,
        forecast.covered,
    )


def forecast(one: Kept) -> Forecast:
    """The same forecast again, by its final form."""
    scores = np.array(one.scores, dtype=np.float64)
    draws = np.array(one.draws, dtype=np.float64)
    ages = draws.shape[1]
    whole = Backtest(scores, one.training, one.no_skill, one.season)
    known = past(whole, one.origin, ages, np.empty((0, ages)))
    said = {FINAL: scoring.quantiles(draws)}
    return Forecast(known, draws, said, np.empty(0), one.scale, one.cells, one.covered)


def _known(score: float) -> float | None:
    return round(score, PLACES) if np.isfinite(score) else None
