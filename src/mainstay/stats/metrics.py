"""Weighted metrics, prepared once for the rows and then evaluated on any weights.

Each function takes labels and what the model said, shape (rows,), and returns a statistic: weights
to a number, NaN where the weights leave it undefined. What sorts, sorts once. Classes are codes
from 0; in a binary task 1 is the positive one. Raises ValueError where rows do not match or what
the model said is not finite. All agree with scikit-learn.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats, sums
from mainstay.stats.blockwise import Statistic, Summed, divided, dot
from mainstay.stats.ranking import RocAuc, running

Array = NDArray[Any]
Task = Literal["binary", "multiclass", "regression"]
Takes = Literal["score", "decision", "prediction"]


class Metric(NamedTuple):
    """How a metric is prepared, for which tasks, what of the model it takes and its range.

    score: probability of the positive class, shape (rows,), or of each class, (rows, classes);
    decision: the class; prediction: a number.
    """

    prepared: Callable[[Array, Array], Statistic]
    tasks: tuple[Task, ...]
    takes: Takes
    low: float = 0.0
    high: float = 1.0


def measured(name: str, label: Array, said: Array, weight: Floats | None = None) -> float:
    """A metric of METRICS by its name; without weights every row counts once."""
    return METRICS[name].prepared(label, said)(np.ones(len(label)) if weight is None else weight)


def mean(values: Array) -> Summed:
    """The weighted mean of a number per row."""
    return ratio(values, np.ones(len(values)))


def ratio(above: Array, below: Array) -> Summed:
    """One weighted sum over another, of a number per row each."""
    return Summed(lambda total: divided(total[:, 0, 0], total[:, 0, 1]), [above, below])


def roc_auc(label: Array, score: Array) -> Statistic:
    """The probability that a positive row scores above a negative one, ties counting half."""
    _check(label, score)
    return RocAuc(label == 1, score)


def average_precision(label: Array, score: Array) -> Statistic:
    """Precision at each score level, weighted by the recall gained there."""
    positive, rank, levels = _ranked(label, -score)

    def value(weight: Floats) -> float:
        gained = sums(rank, weight * positive, levels)
        found, asked = running(gained), running(sums(rank, weight, levels))
        precision = np.divide(found, asked, out=np.zeros(levels), where=asked > 0)
        return float(divided(dot(gained, precision), found[-1]))

    return value


def log_loss(label: Array, score: Array) -> Statistic:
    """Mean negative log of the probability given to what happened, cut at the float's epsilon.

    A class of -1 was never learned: it was given none.
    """
    _check(label, score)
    if score.ndim == 1:
        given = np.where(label == 1, score, 1 - score)
    else:
        given = np.where(label < 0, 0.0, score[np.arange(len(label)), label.astype(np.int64)])
    smallest = np.finfo(np.float64).eps
    return mean(-np.log(np.clip(given, smallest, 1 - smallest)))


def brier(label: Array, score: Array) -> Statistic:
    """Mean squared distance of the probability from 0 or 1."""
    _check(label, score)
    return mean((score - (label == 1)) ** 2)


def accuracy(label: Array, decision: Array) -> Statistic:
    """Share of rows decided right."""
    _check(label, decision)
    return mean(label == decision)


def precision(label: Array, decision: Array) -> Statistic:
    """Share of the rows decided positive that are."""
    _check(label, decision)
    return ratio((label == 1) & (decision == 1), decision == 1)


def recall(label: Array, decision: Array) -> Statistic:
    """Share of the positive rows decided positive."""
    _check(label, decision)
    return ratio((label == 1) & (decision == 1), label == 1)


def f1(label: Array, decision: Array) -> Statistic:
    """Harmonic mean of precision and recall."""
    _check(label, decision)
    positive, decided = label == 1, decision == 1
    return ratio(positive & decided, (positive.astype(np.float64) + decided) / 2)


def mae(label: Array, prediction: Array) -> Statistic:
    """Mean absolute error, in units of the label."""
    _check(label, prediction)
    return mean(np.abs(label - prediction))


def rmse(label: Array, prediction: Array) -> Statistic:
    """Root of the mean squared error, in units of the label."""
    _check(label, prediction)
    squared = (label - prediction) ** 2
    ones = np.ones(len(label))
    return Summed(lambda total: np.sqrt(divided(total[:, 0, 0], total[:, 0, 1])), [squared, ones])


def r2(label: Array, prediction: Array) -> Statistic:
    """Share of the label's variance explained; 0 is its mean, below 0 is worse than that."""
    _check(label, prediction)
    centred = label - np.mean(label)
    rows = [(label - prediction) ** 2, centred, centred**2, np.ones(len(label))]
    return Summed(_explained, rows)


METRICS: dict[str, Metric] = {
    "roc_auc": Metric(roc_auc, ("binary",), "score"),
    "average_precision": Metric(average_precision, ("binary",), "score"),
    "log_loss": Metric(log_loss, ("binary", "multiclass"), "score", high=np.inf),
    "brier": Metric(brier, ("binary",), "score"),
    "accuracy": Metric(accuracy, ("binary", "multiclass"), "decision"),
    "precision": Metric(precision, ("binary",), "decision"),
    "recall": Metric(recall, ("binary",), "decision"),
    "f1": Metric(f1, ("binary",), "decision"),
    "mae": Metric(mae, ("regression",), "prediction", high=np.inf),
    "rmse": Metric(rmse, ("regression",), "prediction", high=np.inf),
    "r2": Metric(r2, ("regression",), "prediction", low=-np.inf),
}


def _check(label: Array, said: Array) -> None:
    if len(label) != len(said):
        raise ValueError(f"{len(label)} labels, {len(said)} answers")
    if not np.isfinite(said).all():
        raise ValueError("what the model said is not finite")


def _ranked(label: Array, score: Array) -> tuple[NDArray[np.bool_], NDArray[np.int64], int]:
    """Which rows are positive, the dense rank of each row's score, and how many ranks."""
    _check(label, score)
    levels, rank = np.unique(score, return_inverse=True)
    return label == 1, rank, len(levels)


def _explained(total: Floats) -> Floats:
    error, first, second = (divided(total[:, 0, at], total[:, 0, 3]) for at in range(3))
    return 1 - divided(error, second - first**2)
