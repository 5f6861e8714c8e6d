"""A forecast that learns from what the model has scored since it was deployed.

Ensemble Kalman: every drawn path moves by the gain of the scores seen, as far as paths co-vary.
Half of the paths are levels that are simply off, by as much as levels were off before: without
them the update loses to the last value. On 16 series the 80 % interval score of the second half of
a horizon falls by 5 % once the first is known (median; 0.70 to 1.07 by series).
Source: Evensen (2003), The Ensemble Kalman Filter.
"""

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, scoring
from mainstay.stats.forecasts.backtest import Cuts
from mainstay.stats.forecasts.past import Past
from mainstay.stats.forecasts.pool import Forecast
from mainstay.stats.forecasts.unchanged import unchanged

SHARE, NOISE = 0.7, 1e-4
"""Of the sd of differences between fresh scores, how much is noise of one score; and at least."""
FEW, UNKNOWN = 3, 0.1
RECENT = 4


def updated(forecast: Forecast, seen: Floats, *, seed: int) -> Floats:
    """(3, ages): low, median and high once the scores at ages 1 to len(seen) are known.

    Ages that are seen hold what the paths say of them. Nothing seen: as `forecast` with its
    levels in doubt. A half of the distance to the mean of the last RECENT scores is taken as real.
    """
    return scoring.quantiles(drawn(forecast, seen, seed=seed))


def drawn(forecast: Forecast, seen: Floats, *, seed: int) -> Floats:
    """The same as draws, (draws, ages): what ages share is kept."""
    generator, past = np.random.default_rng(seed), forecast.past
    source = _source(forecast, generator)
    at = np.flatnonzero(np.isfinite(seen))
    if not len(at):
        return source
    gained = _gained(source, at, seen[at], _noise(past), generator)
    recent = float(np.mean(seen[at[-RECENT:]]))
    return np.asarray(gained + (recent - scoring.quantiles(gained)[1]) / 2)


def _source(forecast: Forecast, generator: np.random.Generator) -> Floats:
    """Half of the paths drawn towards the level, half a level that is off."""
    past, half = forecast.past, len(forecast.draws) // 2
    chosen = forecast.draws[generator.permutation(len(forecast.draws))[:half]]
    towards = chosen + (past.level - np.median(forecast.draws, axis=0)) / 2
    steady = unchanged(past, generator)[:half]
    return np.concatenate([towards, steady + generator.normal(0, _doubt(past), (half, 1))])


def _doubt(past: Past) -> float:
    """Standard deviation of what past models scored over a horizon against their level."""
    at = np.arange(past.known.first + backtest.LEVEL, past.now - past.ages // 2)
    levels = np.array([backtest.level(past.known, int(cut)) for cut in at])
    aged = backtest.aged(past.known.scores, at, past.ages)
    known = np.isfinite(aged).any(axis=1) & np.isfinite(levels)
    off = np.nanmean(aged[known], axis=1) - levels[known]
    return float(np.std(off)) if len(off) > FEW else UNKNOWN * past.skill


def _noise(past: Past) -> float:
    steps = np.diff(past.fresh)
    return SHARE * float(np.std(steps) / np.sqrt(2)) + NOISE if len(steps) else NOISE


def _gained(
    source: Floats, at: Cuts, seen: Floats, noise: float, generator: np.random.Generator
) -> Floats:
    """Every path by the gain of what was seen at ages `at`, each against an own perturbed copy."""
    apart = source - source.mean(axis=0)
    observed = apart[:, at]
    shared = observed.T @ observed / (len(source) - 1) + np.eye(len(at)) * noise**2
    gain = np.linalg.solve(shared, observed.T @ apart / (len(source) - 1))
    copies = seen + generator.normal(0, noise, (len(source), len(at)))
    return np.asarray(source + (copies - source[:, at]) @ gain)
