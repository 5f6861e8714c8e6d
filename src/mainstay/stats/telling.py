"""How well columns together tell one kind of row from the rest, without a model to fit.

Each column adds the log of how much oftener its group is seen among the one kind than among the
rest (naive Bayes), learned on half of the days or entities and scored on the other half, so nothing
is told that was learned from the rows themselves. Columns that hang together are counted twice, so
the ROC AUC is a floor of what a fitted model could tell: what is told here is surely there.

Source: Hand and Yu (2001), Idiot's Bayes: Not So Stupid After All.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap, metrics
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.candidates import Column

REPEATS = 400
PRIOR = 1.0
"""Rows that every group of a column is thought to have had before any was seen."""


class Told(NamedTuple):
    """together: ROC AUC of all columns, 0.5 tells nothing; alone: of each column, best first."""

    together: Estimate
    alone: tuple[tuple[str, float], ...]


def strength(scores: Mapping[str, Floats], kind: NDArray[np.bool_]) -> float:
    """ROC AUC of all columns together; NaN where there is no row of one kind."""
    return metrics.measured("roc_auc", kind, _together(scores, kind))


def told(
    scores: Mapping[str, Floats], kind: NDArray[np.bool_], blocks: tuple[Blocks, ...], *, seed: int
) -> Told:
    """The same with its interval, and each column alone."""
    alone = {name: metrics.measured("roc_auc", kind, one) for name, one in scores.items()}
    measure = metrics.roc_auc(kind, _together(scores, kind))
    found = bootstrap.estimate(measure, blocks, seed=seed, repeats=REPEATS)
    best = sorted(alone.items(), key=lambda one: -float(np.nan_to_num(one[1])))
    return Told(bootstrap.within(found, 0, 1), tuple(best))


def scores(
    columns: Mapping[str, Column], kind: NDArray[np.bool_], block: Blocks, *, seed: int
) -> dict[str, Floats]:
    """What each column says of each row, learned from other rows; block: what is halved.

    kind: which rows are to be told from the rest, shape (rows,).
    """
    half = _halves(block, seed)
    return {name: _scores(one, kind, half) for name, one in columns.items()}


def _together(scores: Mapping[str, Floats], kind: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.sum(list(scores.values()), axis=0)) if scores else np.zeros(len(kind))


def _halves(block: Blocks, seed: int) -> NDArray[np.bool_]:
    """Whole blocks, half of them."""
    blocks = int(block.max(initial=0)) + 1
    drawn = np.random.default_rng(seed).permutation(blocks) < blocks // 2
    return np.asarray(drawn[block])


def _scores(column: Column, kind: NDArray[np.bool_], half: NDArray[np.bool_]) -> Floats:
    score = np.zeros(len(kind))
    for learned, scored in ((half, ~half), (~half, half)):
        yes, rest = (
            np.bincount(column.codes[learned & some], minlength=len(column.names)) + PRIOR
            for some in (kind, ~kind)
        )
        weight = np.log(yes / yes.sum()) - np.log(rest / rest.sum())
        score[scored] = weight[column.codes[scored]]
    return score
