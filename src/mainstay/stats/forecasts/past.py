"""What a forecaster is given at one moment: nothing of it comes from later."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, paths
from mainstay.stats.forecasts.backtest import Backtest


class Past(NamedTuple):
    """known: the backtest as of now, NaN beyond. paths, gaps: (cuts, ages), `paths.paths`.

    reference: (paths, ages) of other models, may be empty. level, skill: of the model cut now.
    """

    known: Backtest
    now: int
    ages: int
    level: float
    skill: float
    fresh: Floats
    paths: Floats
    gaps: Floats
    reference: Floats


Expert = Callable[[Past, np.random.Generator], Floats]
"""Draws of what the model cut now will score at ages 1, 2, ...: (paths.DRAWS, ages)."""


def past(whole: Backtest, now: int, ages: int, reference: Floats) -> Past:
    """reference: paths of at least that many ages, of models of other data."""
    known = backtest.as_of(whole, now)
    fresh = backtest.fresh(known, now)
    return Past(
        known=known,
        now=now,
        ages=ages,
        level=backtest.level(known, now),
        skill=backtest.skill(known, now),
        fresh=fresh[np.isfinite(fresh)],
        paths=paths.paths(known, now, ages),
        gaps=paths.gaps(known, now, ages),
        reference=reference,
    )


def longest(one: Past) -> int:
    """The greatest age at which any model was ever seen, at most the ages asked for."""
    seen = np.flatnonzero(np.isfinite(one.paths).any(axis=0))
    return int(seen[-1]) + 1 if len(seen) else 0


def scored(one: Past) -> int:
    """Periods after the training window in which anything was measured."""
    return len(one.fresh)
