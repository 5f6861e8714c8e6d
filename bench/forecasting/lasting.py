"""Shelf lives forecast as of many moments of a backtest, against what came."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bench.forecasting.matrices import Series
from bench.forecasting.tables import Floats
from mainstay.stats.forecasts import backtest, breach, pool, scoring, update
from mainstay.stats.forecasts.pool import FINAL, Forecast
from mainstay.stats.forecasts.unchanged import unchanged

SHARES = (0.95, 0.9, 0.8)
"""Of the skill of a fresh model: what is promised."""
STRIDE, SEEN = 2, 0.5
FEWEST_PERIODS = 20


class Score(NamedTuple):
    """Of one origin and one forecaster, means over SHARES. mae: in shares of skill; crps: of the
    age of breach, in horizons; covers: whether the interval of that age held it.
    """

    mae: float
    coverage: float
    crps: float
    brier: float
    covers: float


class Judged(NamedTuple):
    """Ours and "no change + noise" of the same origin; updated: interval scores at half of the
    horizon, of the rest of it, as it was forecast and as it was updated by then.
    """

    origin: int
    ours: Score
    plain: Score
    chances: Floats
    breached: Floats
    updated: tuple[float, float]


def judged(series: Series, reference: Floats, *, seed: int) -> Iterator[Judged]:
    """One of every STRIDE origins whose whole horizon is known; none of a short series."""
    whole, generator = series.backtest, np.random.default_rng([seed, 1])
    if whole.periods < FEWEST_PERIODS:
        return
    ages = backtest.horizon(whole)
    last, first = whole.periods - ages - 1, whole.first + max(8, ages // 2)
    for one in pool.forecasts(whole, ages, reference, seed=seed, until=last):
        came = backtest.aged(whole.scores, np.array([one.origin]), ages)[0]
        wanted = one.origin >= first and (one.origin - first) % STRIDE == 0
        if wanted and np.isfinite(came).any():
            yield _judged(one, came, generator)


def _judged(one: Forecast, came: Floats, generator: np.random.Generator) -> Judged:
    past = one.past
    plain = unchanged(past, generator)
    bounds = [past.known.no_skill + share * past.skill for share in SHARES]
    chances = [breach.chance(breach.ages(one.draws, bound), past.ages) for bound in bounds]
    raw = [float(np.mean(breach.ages(plain, bound) <= past.ages)) for bound in bounds]
    ours = _score(one.draws, one.said[FINAL], came, bounds, past.skill, chances)
    theirs = _score(plain, scoring.quantiles(plain), came, bounds, past.skill, raw)
    breached = [_age(came, bound) <= past.ages for bound in bounds]
    return Judged(
        past.now, ours, theirs, np.array(chances), np.array(breached), _updated(one, came)
    )


def _score(
    draws: Floats,
    said: Floats,
    came: Floats,
    bounds: list[float],
    skill: float,
    chances: list[float],
) -> Score:
    ages, per_bound = draws.shape[1], []
    for bound, chance in zip(bounds, chances, strict=True):
        true, drawn = _age(came, bound), breach.ages(draws, bound)
        low, high = np.quantile(drawn, (scoring.LOW, scoring.HIGH), method="inverted_cdf")
        wrong = (chance - (true <= ages)) ** 2
        per_bound.append([scoring.crps(drawn, true) / ages, wrong, low <= true <= high])
    crps, brier, covers = np.mean(per_bound, axis=0)
    mae = float(np.nanmean(np.abs(said[1] - came)) / skill)
    return Score(mae, float(np.nanmean(scoring.inside(said, came))), crps, brier, covers)


def _updated(one: Forecast, came: Floats) -> tuple[float, float]:
    seen = int(one.past.ages * SEEN)
    after = update.updated(one, came[:seen], seed=one.origin)
    rest = slice(seen, one.past.ages)
    kept = np.isfinite(came[rest])
    if not kept.any():
        return float("nan"), float("nan")
    before, later = (
        float(np.mean(scoring.interval_score(said[:, rest], came[rest])[kept]) / one.past.skill)
        for said in (one.said[FINAL], after)
    )
    return before, later


def _age(came: Floats, bound: float) -> float:
    return float(breach.ages(came[None], bound)[0])
