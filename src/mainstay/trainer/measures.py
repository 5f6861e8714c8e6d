"""A metric of a contract over decided rows, as a function of row weights."""

from typing import Protocol

import numpy as np

from mainstay.contract.metrics import VALUE
from mainstay.contract.model import Contract
from mainstay.contract.payoffs import ByColumn
from mainstay.stats import calibration, value
from mainstay.stats.blocks import Floats
from mainstay.stats.blockwise import Statistic
from mainstay.stats.metrics import METRICS, mean
from mainstay.stats.value import Matrix
from mainstay.trainer.payoffs import by_class


class Decided(Protocol):
    """Labels, and what a model and the baseline said of the same rows, as numbers."""

    @property
    def label(self) -> Floats:
        """Shape (rows,)."""

    @property
    def score(self) -> Floats:
        """Shape (rows,), multiclass (rows, classes)."""

    @property
    def decided(self) -> Floats:
        """Shape (rows,)."""

    @property
    def ruled(self) -> Floats:
        """Shape (rows,): the baseline's decisions."""

    @property
    def payoffs(self) -> Floats | None:
        """Money of each row by kind, see trainer.payoffs; None where it hangs on no column."""


def statistic(metric: str, rows: Decided, contract: Contract) -> tuple[Statistic, str]:
    """A metric as a function of row weights, and its unit; money is per 1,000 decisions.

    Money over the baseline is against the decisions of the best simple rule: its threshold was
    chosen on training rows, with always and never among the choices.
    """
    if metric in VALUE:
        return _money(metric, rows, contract)
    if metric == "calibration_error":
        return _calibration(rows), ""
    said = rows.score if METRICS[metric].takes == "score" else rows.decided
    return METRICS[metric].prepared(rows.label, said), ""


def of_scores(metric: str) -> bool:
    """Whether a metric judges scores, and not what was decided on them."""
    if metric in VALUE:
        return False
    return metric == "calibration_error" or METRICS[metric].takes == "score"


def worth(contract: Contract, payoffs: Floats | None = None) -> Matrix:
    """The value matrix of a yes or no; the contract refuses money metrics without one.

    payoffs: of the rows it is for, where money hangs on them.
    """
    return Matrix(*kinds(contract, payoffs))


def kinds(contract: Contract, payoffs: Floats | None = None) -> tuple[float | Floats, ...]:
    """Money by kind, as Value.payoffs: a number each, or of shape (rows,)."""
    stated = contract.objective.value
    assert stated is not None, "money without objective.value"
    if payoffs is not None:
        return tuple(payoffs.T)
    found = stated.payoffs(contract.objective.task)
    assert not contract.objective.amounts, "money hangs on columns that nobody handed over"
    return tuple(one for one in found if not isinstance(one, ByColumn))


def earned(
    contract: Contract, label: Floats, decided: Floats, payoffs: Floats | None = None
) -> Floats:
    """Money of each row by what was decided, or by how far a value was off, shape (rows,).

    NaN for a class that was never learned, of which nobody said what it is worth.
    """
    if contract.objective.task == "regression":
        over, under = kinds(contract, payoffs)
        return value.missed(label, decided, over, under)
    if contract.objective.task == "multiclass":
        matrix = by_class(contract)
        return value.by_class(label, decided, np.array(matrix)) if matrix else np.zeros(len(label))
    return value.per_row(label, decided, worth(contract, payoffs))


def _money(metric: str, rows: Decided, contract: Contract) -> tuple[Statistic, str]:
    stated, payoffs = contract.objective.value, rows.payoffs
    made = 1000 * earned(contract, rows.label, rows.decided, payoffs)
    if metric == "value_over_baseline_per_1000":
        made = made - 1000 * earned(contract, rows.label, rows.ruled, payoffs)
    running = stated.per_1000_predictions if stated else 0.0
    return mean(made + running), stated.currency if stated else ""


def _calibration(rows: Decided) -> Statistic:
    """Of the probability of yes; with several classes, of the likeliest one being right."""
    if rows.score.ndim == 1:
        return calibration.expected_error(rows.label, rows.score)
    right = (rows.score.argmax(axis=1) == rows.label).astype(np.float64)
    return calibration.expected_error(right, rows.score.max(axis=1))
