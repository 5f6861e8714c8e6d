"""What a contract promises of a model, on the scale that its fits are scored on.

The goal in the usual metric of the task; else the first goal that scores alone tell. A goal in
money, or in decisions at a threshold, is none of them: a threshold is chosen on other rows.
"""

from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate, Limit
from mainstay.stats.blocks import Floats
from mainstay.trainer import skill
from mainstay.trainer.skill import METRIC, Scale

KEPT = 0.9
"""Of the skill of a fresh model, where no goal says what is promised."""
SHARE = f"{KEPT * 100:.0f} %"
ASSUMED = f"{SHARE} of today's skill: no goal of this contract can be foreseen"


class Promise(NamedTuple):
    """limit: the strictest goal in the metric of the scale; None where nobody stated one."""

    scale: Scale
    limit: Limit | None

    @property
    def words(self) -> str:
        """What it is that has to hold."""
        return ASSUMED if self.limit is None else f"{self.scale.metric} {self.limit}"

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
        return Estimate(self.scale.value(score.value), low, high, score.n, self.scale.metric)


def promise(contract: Contract, label: Floats) -> Promise:
    """label: of the training rows, as numbers."""
    task, stated = contract.objective.task, contract.objective.good_enough
    told = [one.metric for one in stated if skill.tells(one.metric, task)]
    metric = next((one for one in told if one == METRIC[task]), told[0] if told else METRIC[task])
    scale = skill.scale(metric, task, label)
    limits = [one.limit for one in stated if one.metric == metric]
    return Promise(scale, max(limits, key=lambda one: scale.score(one.bound), default=None))
