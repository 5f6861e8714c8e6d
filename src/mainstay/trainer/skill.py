"""How well scores tell labels, on a scale where higher is better and no skill is known.

A loss counts as the share of it that a model takes away from the best constant of the rows it is
held against, no skill 0: absolute error of the median, log loss of the rates of classes. What is
better the higher it is stays as it is. A share of skill then means the same for every model.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mainstay.bundle.manifest import Task
from mainstay.contract.metrics import Metric
from mainstay.core.columns import Numbers, Text
from mainstay.stats import metrics
from mainstay.stats.blocks import Floats
from mainstay.trainer.scored import numbers

METRIC: dict[Task, Metric] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "mae"}
"""What fits are scored by where nobody asks for another metric."""
SAVED: dict[Metric, str] = {
    "log_loss": "log loss saved", "brier": "Brier score saved", "mae": "error saved",
    "rmse": "root mean squared error saved",
}  # fmt: skip
"""Losses, and what the share of them is called that a model takes away."""
_CONSTANT: dict[Metric, Callable[[Floats], float]] = {
    "roc_auc": lambda _: 0.5,
    "average_precision": lambda label: float(np.mean(label)),
    "accuracy": lambda label: float(_rates(label).max()),
    "r2": lambda _: 0.0,
    "log_loss": lambda label: float(-(_rates(label) * np.log(_rates(label))).sum()),
    "brier": lambda label: float(np.var(label)),
    "mae": lambda label: float(np.mean(np.abs(label - np.median(label)))),
    "rmse": lambda label: float(np.std(label)),
}


class Scale(NamedTuple):
    """constant: what the best constant scores by the metric on the rows it was learnt from."""

    task: Task
    metric: Metric
    constant: float

    @property
    def measure(self) -> str:
        """What scores on it are called."""
        return SAVED.get(self.metric, self.metric)

    @property
    def no_skill(self) -> float:
        """The score of whoever knows nothing."""
        return 0.0 if self.metric in SAVED else self.constant

    def score(self, value: float) -> float:
        """Of a value of the metric; NaN where no constant loses anything."""
        if self.metric not in SAVED:
            return value
        return 1 - value / self.constant if self.constant > 0 else float("nan")

    def value(self, score: float) -> float:
        """Of the metric, by a score on the scale."""
        return (1 - score) * self.constant if self.metric in SAVED else score

    def of(self, label: Floats, said: Floats) -> float:
        """The score of labels as numbers, (rows,), and what a model said of them, (rows,) or
        (rows, classes); NaN where undefined.
        """
        one_class = self.task == "binary" and len(label) > 0 and label.min() == label.max()
        if not len(label) or one_class:
            return float("nan")
        decided = said.argmax(axis=1) if self.metric == "accuracy" else said
        return self.score(float(metrics.measured(self.metric, label, decided)))


def scale(metric: Metric, task: Task, label: Floats) -> Scale:
    """label: of all rows, from which the constant is learnt once for all parts of them."""
    return Scale(task, metric, _CONSTANT[metric](label) if len(label) else 0.0)


def usual(task: Task, label: Floats) -> Scale:
    """By the usual metric of the task."""
    return scale(METRIC[task], task, label)


def tells(metric: Metric, task: Task) -> bool:
    """Whether scores alone tell a metric: no threshold is chosen and no money counted."""
    return metric in _CONSTANT and (metric != "accuracy" or task == "multiclass")


def called(measure: str) -> Metric:
    """The metric behind the name of a measure."""
    return next(metric for metric in _CONSTANT if SAVED.get(metric, metric) == measure)


def coded(label: Numbers | Text, task: Task) -> Floats:
    """A label as numbers: the value, or the code of its class among those that are there."""
    if task == "regression" or isinstance(label, Text):
        return numbers(label)
    return np.unique(label, return_inverse=True)[1].astype(np.float64)


def _rates(label: Floats) -> Floats:
    """Of the classes that are there."""
    counts = np.bincount(label.astype(np.int64))
    return counts[counts > 0] / len(label)
