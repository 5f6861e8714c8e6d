"""How long a model that is cut now keeps a promise, and how sure that is."""

from typing import NamedTuple

import numpy as np

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, breach, pool, scoring
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.grade import Grade, grade
from mainstay.stats.forecasts.past import longest
from mainstay.stats.forecasts.pool import Forecast


class ShelfLife(NamedTuple):
    """breach: age of the first breach in periods, 80 % interval; None of grade D.

    An age of `seen` + 1 means: not within the ages ever seen; nothing beyond them is said.
    chance: of a breach within them. path: (3, seen), low, median and high of the score.
    """

    grade: Grade
    seen: int
    breach: Estimate | None
    chance: float | None
    path: Floats
    forecast: Forecast | None


def remaining(draws: Floats, bound: float, over: int) -> Estimate | None:
    """Age of the first breach of those draws that have none in the first `over` ages, 80 %.

    draws: (draws, ages); None where no draw holds so long.
    """
    ages = breach.ages(draws, bound)
    holding = ages[ages > over]
    if not len(holding):
        return None
    low, middle, high = np.quantile(holding, scoring.TAILS, method="inverted_cdf")
    return Estimate(float(middle), float(low), float(high), len(holding), "periods")


def shelf_life(
    whole: Backtest, now: int, bound: float, reference: Floats, *, seed: int
) -> ShelfLife:
    """bound: the least score promised; a breach is of the mean of `breach.WINDOWS` scores.

    reference: `library.reference` of at least `backtest.horizon` ages.
    """
    ages = backtest.horizon(whole)
    found = pool.latest(backtest.as_of(whole, now), now, ages, reference, seed=seed)
    kind = grade(found)
    if found is None or kind is Grade.D:
        return ShelfLife(Grade.D, 0, None, None, np.empty((3, 0)), None)
    seen = longest(found.past)
    draws = found.draws[:, :seen]
    breaches = breach.ages(draws, bound)
    low, middle, high = np.quantile(breaches, scoring.TAILS, method="inverted_cdf")
    age = Estimate(float(middle), float(low), float(high), len(found.past.paths), "periods")
    return ShelfLife(
        kind, seen, age, breach.chance(breaches, seen), scoring.quantiles(draws), found
    )
