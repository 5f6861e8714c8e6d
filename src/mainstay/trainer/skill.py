"""How good fits are, on a scale where higher is better and no skill is known.

A loss counts as the share of it that a model takes away from the best constant of the rows it is
held against, no skill 0: absolute error of the median, log loss of the rates of classes. Money
counts as the share of what perfect decisions earn above the best decision that is the same for all
rows. What is better the higher it is stays as it is. A share of skill then means the same for every
model.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mainstay.bundle.manifest import Task
from mainstay.contract.metrics import VALUE, Metric
from mainstay.contract.model import Contract
from mainstay.core.columns import Numbers, Text
from mainstay.stats import value
from mainstay.stats.blocks import Floats
from mainstay.stats.metrics import METRICS
from mainstay.trainer import measures, trial
from mainstay.trainer.measures import Decided
from mainstay.trainer.scored import numbers
from mainstay.trainer.trial import Ground

METRIC: dict[Task, Metric] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "mae"}
"""What fits are scored by where nobody asks for another metric."""
SHARES: dict[Metric, str] = {
    "log_loss": "log loss saved", "brier": "Brier score saved", "mae": "error saved",
    "rmse": "root mean squared error saved", "value_per_1000": "share of perfect money",
    "value_over_baseline_per_1000": "share of perfect money above the rule",
}  # fmt: skip
"""Losses and money, and what the share of them is called that a model takes away or earns."""
_CONSTANT: dict[Metric, Callable[[Floats], float]] = {
    "roc_auc": lambda _: 0.5,
    "average_precision": lambda label: float(np.mean(label)),
    "accuracy": lambda label: float(_rates(label).max()),
    "precision": lambda label: float(np.mean(label)),
    "recall": lambda _: 0.0,  # of never: always has all of it, and no model has more
    "f1": lambda label: float(2 * np.mean(label) / (1 + np.mean(label))),
    "r2": lambda _: 0.0,
    "log_loss": lambda label: float(-(_rates(label) * np.log(_rates(label))).sum()),
    "brier": lambda label: float(np.var(label)),
    "mae": lambda label: float(np.mean(np.abs(label - np.median(label)))),
    "rmse": lambda label: float(np.std(label)),
}


class Scale(NamedTuple):
    """constant: what the best constant has by the metric on the rows it was learnt from; best: what

    perfect answers have there, of a metric that counts as a share; 0 of a loss.
    """

    metric: Metric
    constant: float
    best: float = 0.0

    @property
    def measure(self) -> str:
        """What scores on it are called."""
        return SHARES.get(self.metric, self.metric)

    @property
    def span(self) -> float:
        """What a score higher by 1 is of the metric; below 0 where less is better."""
        return self.best - self.constant if self.metric in SHARES else 1.0

    @property
    def no_skill(self) -> float:
        """The score of whoever knows nothing."""
        return 0.0 if self.metric in SHARES else self.constant

    def score(self, value: float) -> float:
        """Of a value of the metric; NaN where no constant loses anything."""
        if self.metric not in SHARES:
            return value
        return (value - self.constant) / self.span if self.span else float("nan")

    def value(self, score: float) -> float:
        """Of the metric, by a score on the scale."""
        return self.constant + score * self.span if self.metric in SHARES else score

    def of(self, rows: Decided, contract: Contract) -> float:
        """The score of rows as they were decided; NaN where undefined."""
        return self.score(trial.measured(self.metric, rows, contract))


class Marks(NamedTuple):
    """What fits are scored on, and by what."""

    ground: Ground
    scales: tuple[Scale, ...]

    @property
    def chooses(self) -> bool:
        """Whether a threshold is chosen by money."""
        return any(trial.chooses(one.metric, self.ground.contract) for one in self.scales)

    def of(self, rows: Decided) -> list[float]:
        """The score of decided rows on each scale."""
        return [one.of(rows, self.ground.contract) for one in self.scales]


def scale(metric: Metric, ground: Ground) -> Scale:
    """ground: all rows, from which the ends are learnt once for all parts of them."""
    if not len(ground.label):
        return Scale(metric, 0.0)
    if metric in VALUE:
        return _money(metric, ground)
    return Scale(metric, _CONSTANT[metric](ground.label))


def tells(metric: Metric, task: Task) -> bool:
    """Whether scores alone tell a metric: no threshold is chosen and no money counted."""
    if metric not in METRICS or metric in VALUE:
        return False
    return task != "binary" or METRICS[metric].takes == "score"


def foretells(metric: Metric) -> bool:
    """Whether fits can be scored by it. A calibration error cannot: 400 rows of a perfect model

    show 0.035, 4,000 show 0.011, as what noise adds to it is not all taken off.
    """
    return metric in _CONSTANT or metric in VALUE


def called(measure: str) -> Metric:
    """The metric behind the name of a measure."""
    known = (*_CONSTANT, *VALUE)
    return next(metric for metric in known if SHARES.get(metric, metric) == measure)


def coded(label: Numbers | Text, task: Task) -> Floats:
    """A label as numbers: the value, or the code of its class among those that are there."""
    if task == "regression" or isinstance(label, Text):
        return numbers(label)
    return np.unique(label, return_inverse=True)[1].astype(np.float64)


def _money(metric: Metric, ground: Ground) -> Scale:
    """Both ends as the metric counts them: less what answers cost, and what the rule earns."""
    same, perfect = _same(ground), _perfect(ground)
    constant, best = (
        [trial.measured(metric, trial.decided(ground, one), ground.contract) for one in some]
        for some in (same, [perfect])
    )
    return Scale(metric, max(constant), best[0])


def _same(ground: Ground) -> list[Floats]:
    """Decisions that are the same for all rows; in regression the value that costs least."""
    label, rows = ground.label, len(ground.label)
    if ground.task == "regression":
        kinds = measures.kinds(ground.contract, ground.payoffs)
        over, under = (np.broadcast_to(-np.asarray(one), rows) for one in kinds)
        return [np.full(rows, value.cheapest_shift(label, np.zeros(rows), over, under))]
    classes = 2 if ground.task == "binary" else int(label.max()) + 1
    return [np.full(rows, float(one)) for one in range(classes)]


def _perfect(ground: Ground) -> Floats:
    """What earns most of each row, its label known."""
    if ground.task == "regression":
        return ground.label
    given = ground.contract, ground.label
    earned = [measures.earned(*given, one, ground.payoffs) for one in _same(ground)]
    return np.asarray(np.argmax(earned, axis=0), dtype=np.float64)


def _rates(label: Floats) -> Floats:
    """Of the classes that are there."""
    counts = np.bincount(label.astype(np.int64))
    return counts[counts > 0] / len(label)
