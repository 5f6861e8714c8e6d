"""When to retrain, by ours and by others, lived through a backtest period by period."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mainstay.stats.forecasts import backtest, paths, retraining
from mainstay.stats.forecasts.backtest import Backtest

DELAY, RECENT, BELOW = 1, 3, 0.9
"""Of the threshold rule: periods until labels are there, scores in its mean, share of skill."""


class Moment(NamedTuple):
    """What a policy is asked at: the model in use was cut at `cut`, period `now` has ended.

    known: its scores have no column later than now. end: the last period that counts. cost: of a
    retraining, in units of score x periods; skill: of the model when the horizon began.
    """

    known: Backtest
    cut: int
    now: int
    end: int
    cost: float
    skill: float


Policy = Callable[[Moment], bool]
"""Whether to retrain now."""


class Lived(NamedTuple):
    """Mean score, and how often it was retrained after the first model."""

    score: float
    retrained: int

    def cost(self, cost: float, ages: int) -> float:
        """Per period, less is better."""
        return cost * self.retrained / ages - self.score


def lived(whole: Backtest, since: int, ages: int, policy: Policy, cost: float) -> Lived:
    """A model cut at `since` used for so many periods, retrained whenever the policy says so."""
    cut, retrained, scores, skill = since, 0, [], backtest.skill(whole, since)
    for now in range(since + 1, since + ages + 1):
        scores.append(whole.scores[cut, now])
        if now < since + ages:
            known = whole._replace(scores=whole.scores[:, : now + 1])
            if policy(Moment(known, cut, now, since + ages, cost, skill)):
                cut, retrained = now, retrained + 1
    known = [score for score in scores if np.isfinite(score)]
    return Lived(float(np.mean(known)) if known else float("nan"), retrained)


def every(periods: int) -> Policy:
    """A calendar."""
    return lambda moment: moment.now - moment.cut == periods


def threshold(moment: Moment) -> bool:
    """Once the mean of the last scores with labels is below a share of the skill it began with."""
    scores = moment.known.scores[moment.cut, moment.cut + 1 : moment.now + 1 - DELAY]
    bound = moment.known.no_skill + BELOW * moment.skill
    recent = scores[-RECENT:]
    enough = len(scores) >= 2 and bool(np.isfinite(recent).any())
    return enough and float(np.nanmean(recent)) < bound


def planned(known: Backtest, now: int, ages: int, cost: float) -> Policy:
    """Ours: the cheapest interval by the isotonic gap of age, as it is known when it begins."""
    lost = retraining.staleness(paths.gaps(known, now, ages))
    return every(retraining.cheapest(lost, cost).periods)
