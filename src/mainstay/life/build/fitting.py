"""One fit: the model on its training rows, and what the thresholds are chosen on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline
from mainstay.bundle.baseline import Baseline, Constant, OfColumn
from mainstay.bundle.worker import Worker
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns
from mainstay.core.inputs import Input
from mainstay.core.places import Places
from mainstay.data import columns as memory
from mainstay.stats import value
from mainstay.stats.value import Matrix
from mainstay.trainer import code, fit
from mainstay.trainer.fit import Fitted, Training
from mainstay.trainer.scored import Floats, numbers
from mainstay.trainer.training import Learned, in_time, training

FOLDS = 4
MOST = 50_000
"""Rows that are scored out of fold, the newest: more cost fits and move no threshold."""


class Prepared(NamedTuple):
    """Training rows in memory, in the order of time; columns: the request columns they came as.

    drawn: places of the rows as often as each counts in the fit of the model; None: once each.
    """

    training: Training
    columns: Columns
    drawn: NDArray[np.int64] | None = None

    @property
    def inputs(self) -> tuple[Input, ...]:
        return self.training.inputs


class Chosen(NamedTuple):
    """The baseline and both thresholds, all chosen on training rows only."""

    baseline: Baseline
    threshold: float | None
    baseline_threshold: float | None


def prepared(contract: Contract, learned: Learned, places: Places) -> Prepared:
    """Rows as the matrix that train() gets. Raises Mistake for integers beyond 2^53."""
    copy = code.copied(code.sources(places.model), places.work / "code")
    made = training(contract, learned.table, learned.meaning.outputs, copy)
    return Prepared(made, memory.fetched(in_time(learned.table, contract)))


def out_of_fold(prepared: Prepared, worker: Worker) -> Floats:
    """Scores of the newest training rows, each by a model that did not see it; see trainer.fit."""
    count = len(prepared.training.rows)
    newest = np.arange(max(count - MOST, 0), count)
    return fit.out_of_fold(worker, prepared.training.of(newest), FOLDS)


def chosen(contract: Contract, prepared: Prepared, scores: Floats) -> Chosen:
    """Thresholds that earn most on training rows; scores: of the newest, out of fold.

    Without a value matrix a binary decision is made at one half.
    """
    label = numbers(prepared.training.label)
    rule = _baseline(contract, prepared.columns, label)
    if contract.objective.task != "binary":
        return Chosen(rule, None, None)
    worth = worth_of(contract)
    if worth is None:
        return Chosen(rule, 0.5, 0.5)
    said = baseline.rates(rule, prepared.columns)
    return Chosen(
        rule,
        value.best_threshold(label[-len(scores) :], scores, worth),
        value.best_threshold(label, said, worth),
    )


def fitted(prepared: Prepared, worker: Worker) -> Fitted:
    """The model itself, on all training rows, as often as each counts; it stays in the worker."""
    training, drawn = prepared.training, prepared.drawn
    return fit.fitted(worker, training if drawn is None else training.of(drawn))


def worth_of(contract: Contract) -> Matrix | None:
    """The value matrix of a contract, None where it states no money."""
    stated = contract.objective.value
    return Matrix(*stated.matrix) if stated else None


def _baseline(contract: Contract, columns: Columns, label: NDArray[np.float64]) -> Baseline:
    stated = contract.objective.baseline
    if stated.column is not None:
        return OfColumn(stated.column, float(label.mean()))
    if stated.constant is not None:
        return Constant(float(stated.constant))
    return baseline.fitted(stated.rate_by or (), columns, label)
