"""Straight lines of age: one through all paths, or one drawn for each model."""

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import paths
from mainstay.stats.forecasts.backtest import Cuts
from mainstay.stats.forecasts.past import Past
from mainstay.stats.forecasts.paths import DRAWS

FEWEST = 4
"""Paths from which it is learnt how lines differ; with fewer one line does for all."""
LEAST = 3


def straight(past: Past, generator: np.random.Generator) -> Floats:
    """Least squares of all known cells on age, with their residual standard deviation."""
    known, age = np.isfinite(past.paths), np.arange(1, past.ages + 1)
    x = np.broadcast_to(age, past.paths.shape)[known]
    line, residual = _line(x, past.paths[known])
    noise = generator.normal(0, residual, (DRAWS, past.ages))
    return np.asarray(past.level + past.skill * (line[0] + line[1] * age + noise))


def slopes(past: Past, generator: np.random.Generator) -> Floats:
    """Intercept and slope of each draw from the normal law of those of past paths.

    Of paths with at least LEAST cells and a third of the ages; their mean residual standard
    deviation is the noise. As `straight` where there are fewer than FEWEST.
    Source: Laird and Ware (1982), Random-Effects Models for Longitudinal Data (its moments only).
    """
    lines = _lines(past)
    if len(lines) < FEWEST:
        return straight(past, generator)
    spread = np.cov(lines[:, :2].T) + 1e-8 * np.eye(2)
    law = generator.multivariate_normal(lines[:, :2].mean(axis=0), spread, DRAWS)
    noise = generator.normal(0, lines[:, 2].mean(), (DRAWS, past.ages))
    age = np.arange(1, past.ages + 1)
    return past.level + past.skill * (law[:, :1] + law[:, 1:] * age + noise)


def _lines(past: Past) -> Floats:
    """(paths, 3): intercept, slope and residual standard deviation."""
    whole, least = paths.filled(past.paths), max(LEAST, past.ages // 3)
    found = []
    for path in whole:
        length = int(np.isfinite(path).sum())
        if length >= least:
            line, residual = _line(np.arange(1, length + 1), path[:length])
            found.append([*line, residual])
    return np.array(found).reshape(-1, 3)


def _line(age: Cuts, value: Floats) -> tuple[Floats, float]:
    if not len(age):
        return np.zeros(2), 0.0
    design = np.column_stack([np.ones(len(age)), age])
    line = np.asarray(np.linalg.lstsq(design, value)[0], dtype=np.float64)
    return line, float(np.std(value - design @ line))
