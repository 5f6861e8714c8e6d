"""What fits are scored on, and how each decides: as a build lets a version decide.

A threshold is chosen on other rows than those it is then measured on, by the money of the contract;
without money a binary decision is made at one half.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import stakes
from mainstay.bundle.manifest import Task
from mainstay.contract.metrics import VALUE, Metric
from mainstay.contract.model import Contract
from mainstay.stats import value
from mainstay.stats.blocks import Floats
from mainstay.stats.metrics import METRICS
from mainstay.trainer import payoffs
from mainstay.trainer.measures import Decided, statistic, worth

Places = NDArray[np.int64]
HALF = 0.5
"""Where a binary decision turns that no money is lost or earned by."""


class Told(NamedTuple):
    """Rows as they were decided, see measures.Decided."""

    label: Floats
    score: Floats
    decided: Floats
    ruled: Floats
    payoffs: Floats | None = None


class Ground(NamedTuple):
    """Rows that fits are trained and scored on. label: as numbers, shape (rows,); ruled: what the

    rule of the contract decides of them; payoffs: money of each, see trainer.payoffs.
    """

    contract: Contract
    label: Floats
    ruled: Floats
    payoffs: Floats | None = None

    @property
    def task(self) -> Task:
        """Of the contract."""
        return self.contract.objective.task

    def of(self, places: Places) -> "Ground":
        """The same of some of the rows."""
        money = None if self.payoffs is None else self.payoffs[places]
        return Ground(self.contract, self.label[places], self.ruled[places], money)


def told(ground: Ground, score: Floats, threshold: float = HALF) -> Told:
    """The rows as a model decides them that gives these scores."""
    return decided(ground, _decisions(ground, score, threshold))._replace(score=score)


def decided(ground: Ground, decisions: Floats) -> Told:
    """The rows so decided, by no score."""
    return Told(ground.label, decisions, decisions, ground.ruled, ground.payoffs)


def threshold(ground: Ground, score: Floats) -> float:
    """What a model with these scores decides from: give rows that it did not learn from."""
    if ground.task != "binary" or ground.contract.objective.value is None:
        return HALF
    return earning(ground.contract, ground.label, score, ground.payoffs)


def earning(contract: Contract, label: Floats, said: Floats, by_row: Floats | None) -> float:
    """The threshold that earns most on these rows; by_row: money of each, where it hangs on it."""
    leans = said if by_row is None else stakes.leanings(said, by_row)
    return value.best_threshold(label, leans, worth(contract, by_row))


def chooses(metric: Metric, contract: Contract) -> bool:
    """Whether a metric hangs on a threshold that is chosen by money."""
    binary = contract.objective.task == "binary" and contract.objective.value is not None
    return binary and (metric in VALUE or METRICS[metric].takes == "decision")


def measured(metric: Metric, rows: Decided, contract: Contract) -> float:
    """Of rows that count alike; NaN where they leave it undefined.

    Of one class alone a binary task tells nothing but money.
    """
    label = rows.label
    one_class = contract.objective.task == "binary" and len(label) > 0 and np.ptp(label) == 0
    if not len(label) or (one_class and metric not in VALUE):
        return float("nan")
    return float(statistic(metric, rows, contract)[0](np.ones(len(label))))


def _decisions(ground: Ground, score: Floats, threshold: float) -> Floats:
    if ground.task == "multiclass":
        return stakes.likeliest(score, payoffs.by_class(ground.contract)).astype(np.float64)
    if ground.task == "regression":
        return score
    by_row = ground.payoffs
    leans = score if by_row is None else stakes.leanings(score, by_row)
    return (leans >= threshold).astype(np.float64)
