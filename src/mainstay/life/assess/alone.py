"""How well one column alone tells the outcome: where it tells almost all, it is the outcome."""

import numpy as np
from numpy.typing import NDArray

from mainstay.core.columns import Numbers, Text

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

BINS = 50
FOLDS = 5
PRIOR_ROWS = 10  # a bin of few rows says little about its rate


def folds(time: Codes) -> Codes:
    """Which of FOLDS stretches of time, each of about as many rows, a row falls in; shape (rows,).

    Rows of one moment share a fold.
    """
    cuts = np.quantile(time, np.arange(1, FOLDS) / FOLDS, method="higher")
    return np.searchsorted(cuts, time, side="right")


def told(values: Numbers | Text, outcome: Floats, fold: Codes) -> Floats:
    """What one column tells of the outcome: the mean of its bin less that of all, elsewhere.

    values, outcome, fold: shape (rows,), as is the result. Elsewhere are the rows of the other
    folds. Text has a bin for each level, numbers up to 2 BINS, missing is a bin of its own, so
    neither order nor shape of a relation matters.
    """
    bins = binned(values)
    shape = (int(fold.max()) + 1, int(bins.max()) + 1)
    cell, cells = np.ravel_multi_index((fold, bins), shape), shape[0] * shape[1]
    rows = np.bincount(cell, minlength=cells).reshape(shape)
    sums = np.bincount(cell, weights=outcome, minlength=cells).reshape(shape)
    rows, sums = rows.sum(0) - rows, sums.sum(0) - sums
    mean = sums.sum(1, keepdims=True) / np.maximum(rows.sum(1, keepdims=True), 1)
    lift: Floats = (sums - rows * mean) / (rows + PRIOR_ROWS)
    return lift[fold, bins].astype(np.float64)


def binned(values: Numbers | Text) -> Codes:
    """The bin of every row, from 0 where it is missing; shape (rows,).

    Edges are quantiles of the rows and, so that a value of most rows does not hide the rest,
    of the distinct values.
    """
    if isinstance(values, Text):
        return values.codes.astype(np.int64) + 1
    numbers = values.astype(np.float64)
    known = np.isfinite(numbers)
    edges = np.union1d(_quantiles(numbers[known]), _quantiles(np.unique(numbers[known])))
    return np.where(known, np.searchsorted(edges, numbers, side="right") + 1, 0)


def _quantiles(values: Floats) -> Floats:
    """At most BINS - 1 of the values themselves, evenly among them by rank."""
    places = np.arange(1, BINS) * len(values) // BINS
    return np.sort(values)[places] if len(values) else values
