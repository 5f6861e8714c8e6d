"""What a model is worth by its goal, and how good it must be to be worth anything.

Rivals are those of `money`: the rule of the contract, acting always, never. What a ROC AUC earns
hangs on the shape of the curve: intervals hold what any concave curve could earn, over days. Where
money hangs on the row, that is told of a score that says as much of rows of much money as of rows
of little.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from mainstay.contract.model import Contract
from mainstay.contract.objective import Value
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, known
from mainstay.life.assess import stakes
from mainstay.life.assess.baselines import Judged
from mainstay.life.assess.findings import exact, finding, gate
from mainstay.life.assess.money import OVER, SUBJECT
from mainstay.life.assess.seen import DAY, Seen
from mainstay.stats import bootstrap, earning
from mainstay.stats.metrics import mean

EVEN, GOAL, ASKED = "break-even quality", "worth at the goal", "quality for the money goal"
VOLUME, MONTH = "decisions a month", "worth a month"
MONTH_DAYS, WEEK = 30, 7
NEAR = 0.01  # ROC AUC to both sides: what a point is worth there
ANY_CURVE = "any concave ROC curve, two normal ones as the value; block bootstrap over days, 95 %"
BY_ROW = f"leant by the row's money; {ANY_CURVE}"
ASSUMED = "if among yes and among no amounts say nothing of the score"
PER_DAY = f"decisions of a day times {MONTH_DAYS}; block bootstrap over weeks, else days, 95 %"
BELOW = (
    "a model at its goal may earn no more than the best rival: ask for more, or state"
    " {metric: value_over_baseline_per_1000, at_least: 0}"
)


def worth(contract: Contract, seen: Seen, judged: Judged, *, seed: int) -> Iterator[Evidence]:
    """Break-even quality, money at the goal, volume and money a month.

    Nothing where no money is stated, or where acting is the better or the worse for every row. Of
    several classes no quality tells what is earned: money a month is that of a goal in money.
    """
    value, found = contract.objective.value, stakes.of(contract, judged)
    told = contract.objective.amounts or (value is not None and value.matrix)
    if value is not None and found is None and told:
        yield from promised_a_month(contract, value, seen, len(judged.label), seed=seed)
    if value is None or found is None:
        return
    unit, how = f"{value.currency} per 1,000", BY_ROW if contract.objective.amounts else ANY_CURVE
    assumed = ASSUMED if contract.objective.amounts else ""
    note = _joined(assumed, _running(value))
    yield finding(EVEN, SUBJECT, how, stakes.needed(found, 0.0, seed), note)
    auc, asked = goals(contract)
    if asked is not None:
        note = _joined(f"for {asked:g}", assumed)
        yield finding(ASKED, SUBJECT, how, stakes.needed(found, asked, seed), note)
    earned = None if auc is None else stakes.earned(found, auc, seed, unit)
    if auc is not None and earned is not None:
        yield from _at_goal(contract, earned, auc, how)
    volume = a_month(seen, seed=seed)
    yield finding(VOLUME, contract.data.decisions.time, PER_DAY, volume)
    promised = exact(asked, len(judged.label), unit) if asked is not None else None
    promised = promised or (earned[stakes.BEST] if earned is not None else None)
    if promised is not None:
        yield worth_a_month(value, promised, volume, seen, how)


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
    gain, loss = (float(one[0]) for one in stakes.sides(contract, None, 1))
    if gain <= 0 or loss <= 0:
        return None
    slope = np.array((1 - share) * loss / (share * gain))
    low, high = earning.likely(np.clip(auc + np.array([-NEAR, NEAR]), 0.5, 1.0), slope)
    return float(high - low) / (2 * NEAR) * share * gain or None


def a_month(seen: Seen, *, seed: int) -> Estimate:
    """Decisions in MONTH_DAYS days, from those of each day, days without any included."""
    at = (seen.when // DAY) - seen.when.min() // DAY
    counts = np.bincount(at).astype(np.float64) * (seen.counts.rows / len(seen.when))
    length = WEEK if len(counts) >= WEEK * bootstrap.FEWEST_BLOCKS else 1
    found = bootstrap.estimate(mean(counts), (np.arange(len(counts)) // length,), seed=seed)
    value, low, high = (MONTH_DAYS * one for one in (found.value, found.low, found.high))
    return Estimate(value, max(low, 0.0), high, len(counts))


def _running(value: Value) -> str:
    costs = {
        "1,000 answers": value.per_1000_predictions,
        "a label": value.per_label,
        "a new version": value.per_retrain,
    }
    said = [f"{what} {cost:g}" for what, cost in costs.items() if cost]
    return f"costs stated: {', '.join(said)} {value.currency}" if said else ""


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _at_goal(
    contract: Contract, earned: dict[str, Estimate], auc: float, how: str
) -> Iterator[Evidence]:
    """Above the best rival, and above what is done today and nothing, whichever of them it is."""
    assumed, asked = ASSUMED if contract.objective.amounts else "", goals(contract)[1]
    found = _above_all(earned[stakes.BEST], auc, asked, how)
    yield msgspec.structs.replace(found, note=_joined(assumed, found.note))
    for rival in (stakes.RULE, stakes.NOTHING):
        yield finding(above(rival), f"roc_auc {auc:g}", how, earned[rival])


def above(rival: str) -> str:
    """The clause of what the goal is worth above one of those who decide without a model."""
    return f"{GOAL} above {rival}"


def _above_all(earned: Estimate, auc: float, asked: float | None, how: str) -> Evidence:
    """Broken where no model at its goal could earn more than its rival; the rest is a question."""
    limit = Limit("at_least", 0.0)
    if limit.judge(earned) is Verdict.FAIL and asked is None:
        note = f"at {auc:g} roc_auc a model earns less than its best rival"
        return gate(GOAL, SUBJECT, how, earned, limit, note)
    beside = f"the money goal of {asked:g} stands beside it" if asked is not None else ""
    note = beside or (BELOW if earned.low <= 0 else "")
    return finding(GOAL, f"roc_auc {auc:g}", how, earned, note)


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
