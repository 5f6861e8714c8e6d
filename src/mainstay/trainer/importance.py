"""How far the answers of a model hang on each column."""

from collections.abc import Mapping

import numpy as np

from mainstay.bundle.worker import Worker
from mainstay.trainer import fit
from mainstay.trainer.fit import Matrix, Training
from mainstay.trainer.scored import Codes

SAMPLE, ASKED = 2_000, 50_000
"""Rows that are shuffled, and answers that are asked for in all: a second of 200 trees."""
FEWEST = 100
DIGITS = 6


def importances(
    worker: Worker, training: Training, reads: Mapping[str, tuple[int, ...]]
) -> dict[str, float]:
    """Shares of columns, together 1: how far answers move once it is shuffled, root mean square.

    reads: column -> the inputs that are made of it, shuffled together. Asks the model just fitted,
    about rows it learned from: a movement needs no label, so there is nothing to overfit to. Empty
    where no column moves anything. Source: Jansen (1999), total effects, here as their root.
    """
    rows = _sample(training, len(reads))
    order = np.random.default_rng(training.seed).permutation(len(rows))
    said = fit.scores(worker, rows)
    moved = {
        column: _distance(fit.scores(worker, _shuffled(rows, order, places)), said)
        for column, places in reads.items()
        if places
    }
    total = sum(moved.values())
    if not 0 < total < np.inf:
        return {}
    return {column: round(moved.get(column, 0.0) / total, DIGITS) for column in reads}


def _sample(training: Training, columns: int) -> Matrix:
    """Rows drawn without return, in their order."""
    most = max(min(SAMPLE, ASKED // (columns + 1)), FEWEST)
    count = len(training.rows)
    drawn = np.random.default_rng(training.seed).choice(count, min(most, count), replace=False)
    return training.rows[np.sort(drawn)]


def _shuffled(rows: Matrix, order: Codes, places: tuple[int, ...]) -> Matrix:
    made = rows.copy()
    made[:, places] = rows[order][:, places]
    return made


def _distance(one: Matrix, other: Matrix) -> float:
    """Root mean square over rows; of several classes, summed."""
    square = np.square(one - other)
    return float(np.sqrt((square if square.ndim == 1 else square.sum(axis=1)).mean()))
