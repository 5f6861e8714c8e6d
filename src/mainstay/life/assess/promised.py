"""What a contract promises of a model, each goal on the scale that fits are scored on for it.

The first of them is the goal in the usual metric of the task; else the first that scores alone
tell; else the first there is.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mainstay.contract.metrics import VALUE, Metric
from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate, Limit
from mainstay.trainer import skill
from mainstay.trainer.skill import METRIC, Scale
from mainstay.trainer.trial import Ground

KEPT = 0.9
"""Of the skill of a fresh model, where no goal says what is promised."""
SHARE = f"{KEPT * 100:.0f} %"
ASSUMED = f"{SHARE} of today's skill: no goal of this contract can be foreseen"


class Promise(NamedTuple):
    """limit: the strictest goal in the metric of the scale; None where nobody stated one.

    currency: of a goal in money.
    """

    scale: Scale
    limit: Limit | None
    currency: str = ""

    @property
    def words(self) -> str:
        """What it is that has to hold."""
        if self.limit is None:
            return ASSUMED
        return f"{self.scale.metric} {self.limit}{f' {self.currency}' if self.currency else ''}"

    @property
    def unit(self) -> str:
        """What a value of the metric is in."""
        if not self.currency:
            return self.scale.metric
        above = "" if self.scale.metric == "value_per_1000" else " above the rule"
        return f"{self.currency} per 1,000{above}"

    @property
    def bound(self) -> float | None:
        """The least score."""
        return None if self.limit is None else self.scale.score(self.limit.bound)

    def least(self, level: float) -> float:
        """The least score, by what a fresh model scores where it is not stated."""
        no_skill = self.scale.no_skill
        return no_skill + KEPT * (level - no_skill) if self.bound is None else self.bound

    def value(self, score: Estimate) -> Estimate:
        """Of the metric: a high score may be a low loss."""
        low, high = sorted((self.scale.value(score.low), self.scale.value(score.high)))
        return Estimate(self.scale.value(score.value), low, high, score.n, self.unit)

    def amount(self, scores: Estimate) -> Estimate:
        """A difference of scores, in money where the goal is."""
        if not self.currency:
            return scores
        value, low, high = (
            self.scale.span * one for one in (scores.value, scores.low, scores.high)
        )
        return Estimate(value, low, high, scores.n, self.unit)


def promises(ground: Ground) -> tuple[Promise, ...]:
    """Every goal that fits can be scored by, one a metric; ground: all rows that are fitted on.

    One without a limit, in the usual metric, where no goal is such.
    """
    task, stated = ground.task, ground.contract.objective.good_enough
    metrics = dict.fromkeys(one.metric for one in stated if skill.foretells(one.metric))
    if not metrics:
        return (Promise(skill.scale(METRIC[task], ground), None),)
    ordered = sorted(metrics, key=lambda one: (one != METRIC[task], not skill.tells(one, task)))
    return tuple(_promise(one, ground) for one in ordered)


def unforeseen(contract: Contract) -> Iterator[tuple[Metric, Limit]]:
    """The goals that no fit can be scored by."""
    for one in contract.objective.good_enough:
        if not skill.foretells(one.metric):
            yield one.metric, one.limit


def told(value: float) -> str:
    """To three digits, or to the whole number.

    >>> told(0.12345), told(4812.5)
    ('0.123', '4,812')
    """
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _promise(metric: Metric, ground: Ground) -> Promise:
    scale, objective = skill.scale(metric, ground), ground.contract.objective
    limits = [one.limit for one in objective.good_enough if one.metric == metric]
    paid = objective.value.currency if objective.value and metric in VALUE else ""
    return Promise(scale, max(limits, key=lambda one: scale.score(one.bound)), paid)
