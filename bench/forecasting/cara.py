"""CARA, cost-aware retraining, re-implemented on a backtest: three rules tuned on the past.

The staleness of the model in use is what it scores less than in its first period. Retrain once
that is above a bound (threshold), once it has added up to a bound (cumulative), or every so many
periods (periodic); the bound is the one that would have cost least in the past. The paper estimates
staleness from rows near each query; here the labels of each period are given, which knows more.
Source: Mahadevan and Mathioudakis (2024), Cost-aware retraining for machine learning, KBS 293.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bench.forecasting.policies import Moment, Policy, every, lived
from bench.forecasting.tables import Floats
from mainstay.stats.forecasts import backtest
from mainstay.stats.forecasts.backtest import Backtest

BOUNDS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""In shares of skill, of a period's staleness or of its sum."""
WINDOWS = 6
"""Stretches of the past that rules are tried on, at most."""


def threshold(bound: float) -> Policy:
    """On the staleness of the last period."""
    return lambda moment: _last(_stale(moment)) > bound * moment.skill


def cumulative(bound: float) -> Policy:
    """On the staleness of all periods since the cut."""
    return lambda moment: float(np.nansum(_stale(moment))) > bound * moment.skill


RULES: dict[str, tuple[Callable[[float], Policy], tuple[float, ...]]] = {
    "cara_threshold": (threshold, BOUNDS),
    "cara_cumulative": (cumulative, BOUNDS),
    "cara_periodic": (lambda periods: every(int(periods)), (1, 2, 3, 4, 6, 8, 13, 26)),
}


def tuned(rule: str, known: Backtest, now: int, ages: int, costs: Sequence[float]) -> list[Policy]:
    """For each cost the rule with the bound that would have cost least over stretches of the past.

    known: nothing later than now. The middle bound where the past is too short for a stretch.
    """
    made, bounds = RULES[rule]
    starts = _starts(known, now, ages)
    if not starts:
        return [made(bounds[len(bounds) // 2])] * len(costs)
    tried = [[lived(known, at, ages, made(bound), 0.0) for at in starts] for bound in bounds]
    return [
        made(bounds[int(np.argmin([np.mean([one.cost(cost, ages) for one in some])
                                   for some in tried]))])
        for cost in costs
    ]  # fmt: skip


def _starts(known: Backtest, now: int, ages: int) -> list[int]:
    possible = [
        at for at in range(known.first + backtest.LEVEL, now - ages + 1)
        if np.isfinite(backtest.skill(known, at))
    ]  # fmt: skip
    return possible[:: max(1, len(possible) // WINDOWS)]


def _stale(moment: Moment) -> Floats:
    """(periods since the cut,): how much less than in the first of them."""
    scores = moment.known.scores[moment.cut, moment.cut + 1 : moment.now + 1]
    return np.maximum(scores[0] - scores, 0.0)


def _last(stale: Floats) -> float:
    return float(stale[-1]) if np.isfinite(stale[-1]) else 0.0
