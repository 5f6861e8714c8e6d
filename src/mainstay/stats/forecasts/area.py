"""Which of two models is better over a life: the area between their ageing curves.

A fresh model is nearly always ahead in its first days; what counts is the mean score over all the
ages at which it will answer, against the other one in the same periods, older by as much as it is.
Both are read from backtests: of every past cut the difference of the two over such a life.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, paths
from mainstay.stats.forecasts.ageing import mean
from mainstay.stats.forecasts.backtest import Backtest, Cuts

LEVEL = 0.95


class Life(NamedTuple):
    """Ages of the challenger, in periods, first and last included; older: by how much the champion

    is, 0 where both were trained until the same day.
    """

    first: int
    last: int
    older: int


def area(challenger: Backtest, champion: Backtest, life: Life) -> Estimate:
    """Mean score of the challenger less that of the champion over a life, 95 %; n counts past cuts.

    Backtests of the same periods. Lives of neighbouring cuts overlap, and so do the windows that
    they are trained on: the longer of the two is taken as one independent cut.
    """
    found = past(challenger, champion, life)
    ages = life.last - life.first + 1
    spell = max(ages, min(challenger.training, champion.training))
    return mean(found, len(found) / spell, LEVEL)


def past(challenger: Backtest, champion: Backtest, life: Life) -> Floats:
    """The difference of every past cut whose life was scored to its end, shape (cuts,)."""
    first = max(challenger.first, champion.first + life.older)
    at = np.arange(first, challenger.periods - life.first)
    ours = backtest.aged(challenger.scores, at, life.last)
    theirs = backtest.aged(champion.scores, at - life.older, life.last + life.older)
    apart = paths.filled((ours - theirs[:, life.older :])[:, life.first - 1 :])
    return np.asarray(apart.mean(axis=1)[np.isfinite(apart).all(axis=1)])


def common(one: Backtest, begins: Cuts, other: Backtest, others: Cuts) -> tuple[Backtest, Backtest]:
    """Both of the periods that both have; begins: when each period of a backtest begins."""
    both = np.intersect1d(begins, others)
    return _of(one, np.isin(begins, both)), _of(other, np.isin(others, both))


def _of(one: Backtest, kept: NDArray[np.bool_]) -> Backtest:
    return one._replace(scores=one.scores[np.ix_(kept, kept)])
