"""Retraining by every policy from many moments of a backtest: regret against the best calendar."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bench.forecasting import cara, upf
from bench.forecasting.matrices import Series
from bench.forecasting.policies import Policy, every, lived, planned, threshold
from mainstay.stats.forecasts import backtest
from mainstay.stats.forecasts.backtest import Backtest

COSTS = (0.01, 0.05, 0.2)
"""Of a retraining, in periods of a fresh model's skill."""
FEWEST_PERIODS = 30
OURS, NEVER = "planned", 10**6
FIXED: dict[str, Policy] = {
    "every_period": every(1),
    "every_4": every(4),
    "threshold": threshold,
    "never": every(NEVER),
}
"""What the best single one of is what the ratio of the summary is against."""
OTHERS = ("every_2", "every_8", "upf", *cara.RULES)


class Judged(NamedTuple):
    """Regret per period by policy, in shares of skill, of one origin and one cost."""

    origin: int
    cost: float
    regret: dict[str, float]


def judged(series: Series, *, seed: int) -> Iterator[Judged]:
    """One for each cost of some origins whose whole horizon is known; none of a short series."""
    whole = series.backtest
    if whole.periods < FEWEST_PERIODS:
        return
    ages = backtest.horizon(whole)
    for origin in range(whole.first + max(8, ages), whole.periods - ages, max(1, ages // 6)):
        skill = backtest.skill(whole, origin)
        if np.isfinite(skill):
            yield from _judged(whole, origin, ages, [share * skill for share in COSTS], seed)


def _judged(
    whole: Backtest, origin: int, ages: int, costs: list[float], seed: int
) -> Iterator[Judged]:
    skill, known = backtest.skill(whole, origin), backtest.as_of(whole, origin)
    calendars = [lived(whole, origin, ages, every(one), 0.0) for one in range(1, ages + 1)]
    tuned = {rule: cara.tuned(rule, known, origin, ages, costs) for rule in cara.RULES}
    for at, (share, cost) in enumerate(zip(COSTS, costs, strict=True)):
        policies = {
            OURS: planned(known, origin, ages, cost),
            **FIXED,
            "every_2": every(2),
            "every_8": every(8),
            "upf": upf.policy(seed),
            **{rule: some[at] for rule, some in tuned.items()},
        }
        best = min(one.cost(cost, ages) for one in calendars)
        regret = {
            name: (lived(whole, origin, ages, policy, cost).cost(cost, ages) - best) / skill
            for name, policy in policies.items()
        }
        if np.isfinite(list(regret.values())).all():
            yield Judged(origin, share, regret)
