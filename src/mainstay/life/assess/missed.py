"""What a predicted value earns by its goal, where being off costs by the unit.

A mean error of M costs at least M times the cheaper side and at most M times the dearer one,
however errors are spread over both; in the middle as if half of them lay on each side.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate, Evidence
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.baselines import Judged
from mainstay.life.assess.findings import exact, finding
from mainstay.life.assess.money import SUBJECT
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.stakes import NOTHING
from mainstay.life.assess.worth import (
    ASKED,
    EVEN,
    GOAL,
    PER_DAY,
    VOLUME,
    a_month,
    above,
    goals,
    worth_a_month,
)
from mainstay.stats import bootstrap, value
from mainstay.stats.bootstrap import Measure
from mainstay.stats.metrics import mean
from mainstay.trainer.measures import earned, kinds

SHIFT = "answers that cost least"
ANY_SPREAD = "errors on either side; block bootstrap over days, 95 %"
IDLE = "nothing: one answer for all, the cheapest in hindsight"
OUT_OF_STRETCH = "the rule's answers, all moved by so much; on the rows it was judged on"


class Sides(NamedTuple):
    """What a unit costs on the cheaper and on the dearer side, and a decision by a rival, > 0.

    idle: of who answers all rows alike, in hindsight as cheaply as one answer can be.
    """

    cheaper: float
    dearer: float
    rule: Estimate
    idle: Estimate
    running: float


def missed(contract: Contract, seen: Seen, judged: Judged, *, seed: int) -> Iterator[Evidence]:
    """Break-even error, money at the goal, volume and money a month; how far to answer higher.

    Only of costs that are the same for all rows is the money of a mean error bounded.
    """
    stated = contract.objective.value
    if stated is None or contract.objective.task != "regression":
        return
    yield from _shift(contract, judged)
    if contract.objective.amounts:  # of which worth tells the volume
        return
    sides = _sides(contract, judged, seed)
    if sides.dearer <= 0:
        return
    unit = f"{stated.currency} per 1,000"
    yield finding(EVEN, SUBJECT, ANY_SPREAD, _needed(sides, 0.0), "the mean error of a model")
    most, asked = _mae(contract), goals(contract)[1]
    if asked is not None:
        yield finding(ASKED, SUBJECT, ANY_SPREAD, _needed(sides, asked), f"for {asked:g}")
    volume = a_month(seen, seed=seed)
    yield finding(VOLUME, contract.data.decisions.time, PER_DAY, volume)
    found = None
    if most is not None:
        found, idle = (_at_goal(sides, one, most, unit) for one in (sides.rule, sides.idle))
        yield finding(GOAL, f"mae {most:g}", ANY_SPREAD, found, "above the rule")
        yield finding(above(NOTHING), f"mae {most:g}", ANY_SPREAD, idle, IDLE)
    promised = exact(asked, len(judged.label), unit) if asked is not None else None
    promised = promised or found
    if promised is not None:
        yield worth_a_month(stated, promised, volume, seen, ANY_SPREAD)


def _mae(contract: Contract) -> float | None:
    """The strictest goal."""
    stated = contract.objective.good_enough
    return min((one.limit.bound for one in stated if one.metric == "mae"), default=None)


def _shift(contract: Contract, judged: Judged) -> Iterator[Evidence]:
    """An answer in the middle is not the cheapest where one side costs more."""
    over, under = _costs(contract, judged)
    if not over.any() and not under.any():
        return
    by = value.cheapest_shift(judged.label, judged.said, over, under)
    share = float(under.sum() / (over.sum() + under.sum()))
    note = f"train the quantile {share:.2g}, for example objective='quantile', alpha={share:.2g}"
    yield finding(SHIFT, SUBJECT, OUT_OF_STRETCH, exact(by, len(judged.label)), note)


def _sides(contract: Contract, judged: Judged, seed: int) -> Sides:
    stated = contract.objective.value
    assert stated is not None, "money is counted where it is stated"
    costs = sorted(abs(float(one)) for one in kinds(contract))
    answers = (judged.decided, np.full_like(judged.label, _idle(contract, judged)))
    each = [-earned(contract, judged.label, said) for said in answers]
    measures = [Measure(mean(one), (judged.day,)) for one in each]
    rule, idle = (one.estimate for one in bootstrap.intervals(measures, seed=seed))
    return Sides(costs[0], costs[1], rule, idle, -stated.per_1000_predictions / 1000)


def _idle(contract: Contract, judged: Judged) -> float:
    over, under = _costs(contract, judged)
    return value.cheapest_shift(judged.label, np.zeros(len(judged.label)), over, under)


def _costs(contract: Contract, judged: Judged) -> tuple[Floats, Floats]:
    """Of each row, by the unit over and under; above 0."""
    over, under = (
        np.broadcast_to(-np.asarray(one), judged.label.shape)
        for one in kinds(contract, judged.payoffs)
    )
    return over, under


def _needed(sides: Sides, above: float) -> Estimate:
    """The mean error that earns so much per 1,000 more than the rule."""
    room = above / 1000 + sides.running
    low, found, high = (one - room for one in (sides.rule.low, sides.rule.value, sides.rule.high))
    middle = (sides.cheaper + sides.dearer) / 2
    most = high / sides.cheaper if sides.cheaper > 0 else np.inf
    return Estimate(
        max(found / middle, 0.0), max(low / sides.dearer, 0.0), max(most, 0.0), sides.rule.n, "mae"
    )


def _at_goal(sides: Sides, rival: Estimate, most: float, unit: str) -> Estimate:
    """Money per 1,000 more than a rival costs, by a mean error of so much."""
    middle = (sides.cheaper + sides.dearer) / 2
    ends = (
        rival.value - middle * most,
        rival.low - sides.dearer * most,
        rival.high - sides.cheaper * most,
    )
    found, low, high = (1000 * (one - sides.running) for one in ends)
    return Estimate(found, low, high, rival.n, unit)
