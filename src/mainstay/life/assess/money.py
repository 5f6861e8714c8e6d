"""What deciding without a model earns, and how much a model could earn above it."""

from collections.abc import Iterator

import numpy as np

from mainstay.contract.metrics import Metric
from mainstay.contract.model import Contract
from mainstay.contract.objective import Value
from mainstay.core.nouns import Estimate, Evidence
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.baselines import FORWARD, Judged, rule_text
from mainstay.life.assess.findings import exact, finding, gate
from mainstay.stats import bootstrap
from mainstay.stats.blockwise import divided
from mainstay.stats.bootstrap import Measure
from mainstay.stats.metrics import mean
from mainstay.stats.value import Rival, best_class, best_of, by_class, per_row
from mainstay.trainer import measures
from mainstay.trainer.measures import worth

RULE, ALWAYS, NEVER = "rule earns", "always earns", "never earns"
ROOM, EVEN, SUBJECT = "room for a model", "break-even", "objective.value"
OVER: Metric = "value_over_baseline_per_1000"


def money(contract: Contract, judged: Judged, *, seed: int) -> Iterator[Evidence]:
    """What each rival earns, and what perfect decisions would earn above the best of them.

    Nothing where the contract states no money.
    """
    value = contract.objective.value
    if value is None or (contract.objective.task == "multiclass" and not value.matrix):
        return
    best, earned = _earned(contract, value, judged)
    estimates = _estimates(earned, judged, f"{value.currency} per 1,000", seed)
    room = estimates.pop(ROOM)
    for clause, estimate in estimates.items():
        yield finding(clause, SUBJECT, FORWARD, estimate, _note(contract, judged, clause))
    yield _room(contract, best, room)
    if contract.objective.task == "binary":
        yield from _even(contract, judged)


def break_even(contract: Contract, judged: Judged) -> Floats:
    """The probability from which acting earns more than not, shape (rows,) or one for all.

    NaN where it is the same for all.
    """
    matrix = worth(contract, judged.payoffs)
    gained = np.atleast_1d(matrix.true_positive - matrix.false_negative)
    lost = np.atleast_1d(matrix.true_negative - matrix.false_positive)
    return divided(lost, gained + lost)


def rivals(contract: Contract, judged: Judged) -> tuple[Rival, dict[Rival, Floats]]:
    """Who earns most without a model, and the money of each row by every one of them."""
    matrix, label = worth(contract, judged.payoffs), judged.label
    act, leave = (per_row(label, np.full_like(label, one), matrix) for one in (1, 0))
    ruled = np.where(judged.decided == 1, act, leave)
    return best_of(label, judged.decided, matrix), {
        "baseline": ruled,
        "always": act,
        "never": leave,
    }


def _even(contract: Contract, judged: Judged) -> Iterator[Evidence]:
    """One probability, or where money hangs on the row that of the middle one and of others."""
    found = break_even(contract, judged)
    known = found[np.isfinite(found)]
    if not len(known):
        return
    low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
    note = "act from this probability on"
    if judged.payoffs is not None:
        note = f"{note}; it hangs on the row: {low:.3g} to {high:.3g} for 8 of 10 decisions"
    told = exact(float(middle), len(judged.label))
    yield finding(EVEN, SUBJECT, "from the contract", told, note)


def _earned(contract: Contract, value: Value, judged: Judged) -> tuple[Rival, dict[str, Floats]]:
    """Who earns most without a model, and the money per 1,000 of each row, by clause."""
    if contract.objective.task == "regression":
        ruled = measures.earned(contract, judged.label, judged.decided, judged.payoffs)
        room = value.per_1000_predictions / 1000 - ruled
        return "baseline", {RULE: 1000 * ruled, ROOM: 1000 * room}
    if contract.objective.task == "multiclass":
        return "baseline", _of_classes(value, judged)
    best, by = rivals(contract, judged)
    perfect = np.maximum(by["always"], by["never"])
    room = perfect - by[best] + value.per_1000_predictions / 1000
    earned = {RULE: by["baseline"], ALWAYS: by["always"], NEVER: by["never"], ROOM: room}
    return best, {clause: 1000 * amount for clause, amount in earned.items()}


def _of_classes(value: Value, judged: Judged) -> dict[str, Floats]:
    """Money per 1,000 by the rule, by the one class that is best in hindsight, and the room."""
    matrix = np.array(value.by_class)
    ruled = by_class(judged.label, judged.decided, matrix)
    perfect = matrix.max(axis=1)[judged.label.astype(np.int64)]
    alike = by_class(judged.label, np.full(len(ruled), best_class(judged.label, matrix)), matrix)
    room = perfect - ruled + value.per_1000_predictions / 1000
    earned = {RULE: ruled, ALWAYS: alike, ROOM: room}
    return {clause: 1000 * amount for clause, amount in earned.items()}


def _note(contract: Contract, judged: Judged, clause: str) -> str:
    value = contract.objective.value
    if value is None or not value.matrix:
        return rule_text(contract) if clause == RULE else ""
    if clause == ALWAYS:
        place = best_class(judged.label, np.array(value.by_class))
        return f"nothing told apart: all are {value.classes[place]}, the best class in hindsight"
    stated = contract.objective.baseline.constant
    return f"always {stated}" if stated is not None else "the one class that earned most before"


def _estimates(
    earned: dict[str, Floats], judged: Judged, unit: str, seed: int
) -> dict[str, Estimate]:
    """Means with intervals, all from the same resamples; the same for every row is exact."""
    measures = [Measure(mean(amount), (judged.day,), unit) for amount in earned.values()]
    found = [one.estimate for one in bootstrap.intervals(measures, seed=seed)]
    return {
        clause: exact(one.value, one.n, unit) if np.ptp(earned[clause]) == 0 else one
        for clause, one in zip(earned, found, strict=True)
    }


def _room(contract: Contract, best: Rival, estimate: Estimate) -> Evidence:
    """No model earns more than perfect decisions: a goal beyond them is out of reach."""
    method = f"perfect decisions above {best}; {FORWARD}"
    goals = [goal.limit for goal in contract.objective.good_enough if goal.metric == OVER]
    if not goals:
        return finding(ROOM, SUBJECT, method, estimate)
    return gate(ROOM, SUBJECT, method, estimate, max(goals, key=lambda one: one.bound))
