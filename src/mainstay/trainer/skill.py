"""How well scores tell labels, on one scale for every task: higher is better, no skill is known.

binary: ROC AUC, no skill .5. Else the share of a loss that the model takes away from the best
constant of the rows it is held against: mean absolute error of the median, log loss of the rates
of classes; no skill 0. A share of skill then means the same for every model.
"""

from collections.abc import Callable

import numpy as np

from mainstay.bundle.manifest import Task
from mainstay.core.columns import Numbers, Text
from mainstay.stats import metrics
from mainstay.stats.blocks import Floats
from mainstay.trainer.scored import numbers

Skill = Callable[[Floats, Floats], float]
"""Of labels as numbers, (rows,), and scores, (rows,) or (rows, classes); NaN where undefined."""
NO_SKILL: dict[Task, float] = {"binary": 0.5, "multiclass": 0.0, "regression": 0.0}


def skill(task: Task, label: Floats) -> Skill:
    """label: of all rows, from which the constant is learnt once for all parts of them."""
    return against(task, constant_loss(task, label))


def against(task: Task, most: float) -> Skill:
    """most: `constant_loss` of the rows that the constant was learnt from."""
    match task:
        case "binary":
            return _roc_auc
        case "multiclass":
            return lambda some, said: _saved("log_loss", some, said, most)
        case "regression":
            return lambda some, said: _saved("mae", some, said, most)


def constant_loss(task: Task, label: Floats) -> float:
    """What the best constant of these rows loses on them; 0 where nothing is held against it."""
    match task:
        case "binary":
            return 0.0
        case "multiclass":
            classes = int(label.max(initial=0)) + 1
            rates = np.bincount(label.astype(np.int64), minlength=classes) / max(len(label), 1)
            return float(-(rates[rates > 0] * np.log(rates[rates > 0])).sum())
        case "regression":
            return float(np.mean(np.abs(label - np.median(label)))) if len(label) else 0.0


def coded(label: Numbers | Text, task: Task) -> Floats:
    """A label as numbers: the value, or the code of its class among those that are there."""
    if task == "regression" or isinstance(label, Text):
        return numbers(label)
    return np.unique(label, return_inverse=True)[1].astype(np.float64)


def _roc_auc(label: Floats, score: Floats) -> float:
    if not len(label) or label.min() == label.max():
        return float("nan")
    return float(metrics.measured("roc_auc", label, score))


def _saved(metric: str, label: Floats, said: Floats, most: float) -> float:
    if not len(label) or most <= 0:
        return float("nan")
    return float(1 - metrics.measured(metric, label, said) / most)
