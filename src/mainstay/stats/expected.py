"""What a metric comes to where only the chances of each outcome are known, in closed form.

A row has one of several outcomes: the classes of its label, or its residual in slots. `chance`,
shape (rows, outcomes), says how likely each is, every row together 1. Nothing is simulated: a
metric is evaluated on expected counts, and its influence says what it gains, to first order and
times the rows, by each row having each outcome. So one table gives the value, its error and what
a label that arrives says about both.

Source: confidence-based performance estimation as in nannyml's documentation; influence functions
as in Hampel (1974), The Influence Curve and Its Role in Robust Estimation.
"""

from typing import NamedTuple

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.blockwise import dot
from mainstay.stats.metrics import Array

EPSILON = float(np.finfo(np.float64).eps)


class Expected(NamedTuple):
    """A metric as expected, and its influence, shape (rows, outcomes), see the module."""

    value: float
    influence: Floats


def mean(chance: Floats, gains: Floats) -> Expected:
    """The mean of what a row brings by its outcome; gains: shape (rows, outcomes)."""
    return Expected(_mean(chance, gains), gains)


def ratio(chance: Floats, above: Floats, below: Floats) -> Expected:
    """One sum over another, each of what rows bring by their outcomes; NaN over nothing."""
    top, bottom = _mean(chance, above), _mean(chance, below)
    if bottom <= 0:
        return Expected(np.nan, np.zeros(chance.shape))
    return Expected(top / bottom, (above - top / bottom * below) / bottom)


def root(chance: Floats, gains: Floats) -> Expected:
    """The root of a mean."""
    value = float(np.sqrt(_mean(chance, gains)))
    return Expected(value, gains / (2 * value) if value > 0 else np.zeros(chance.shape))


def explained(chance: Floats, errors: Floats, labels: Floats, squares: Floats) -> Expected:
    """r2: squared errors, labels and squared labels by outcome, shape (rows, outcomes)."""
    error, first = _mean(chance, errors), _mean(chance, labels)
    spread = _mean(chance, squares) - first**2
    if spread <= 0:
        return Expected(np.nan, np.zeros(chance.shape))
    moves = squares - 2 * first * labels
    return Expected(1 - error / spread, error / spread**2 * moves - errors / spread)


def roc_auc(chance: Floats, score: Array) -> Expected:
    """The chance that a positive row scores above a negative one, ties half; no row beside itself.

    chance: of no and of yes.
    """
    rank, levels = _ranks(score)
    no, yes = (np.bincount(rank, chance[:, at], levels) for at in (0, 1))
    negative, positive, alone = no.sum(), yes.sum(), dot(chance[:, 0], chance[:, 1])
    pairs = negative * positive - alone
    if pairs <= 0:
        return Expected(np.nan, np.zeros(chance.shape))
    below = (np.cumsum(no) - no / 2) / negative
    above = 1 - (np.cumsum(yes) - yes / 2) / positive
    value = (negative * dot(yes, below) - alone / 2) / pairs
    share = positive / len(score)
    gained = (below - value) / share + (value - above) / (1 - share)
    return Expected(value, _of_yes(gained[rank]))


def average_precision(chance: Floats, score: Array) -> Expected:
    """Precision at each score level, weighted by the recall gained there; chance: of no and yes."""
    rank, levels = _ranks(-np.asarray(score))
    yes, rows = np.bincount(rank, chance[:, 1], levels), np.bincount(rank, minlength=levels)
    positive, asked = yes.sum(), np.cumsum(rows)
    if positive <= 0:
        return Expected(np.nan, np.zeros(chance.shape))
    precision = np.cumsum(yes) / asked
    value = dot(yes, precision) / positive
    later = np.cumsum((yes / asked)[::-1])[::-1]  # what one more hit adds to precision from here on
    gained = (precision + later - value) * len(score) / positive
    return Expected(value, _of_yes(gained[rank]))


def calibration_error(chance: Floats, score: Array, place: Array) -> Expected:
    """Mean gap between what a score says and what is likely, over bins.

    chance: of no and yes; place: the bin of each row, from 0.
    """
    gap = np.bincount(place, chance[:, 1] - score)
    side = np.sign(gap)
    return Expected(float(np.abs(gap).sum() / len(score)), _of_yes(side[place]))


def variance(chance: Floats, influence: Floats) -> Floats:
    """Of what each row brings, by its outcome being open, shape (rows,)."""
    if chance.shape[1] == 2:
        gap = influence[:, 1] - influence[:, 0]
        return np.asarray(chance[:, 0] * chance[:, 1] * gap**2)
    first = np.einsum("ij,ij->i", chance, influence)
    second = np.einsum("ij,ij,ij->i", chance, influence, influence)
    return np.asarray(np.maximum(second - first**2, 0))


def _mean(chance: Floats, gains: Floats) -> float:
    return float(np.einsum("ij,ij->", chance, gains)) / len(chance) if len(chance) else float("nan")


def _ranks(score: Array) -> tuple[Array, int]:
    order = np.argsort(score)  # of equal scores any may come first
    place = np.concatenate([[0], np.cumsum(np.diff(score[order]) != 0)])
    rank = np.empty(len(score), dtype=np.int64)
    rank[order] = place[: len(score)]
    return rank, int(place[-1]) + 1


def _of_yes(gained: Floats) -> Floats:
    return np.column_stack([np.zeros(len(gained)), gained])
