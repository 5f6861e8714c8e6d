"""What a model is worth by its goal, and how good it must be to be worth anything.

Rivals are those of `money`: the rule of the contract, acting always, never. What a ROC AUC earns
hangs on the shape of the curve: intervals hold what any concave curve could earn, over days.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mainstay.contract.model import Contract
from mainstay.contract.objective import Value
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, known
from mainstay.life.assess.alone import Codes, Floats
from mainstay.life.assess.baselines import Judged
from mainstay.life.assess.findings import exact, finding, gate
from mainstay.life.assess.money import OVER, SUBJECT, rivals
from mainstay.life.assess.seen import DAY, Seen
from mainstay.stats import bootstrap, earning
from mainstay.stats.blockwise import Finish, Summed
from mainstay.stats.metrics import mean
from mainstay.stats.value import per_row
from mainstay.trainer.measures import worth as matrix_of

EVEN, GOAL, ASKED = "break-even quality", "worth at the goal", "quality for the money goal"
VOLUME, MONTH = "decisions a month", "worth a month"
MONTH_DAYS, WEEK = 30, 7
CENTS = 6  # digits of money: what lies behind them is rounding
NEAR = 0.01  # ROC AUC to both sides: what a point is worth there
ANY_CURVE = "any concave ROC curve, two normal ones as the value; block bootstrap over days, 95 %"
PER_DAY = f"decisions of a day times {MONTH_DAYS}; block bootstrap over weeks, else days, 95 %"
BELOW = (
    "a model at its goal may earn no more than the best rival: ask for more, or state"
    " {metric: value_over_baseline_per_1000, at_least: 0}"
)


class Stakes(NamedTuple):
    """What acting gains on a positive and loses on a negative, both above 0.

    running: what an answer costs, negative. never, rival: what leaving and the best rival earn on
    each row; shape (rows,), as are label and day.
    """

    gain: float
    loss: float
    never: Floats
    running: float
    label: Floats
    rival: Floats
    day: Codes


def worth(contract: Contract, seen: Seen, judged: Judged, *, seed: int) -> Iterator[Evidence]:
    """Break-even quality, money at the goal, volume and money a month.

    Nothing where no money is stated, or where acting is the better or the worse for every row.
    Where money hangs on the row, amounts decide beside scores, and no ROC AUC says what is earned.
    """
    value, stakes = contract.objective.value, _stakes(contract, judged)
    if value is not None and contract.objective.amounts:
        yield from promised_a_month(contract, value, seen, len(judged.label), seed=seed)
    if value is None or stakes is None:
        return
    unit = f"{value.currency} per 1,000"
    yield finding(EVEN, SUBJECT, ANY_CURVE, _needed(stakes, 0.0, seed), _running(value))
    auc, asked = goals(contract)
    if asked is not None:
        yield finding(ASKED, SUBJECT, ANY_CURVE, _needed(stakes, asked, seed), f"for {asked:g}")
    earned = None if auc is None else _earned(stakes, auc, seed, unit)
    if auc is not None and earned is not None:
        yield _at_goal(earned, auc, asked)
    volume = a_month(seen, seed=seed)
    yield finding(VOLUME, contract.data.decisions.time, PER_DAY, volume)
    promised = exact(asked, len(judged.label), unit) if asked is not None else earned
    if promised is not None:
        yield worth_a_month(value, promised, volume, seen, ANY_CURVE)


def promised_a_month(
    contract: Contract, value: Value, seen: Seen, rows: int, *, seed: int
) -> Iterator[Evidence]:
    """Volume, and what a goal in money comes to, if there is one."""
    asked, volume = goals(contract)[1], a_month(seen, seed=seed)
    yield finding(VOLUME, contract.data.decisions.time, PER_DAY, volume)
    if asked is not None:
        promised = exact(asked, rows, f"{value.currency} per 1,000")
        yield worth_a_month(value, promised, volume, seen, "the goal in money")


def goals(contract: Contract) -> tuple[float | None, float | None]:
    """The strictest goal in ROC AUC, and in money above the best rival; None where there is none"""
    stated = contract.objective.good_enough
    bounds = [
        [one.limit.bound for one in stated if one.metric == metric] for metric in ("roc_auc", OVER)
    ]
    auc, asked = (max(some, default=None) for some in bounds)
    return auc, asked


def a_point(contract: Contract, share: float, auc: float) -> float | None:
    """Money of a decision for a ROC AUC higher by 1, near `auc`; share: of positives, in (0, 1).

    None where no money is stated or it hangs on the row, or where more quality earns nothing there.
    """
    value = contract.objective.value
    if value is None or contract.objective.task != "binary" or not 0 < share < 1:
        return None
    if contract.objective.amounts:
        return None
    gain, loss = _sides(contract)
    if gain <= 0 or loss <= 0:
        return None
    slope = np.array((1 - share) * loss / (share * gain))
    low, high = earning.likely(np.clip(auc + np.array([-NEAR, NEAR]), 0.5, 1.0), slope)
    return float(high - low) / (2 * NEAR) * share * gain or None


def _sides(contract: Contract) -> tuple[float, float]:
    """What acting gains on a positive and loses on a negative, the same for all rows."""
    matrix = matrix_of(contract)
    gain = matrix.true_positive - matrix.false_negative
    return float(gain), float(matrix.true_negative - matrix.false_positive)


def a_month(seen: Seen, *, seed: int) -> Estimate:
    """Decisions in MONTH_DAYS days, from those of each day, days without any included."""
    at = (seen.when // DAY) - seen.when.min() // DAY
    counts = np.bincount(at).astype(np.float64) * (seen.counts.rows / len(seen.when))
    length = WEEK if len(counts) >= WEEK * bootstrap.FEWEST_BLOCKS else 1
    found = bootstrap.estimate(mean(counts), (np.arange(len(counts)) // length,), seed=seed)
    value, low, high = (MONTH_DAYS * one for one in (found.value, found.low, found.high))
    return Estimate(value, max(low, 0.0), high, len(counts))


def _stakes(contract: Contract, judged: Judged) -> Stakes | None:
    value = contract.objective.value
    if value is None or contract.objective.task != "binary" or contract.objective.amounts:
        return None
    gain, loss = _sides(contract)
    if gain <= 0 or loss <= 0 or not 0 < judged.label.mean() < 1:
        return None
    never = per_row(judged.label, np.zeros(len(judged.label)), matrix_of(contract))
    best, earned = rivals(contract, judged)
    running = value.per_1000_predictions / 1000
    return Stakes(gain, loss, never, running, judged.label, earned[best], judged.day)


def _needed(stakes: Stakes, above: float, seed: int) -> Estimate:
    """The ROC AUC that earns so much per 1,000 above the best rival."""
    ways = (earning.at_least_needed, earning.likely_enough, earning.surely_enough)

    def finish(total: Floats) -> Floats:
        positives, slope, short = _parts(stakes, total)
        reached = (short + above / 1000 * total[:, 0, 1]) / (positives * stakes.gain)
        return np.stack([way(reached, slope) for way in ways], axis=1)

    found = _bounds(stakes, finish, seed, "roc_auc")
    return bootstrap.within(found, 0.5, 1.0)


def _earned(stakes: Stakes, auc: float, seed: int, unit: str) -> Estimate:
    """Money per 1,000 above the best rival by a score of this ROC AUC."""
    ways = (earning.surely, earning.likely, earning.at_most)

    def finish(total: Floats) -> Floats:
        positives, slope, short = _parts(stakes, total)
        area = np.full(len(total), max(auc, 0.5))
        made = [positives * stakes.gain * way(area, slope) - short for way in ways]
        found = 1000 * np.stack(made, axis=1) / total[:, :1, 1]
        return np.round(found, CENTS) + 0.0  # sums in another order are no loss

    return _bounds(stakes, finish, seed, unit)


def _parts(stakes: Stakes, total: Floats) -> tuple[Floats, Floats, Floats]:
    """Positives, the slope of what errors cost, and what the rival earns above never acting."""
    positives = np.clip(total[:, 0, 0], 0.5, total[:, 0, 1] - 0.5)  # a resample may hold one class
    slope = (total[:, 0, 1] - positives) * stakes.loss / (positives * stakes.gain)
    short = total[:, 0, 2] - total[:, 0, 3] - stakes.running * total[:, 0, 1]
    return positives, slope, short


def _bounds(stakes: Stakes, finish: Finish, seed: int, unit: str) -> Estimate:
    """From the low end of the first of three values to the high end of the last."""
    sums = [stakes.label, np.ones(len(stakes.label)), stakes.rival, stakes.never]
    statistic = Summed(finish, sums)
    low, middle, high = bootstrap.pointwise(statistic, (stakes.day,), seed=seed, unit=unit)
    few = int(stakes.day.max()) + 1 - int(stakes.day.min()) < bootstrap.FEWEST_BLOCKS
    least, most = _end(low.low, low.value, few=few), _end(high.high, high.value, few=few)
    return Estimate(middle.value, least, most, middle.n, unit)


def _end(end: float, value: float, *, few: bool) -> float:
    """What is the same over all resamples, as acting always is worth itself, has no interval."""
    return end if few or np.isfinite(end) else value


def _running(value: Value) -> str:
    costs = {
        "1,000 answers": value.per_1000_predictions,
        "a label": value.per_label,
        "a new version": value.per_retrain,
    }
    said = [f"{what} {cost:g}" for what, cost in costs.items() if cost]
    return f"costs stated: {', '.join(said)} {value.currency}" if said else ""


def _at_goal(earned: Estimate, auc: float, asked: float | None) -> Evidence:
    """Broken where no model at its goal could earn more than its rival; the rest is a question."""
    limit = Limit("at_least", 0.0)
    if limit.judge(earned) is Verdict.FAIL and asked is None:
        note = f"at {auc:g} roc_auc a model earns less than its best rival"
        return gate(GOAL, SUBJECT, ANY_CURVE, earned, limit, note)
    beside = f"the money goal of {asked:g} stands beside it" if asked is not None else ""
    note = beside or (BELOW if earned.low <= 0 else "")
    return finding(GOAL, f"roc_auc {auc:g}", ANY_CURVE, earned, note)


def worth_a_month(
    value: Value, promised: Estimate, volume: Estimate, seen: Seen, method: str
) -> Evidence:
    """Above the best rival and what labels cost; a new version costs what it costs.

    promised: per 1,000 decisions; volume: decisions a month.
    """
    labels = value.per_label * seen.counts.known / seen.counts.rows
    ends = [
        (money / 1000 + labels) * many
        for money in (promised.low, promised.high)
        for many in (volume.low, volume.high)
    ]
    middle = (promised.value / 1000 + labels) * volume.value
    unit = f"{value.currency} a month"
    found = known(Estimate(middle, min(ends), max(ends), volume.n, unit))
    cost = f"; a new version costs {-value.per_retrain:g}" if value.per_retrain else ""
    note = f"above the best rival, by what the goal promises{cost}"
    return finding(MONTH, SUBJECT, f"{method}, times {VOLUME}", found, note)
