"""The two models of this bench, with one setting for all data: boosted trees and a linear one."""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import lightgbm
import numpy as np
from scipy.stats import rankdata
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from bench.forecasting.tables import Floats, Table

Predict = Callable[[Floats], Floats]
TREES = {
    "num_leaves": 15, "learning_rate": 0.1, "min_data_in_leaf": 20, "cat_smooth": 20,
    "num_threads": 1, "verbosity": -1, "deterministic": True, "seed": 0,
}  # fmt: skip
ROUNDS = 80
COMMON = 25
"""Levels of an input that the linear model knows, the most frequent of its training rows."""
DECAY, RIDGE = 0.3, 3.0


class Design(NamedTuple):
    """What a linear model makes of inputs; learnt from its training rows alone."""

    numbers: tuple[int, ...]
    mean: Floats
    spread: Floats
    known: dict[int, Floats]

    def __call__(self, inputs: Floats) -> Floats:
        """Numbers standardised, missing ones at their mean; a column for each known level."""
        some = inputs[:, self.numbers]
        scaled = np.where(np.isfinite(some), (some - self.mean) / self.spread, 0.0)
        coded = [inputs[:, [at]] == levels for at, levels in self.known.items()]
        return np.column_stack([scaled, *coded]).astype(np.float64)


def fitted(model: str, table: Table, rows: Floats) -> Predict:
    """Trained on some rows of a table. Raises ValueError where they are of one class."""
    inputs, label = table.inputs[rows], table.label[rows]
    if table.binary and len(np.unique(label)) < 2:
        raise ValueError("all of one class")
    return MODELS[model](table, inputs, label)


def scored(table: Table, rows: Floats, predicted: Floats, scale: float) -> float:
    """ROC AUC, or 1 - mean absolute error / scale; NaN where the rows are of one class."""
    label = table.label[rows]
    if not table.binary:
        return float(1 - np.mean(np.abs(label - predicted)) / scale)
    positive = int(label.sum())
    if positive in (0, len(label)):
        return float("nan")
    ranks = rankdata(predicted)[label == 1].sum() - positive * (positive + 1) / 2
    return float(ranks / (positive * (len(label) - positive)))


def no_skill(table: Table) -> float:
    """What one scores that knows nothing."""
    return 0.5 if table.binary else 0.0


def scale(table: Table) -> float:
    """The mean absolute error of the median."""
    return float(np.mean(np.abs(table.label - np.median(table.label))))


def _trees(table: Table, inputs: Floats, label: Floats) -> Predict:
    settings = {**TREES, "objective": "binary" if table.binary else "regression"}
    data = lightgbm.Dataset(
        inputs, label, categorical_feature=list(table.texts), params={"verbosity": -1}
    )
    model = lightgbm.train(settings, data, ROUNDS)
    return lambda rows: np.asarray(model.predict(rows, num_threads=1))


def _linear(table: Table, inputs: Floats, label: Floats) -> Predict:
    design = _design(table, inputs)
    if not table.binary:
        line = Ridge(RIDGE).fit(design(inputs), label)
        return lambda rows: np.asarray(line.predict(design(rows)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        odds = LogisticRegression(C=DECAY, max_iter=300).fit(design(inputs), label)
    return lambda rows: np.asarray(odds.decision_function(design(rows)))


def _design(table: Table, inputs: Floats) -> Design:
    numbers = tuple(at for at in range(inputs.shape[1]) if at not in table.levels)
    some = np.where(np.isfinite(inputs[:, numbers]), inputs[:, numbers], np.nan)
    seen = np.isfinite(some).any(axis=0)
    some = np.where(seen, some, 0.0)
    spread = np.nanstd(some, axis=0)
    known = {at: _common(inputs[:, at]) for at in table.levels}
    return Design(numbers, np.nanmean(some, axis=0), np.where(spread > 0, spread, 1.0), known)


def _common(codes: Floats) -> Floats:
    levels, count = np.unique(codes[np.isfinite(codes)], return_counts=True)
    return np.sort(levels[np.argsort(-count, kind="stable")[:COMMON]])


MODELS: dict[str, Callable[[Table, Floats, Floats], Predict]] = {
    "trees": _trees,
    "linear": _linear,
}
