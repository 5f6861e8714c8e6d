"""How much of the outcome one column gives away alone, and from where on it is a leak."""

from typing import NamedTuple

import numpy as np

from mainstay.contract.metrics import Task
from mainstay.core.columns import Numbers, Text
from mainstay.core.nouns import Limit
from mainstay.life.assess.alone import Codes, Floats, told
from mainstay.stats.blockwise import Mixed, Statistic, Summed, divided
from mainstay.stats.metrics import roc_auc
from mainstay.stats.ranking import ranks


class Telling(NamedTuple):
    """The measure of a task, and the limit beyond which one column alone is a leak."""

    measure: str
    limit: Limit


TELLING: dict[Task, Telling] = {
    "binary": Telling("roc_auc", Limit("at_most", 0.9)),
    "multiclass": Telling("mean roc_auc", Limit("at_most", 0.9)),
    "regression": Telling("rank correlation", Limit("at_most", 0.98)),
}


def outcomes(task: Task, label: Numbers | Text) -> tuple[Floats, ...]:
    """What is to be told, each of shape (rows,): a yes as 1, every class as 1 in turn, or ranks."""
    values = label.codes if isinstance(label, Text) else label
    match task:
        case "binary":
            return (values.astype(np.float64),)
        case "multiclass":
            return tuple((values == one).astype(np.float64) for one in np.unique(values))
        case "regression":
            return (ranks(values) / len(values),)


def rarest(task: Task, outcome: tuple[Floats, ...]) -> int:
    """Rows of the rarer of two values or of the rarest class; of numbers, all rows."""
    rows, counts = len(outcome[0]), [int(one.sum()) for one in outcome]
    if task == "binary":
        counts.append(rows - counts[0])
    return rows if task == "regression" else min(counts)


def telling(
    task: Task,
    values: Numbers | Text,
    outcome: tuple[Floats, ...],
    fold: Codes,
    step: int = 1,
) -> Statistic:
    """How well `alone.told` puts the rows in order: of classes the mean by their shares.

    What is told is learnt from all rows and measured on every `step`-th: those it weighs.
    """
    pairs = [(one[::step], told(values, one, fold)[::step]) for one in outcome]
    if task == "regression":
        return rank_correlation(*pairs[0])
    parts = [roc_auc(one, score) for one, score in pairs]
    shares = np.array([one.mean() for one in outcome])
    return Mixed(*zip((shares / shares.sum()).tolist(), parts, strict=True))


def rank_correlation(one: Floats, two: Floats) -> Statistic:
    """Spearman's, without its sign; ranks are those of all rows, whatever the weights."""
    first, second = (ranks(values) / len(values) - 0.5 for values in (one, two))
    terms = [first, second, first**2, second**2, first * second, np.ones(len(first))]
    return Summed(_correlation, terms)


def _correlation(total: Floats) -> Floats:
    one, two, ones, twos, both = (divided(total[:, 0, at], total[:, 0, 5]) for at in range(5))
    spread = np.maximum((ones - one * one) * (twos - two * two), 0)
    return np.abs(np.nan_to_num(divided(both - one * two, np.sqrt(spread))))
