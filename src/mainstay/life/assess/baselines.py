"""What the decisions earn, and how well they are told, without any model.

Time goes forward: a rule learns from rows whose labels were known before a stretch begins, and is
judged on that stretch.
"""

from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline, stakes
from mainstay.bundle.baseline import Baseline, Constant, OfColumn
from mainstay.contract.metrics import Metric, Task
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.nouns import Evidence, Verdict
from mainstay.life.assess.alone import Codes, Floats
from mainstay.life.assess.findings import DAYS, finding
from mainstay.life.assess.seen import Seen
from mainstay.stats import bootstrap
from mainstay.stats.metrics import METRICS
from mainstay.stats.value import best_class, best_threshold
from mainstay.trainer import payoffs
from mainstay.trainer.measures import worth

STRETCHES = 6  # the first is only learnt from
RULE = "rule to beat"
FORWARD = f"learnt before each of {STRETCHES - 1} stretches of time, judged on it; {DAYS}"
Rows = NDArray[np.bool_]
MEASURES: dict[Task, Metric] = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "mae"}
MICROSECOND = timedelta(microseconds=1)


class Judged(NamedTuple):
    """Rows after the first stretch, each told by a rule that was learnt before its stretch.

    label: as a number, of classes the code; said: what the rule says, of classes the commonest;
    decided: 1 where it acts, by the threshold that earned most before, the class that earned most
    before, or the value; all of shape (rows,). payoffs: see trainer.payoffs.
    """

    label: Floats
    said: Floats
    decided: Floats
    day: Codes
    payoffs: Floats | None = None


def forward(contract: Contract, seen: Seen) -> Judged | None:
    """The rule of the contract, learnt again before each stretch; None where it never can be.

    Raises Mistake where a matrix prices other classes than there are.
    """
    payoffs.refuse_other_classes(contract, _classes(seen))
    gap = contract.data.label.known_after // MICROSECOND
    cuts = np.quantile(seen.when, np.arange(1, STRETCHES) / STRETCHES, method="higher")
    stretch = np.searchsorted(cuts, seen.when, side="right")
    parts = [
        _stretch(contract, seen, seen.when < since - gap, stretch == at)
        for at, since in enumerate(cuts, start=1)
        if (seen.when < since - gap).any() and (stretch == at).any()
    ]
    return Judged(*map(_joined, zip(*parts, strict=True))) if parts else None


def _joined(parts: tuple[Floats | Codes | None, ...]) -> Any:
    known = [one for one in parts if one is not None]
    return np.concatenate(known) if known else None


def quality(contract: Contract, judged: Judged, *, seed: int) -> Evidence:
    """How well the rule tells the label, in the measure of the task."""
    name = MEASURES[contract.objective.task]
    statistic = METRICS[name].prepared(judged.label, judged.said)
    estimate = bootstrap.estimate(statistic, (judged.day,), seed=seed, unit=name)
    goals = [goal for goal in contract.objective.good_enough if goal.metric == name]
    reached = goals and all(goal.limit.judge(estimate) is Verdict.PASS for goal in goals)
    note = "already good enough: is a model needed?" if reached else ""
    said = rule_text(contract)
    return finding(RULE, said, FORWARD, estimate, f"{said}: {note}" if note else said)


def rule_text(contract: Contract) -> str:
    """The rule to beat, in words."""
    stated = contract.objective.baseline
    if contract.objective.task == "multiclass":
        by = ", ".join(stated.rate_by or ())
        return f"the commonest class by {by}" if by else "the commonest class"
    if stated.column is not None:
        return f"column {stated.column}"
    if stated.constant is not None:
        return f"always {stated.constant}"
    return f"rate by {', '.join(stated.rate_by)}" if stated.rate_by else "the mean of all"


def _stretch(contract: Contract, seen: Seen, earlier: Rows, now: Rows) -> Judged:
    label = _numbers(contract, seen)
    rule = _rule(contract, _of(seen.beside, earlier), label[earlier])
    said = baseline.rates(rule, _of(seen.beside, now))
    by_row = payoffs.by_row(contract, seen.beside)
    decided = said if contract.objective.task == "regression" else np.zeros(len(said))
    if contract.objective.task == "multiclass" and payoffs.by_class(contract):
        decided = np.full(len(said), _one_class(contract, label[earlier]))
    if contract.objective.task == "binary" and contract.objective.value:
        before = baseline.rates(rule, _of(seen.beside, earlier))
        known, new = (None if by_row is None else by_row[some] for some in (earlier, now))
        yes = best_threshold(label[earlier], _leaning(before, known), worth(contract, known))
        decided = (_leaning(said, new) >= yes).astype(np.float64)
    return Judged(label[now], said, decided, seen.day[now], None if by_row is None else by_row[now])


def _classes(seen: Seen) -> tuple[Any, ...]:
    """Distinct labels, rising."""
    if isinstance(seen.label, Text):
        return tuple(seen.label.levels[at] for at in np.unique(seen.label.codes))
    return tuple(np.unique(seen.label).tolist())


def _one_class(contract: Contract, label: Floats) -> float:
    """The place of the class that is stated, or that earned most before."""
    value, stated = contract.objective.value, contract.objective.baseline.constant
    assert value is not None, "a matrix stands in it"
    if stated is not None:
        return float(value.classes.index(str(stated)))
    return float(best_class(label, np.array(value.by_class)))


def _leaning(said: Floats, by_row: Floats | None) -> Floats:
    return said if by_row is None else stakes.leanings(said, by_row)


def _rule(contract: Contract, columns: Columns, label: Floats) -> Baseline:
    stated = contract.objective.baseline
    if contract.objective.task == "multiclass":
        return baseline.commonest(stated.rate_by or (), columns, label)
    if stated.column is not None:
        return OfColumn(stated.column, float(label.mean()))
    if stated.constant is not None:
        return Constant(float(stated.constant))
    by = stated.rate_by
    return baseline.fitted(by, columns, label) if by else Constant(float(label.mean()))


def _numbers(contract: Contract, seen: Seen) -> Floats:
    if contract.objective.task == "binary":
        return seen.outcome[0]
    values = seen.label.codes if isinstance(seen.label, Text) else seen.label
    if contract.objective.task == "multiclass":
        values = np.unique(values, return_inverse=True)[1]
    return values.astype(np.float64)


def _of(columns: Columns, chosen: Rows) -> Columns:
    """The chosen rows of every column."""
    return {name: _chosen(values, chosen) for name, values in columns.items()}


def _chosen(values: Numbers | Text, chosen: Rows) -> Numbers | Text:
    if isinstance(values, Text):
        return Text(values.codes[chosen], values.levels)
    return values[chosen]
