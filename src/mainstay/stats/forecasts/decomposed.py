"""How hard a period is, and what age costs in it, forecast apart and added.

A fresh model shows how hard its period is: an autoregression, with the year before where a year
is known. What age costs is the gap to a fresh model in the same period, drawn as whole paths.
Source: classical decomposition with an AR(1) remainder; Chatfield (2003), chapter 5.
"""

from typing import NamedTuple

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, paths
from mainstay.stats.forecasts.past import Past
from mainstay.stats.forecasts.paths import DRAWS

STRONGEST = 0.98
SEASONS, BEYOND = 1.25, 4
"""A season is used once so many of it, and so many periods more, were seen."""
FEWEST = 3


class _Memory(NamedTuple):
    """f[t + 1] - mean = strength (f[t] - mean) + N(0, noise)."""

    mean: float
    strength: float
    noise: float
    doubt: float


def decomposed(past: Past, generator: np.random.Generator) -> Floats:
    """Fresh scores by an AR(1) whose mean is drawn with its own error, plus paths of gaps."""
    return _fresh(past, generator) + paths.drawn(past.gaps, DRAWS, generator)


def seasonal(past: Past, plain: Floats) -> Floats:
    """Draws with what the same time of last year was off by, as far as years are alike.

    plain: draws of `decomposed`. Anomalies are smoothed over three periods, and weigh
    clip(autocorrelation at one season, 0, 1) n / (n + season / 2), n being its pairs.
    """
    season, first = past.known.season, past.known.first
    series = backtest.fresh(past.known, past.now)
    if not season or len(series) < SEASONS * season + BEYOND:
        return plain
    centred = np.where(np.isfinite(series), series - np.nanmean(series), 0.0)
    then, now = centred[:-season], centred[season:]
    alike = np.clip(now @ then / (then @ then + 1e-12), 0, 1)
    weight = alike * len(now) / (len(now) + season / 2)
    at = past.now + np.arange(past.ages) - season - first
    inside = (at >= 0) & (at < len(series))
    anomaly = np.where(inside, centred[np.clip(at, 0, len(series) - 1)], 0.0)
    smooth = np.convolve(np.pad(anomaly, 1, "edge"), np.ones(3) / 3, "valid")
    return np.asarray(plain + weight * smooth)


def _fresh(past: Past, generator: np.random.Generator) -> Floats:
    memory = _memory(past.fresh)
    mean = memory.mean + generator.normal(0, memory.doubt, DRAWS)
    found, now = np.empty((past.ages, DRAWS)), np.full(DRAWS, past.fresh[-1])
    for age in range(past.ages):
        now = mean + memory.strength * (now - mean) + generator.normal(0, memory.noise, DRAWS)
        found[age] = now
    return found.T


def _memory(fresh: Floats) -> _Memory:
    """By regression of each score on the one before, + 1 / n for its known bias."""
    count, mean = len(fresh), float(np.mean(fresh))
    before, after = fresh[:-1] - mean, fresh[1:] - mean
    if count < FEWEST:
        return _Memory(mean, 0.0, 0.0, 0.0)
    strength = float(np.clip(after @ before / (before @ before + 1e-12) + 1 / count, 0, STRONGEST))
    noise = float(np.std(after - strength * before) * np.sqrt(1 + 4 / count))
    lasting = (1 + strength) / (1 - strength + 0.02)
    return _Memory(mean, strength, noise, float(np.std(fresh) * np.sqrt(lasting / count)))
