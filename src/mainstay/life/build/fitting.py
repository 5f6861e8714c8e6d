"""One fit: the model on its training rows, and what the thresholds are chosen on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import baseline
from mainstay.bundle.baseline import Baseline, Commonest, Constant, OfColumn
from mainstay.bundle.runtime import Class
from mainstay.bundle.worker import Worker
from mainstay.contract.model import Contract
from mainstay.core import nearest
from mainstay.core.columns import Columns
from mainstay.core.errors import Mistake
from mainstay.core.inputs import Input
from mainstay.core.places import Places
from mainstay.data import columns as memory
from mainstay.stats import value
from mainstay.trainer import code, fit, payoffs, trial
from mainstay.trainer.fit import Fitted, Training
from mainstay.trainer.scored import Floats
from mainstay.trainer.skill import coded
from mainstay.trainer.training import Learned, in_time, training
from mainstay.trainer.trial import Ground

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
    """Rows as the matrix that train() gets. Raises Mistake for integers beyond 2^53, and
    for amounts that nobody knows.
    """
    copy = code.copied(code.sources(places.model), places.work / "code")
    made = training(contract, learned.table, learned.meaning.outputs, copy)
    columns = memory.fetched(in_time(learned.table, contract))
    payoffs.refuse_unknown(contract, columns)
    return Prepared(made, columns)


def out_of_fold(prepared: Prepared, worker: Worker) -> Floats:
    """Scores of the newest training rows, each by a model that did not see it; see trainer.fit."""
    count = len(prepared.training.rows)
    newest = np.arange(max(count - MOST, 0), count)
    return fit.out_of_fold(worker, prepared.training.of(newest), FOLDS)


def chosen(contract: Contract, prepared: Prepared, scores: Floats) -> Chosen:
    """Thresholds that earn most on training rows; scores: of the newest, out of fold.

    Without a value matrix a binary decision is made at one half.
    """
    rows = _ground(contract, prepared)
    found, yes = _rule(contract, prepared, rows)
    if contract.objective.task != "binary":
        return Chosen(found, None, None)
    newest = rows.of(np.arange(len(rows.label))[-len(scores) :])
    return Chosen(found, trial.threshold(newest, scores), yes)


def ground(contract: Contract, prepared: Prepared) -> Ground:
    """What fits of parts of these rows are scored on; the rule has learnt from all of them."""
    rows = _ground(contract, prepared)
    found, yes = _rule(contract, prepared, rows)
    said = baseline.rates(found, prepared.columns)
    ruled = said if yes is None else trial.told(rows, said, yes).decided
    return rows._replace(ruled=ruled)


def _rule(contract: Contract, prepared: Prepared, rows: Ground) -> tuple[Baseline, float | None]:
    """The simple rule, and the threshold it decides by."""
    if contract.objective.task == "multiclass":
        return _of_classes(contract, prepared), None
    found = _baseline(contract, prepared.columns, rows.label)
    if contract.objective.task != "binary":
        return found, None
    return found, trial.threshold(rows, baseline.rates(found, prepared.columns))


def _ground(contract: Contract, prepared: Prepared) -> Ground:
    """With nothing decided by a rule yet."""
    label = coded(prepared.training.label, prepared.training.task)
    money = payoffs.by_row(contract, prepared.columns)
    return Ground(contract, label, np.zeros(len(label)), money)


def fitted(prepared: Prepared, worker: Worker) -> Fitted:
    """The model itself, on all training rows, as often as each counts; it stays in the worker."""
    training, drawn = prepared.training, prepared.drawn
    return fit.fitted(worker, training if drawn is None else training.of(drawn))


def _of_classes(contract: Contract, prepared: Prepared) -> Baseline:
    """The class that is stated, or that a column names; else that which earns most on all training

    rows, or without a matrix the commonest of each group. Raises Mistake where the matrix or the
    rule names other classes than there are.
    """
    known = fit.classes(prepared.training.label, prepared.training.task)
    payoffs.refuse_other_classes(contract, known)
    stated, matrix = contract.objective.baseline, payoffs.by_class(contract)
    label = coded(prepared.training.label, prepared.training.task)
    if stated.constant is not None:
        return Commonest((), (), _place(stated.constant, known))
    if stated.column is not None:
        return baseline.of_column(stated.column, known, label)
    if matrix:
        return Commonest((), (), float(value.best_class(label, np.array(matrix))))
    return baseline.commonest(stated.rate_by or (), prepared.columns, label)


def _place(stated: Class, known: tuple[Class, ...]) -> float:
    names = tuple(map(str, known))
    if str(stated) not in names:
        raise Mistake(
            f"objective.baseline.constant is {stated}, which no training row is",
            nearest.hint(str(stated), names),
        )
    return float(names.index(str(stated)))


def _baseline(contract: Contract, columns: Columns, label: NDArray[np.float64]) -> Baseline:
    stated = contract.objective.baseline
    if stated.column is not None:
        return OfColumn(stated.column, float(label.mean()))
    if stated.constant is not None:
        return Constant(float(stated.constant))
    return baseline.fitted(stated.rate_by or (), columns, label)
