"""The least error of a regression: how far labels of rows alike in every input lie apart."""

from collections.abc import Iterator

import numpy as np

from mainstay.contract.goals import Goal
from mainstay.contract.metrics import Metric
from mainstay.contract.model import Contract
from mainstay.core.columns import Text
from mainstay.core.nouns import Estimate, Evidence, Verdict
from mainstay.life.assess.alone import Codes, Floats
from mainstay.life.assess.findings import finding
from mainstay.life.assess.seen import Seen
from mainstay.stats import bootstrap
from mainstay.stats.blocks import sums
from mainstay.stats.copies import alike
from mainstay.stats.metrics import ratio

LEAST = "least error"
METHOD = "pairs of rows alike in every input; block bootstrap over groups, 95 %"
ERRORS: tuple[Metric, ...] = ("rmse", "mae", "r2")
PLAIN = ERRORS[:1]


def reachable(contract: Contract, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """What no model of these inputs gets below, or of r2 above, on rows that have a like.

    By the metrics of the goals, else by rmse. Nothing where too few rows have one.
    """
    if contract.objective.task != "regression" or isinstance(seen.label, Text):
        return
    label = np.asarray(seen.label, dtype=np.float64)
    stated = {one.metric: one for one in contract.objective.good_enough if one.metric in ERRORS}
    group = alike(tuple(seen.inputs.values()))
    of = np.bincount(group)
    if int((of > 1).sum()) < bootstrap.FEWEST_BLOCKS:
        return
    count = f"{int(of[of > 1].sum()):,} of {len(label):,} rows have a like"
    for metric in tuple(stated) or PLAIN:
        found = least(metric, group, label, seed=seed)
        note = f"{count}{_beside(found, stated.get(metric))}"
        yield finding(f"{LEAST}, {metric}", contract.data.label.column, METHOD, found, note)


def least(metric: Metric, group: Codes, label: Floats, *, seed: int) -> Estimate:
    """In a metric of ERRORS; group: a code from 0 for each row, the same for rows alike.

    Half of the mean squared difference of two rows alike is the variance that inputs leave. Of mae
    half of the mean distance, which no median gets below. A group counts by its rows less one.
    Raises ValueError where no row has a like. Source: Rice (1984), Annals of Statistics 12(4).
    """
    apart, rows = (_distances if metric == "mae" else _squares)(group, label)
    held = rows > 0
    if not held.any():
        raise ValueError("no row has a like")
    blocks = np.arange(int(held.sum()))
    found = bootstrap.estimate(ratio(apart[held], rows[held]), (blocks,), seed=seed)
    value, low, high = found.value, max(found.low, 0.0), found.high
    if metric == "rmse":
        value, low, high = np.sqrt([value, low, high]).tolist()
    if metric == "r2":
        value, high, low = (1 - np.array([value, low, high]) / label.var()).tolist()
    return Estimate(value, low, high, int(np.isin(group, np.flatnonzero(held)).sum()))


def _squares(group: Codes, label: Floats) -> tuple[Floats, Floats]:
    """Of each group the squares around its mean, which are n - 1 variances, and n - 1."""
    size: Floats = np.bincount(group).astype(np.float64)
    middle = sums(group, label, len(size)) / size
    return sums(group, (label - middle[group]) ** 2, len(size)), size - 1.0


def _distances(group: Codes, label: Floats) -> tuple[Floats, Floats]:
    """Of each group half the mean distance of its pairs times n - 1, and n - 1.

    Sorted, row k of n is subtracted n - 1 - k times and added k times; there are n (n - 1) / 2.
    """
    size = np.bincount(group)
    order = np.lexsort((label, group))
    within = np.arange(len(label)) - np.repeat(np.cumsum(size) - size, size)
    often = 2 * within - size[group[order]] + 1
    apart = sums(group[order], often * label[order], len(size)) / size
    return np.asarray(apart), (size - 1).astype(np.float64)


def _beside(found: Estimate, goal: Goal | None) -> str:
    """What the goal is to that: a limit that lies wholly beyond it no model keeps."""
    if goal is None:
        return "; no model of these inputs is better on them"
    told = f"; the goal is {goal.limit}"
    if goal.limit.judge(found) is Verdict.FAIL:
        return f"{told}: no model of these inputs reaches it on them"
    return told
