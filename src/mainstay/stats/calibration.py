"""Calibration: does what was announced with 0.3 happen in 3 of 10 rows?"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap
from mainstay.stats.blocks import Blocks, Floats, sums
from mainstay.stats.bootstrap import Statistic
from mainstay.stats.metrics import Array


class Bin(msgspec.Struct, frozen=True):
    """Rows whose score lies in [low, high]: their mean score, the share of them positive."""

    low: float
    high: float
    score: float
    positive: Estimate


class Isotonic(NamedTuple):
    """A function that never falls, linear between its points; score ascends."""

    score: Floats
    value: Floats


class _Binned(NamedTuple):
    """Rows with the bin of each, bins of about equal mass, equal scores in one bin."""

    positive: Floats
    score: Floats
    place: NDArray[np.int64]
    bins: int


def expected_error(label: Array, score: Array, bins: int = 15) -> Statistic:
    """Expected calibration error: mean |share - score| over bins of equal mass, debiased.

    Noise alone makes a gap; what a normal error of the share adds to |gap| is taken off. The error
    counts (sum w)^2 / sum w^2 rows, so that a resample is not charged for its own noise as well.
    Source: Kumar, Liang and Ma (2019), Verified Uncertainty Calibration.
    """
    rows = _binned(label, score, bins)

    def value(weight: Floats) -> float:
        mass, gap, error = _gaps(rows, weight)
        if not len(mass):
            return float("nan")
        debiased = 2 * np.abs(gap) - _folded(gap, error)
        return max(float(mass @ debiased / mass.sum()), 0.0)

    return value


def reliability(
    label: Array, score: Array, blocks: tuple[Blocks, ...], *, seed: int, bins: int = 10
) -> tuple[Bin, ...]:
    """Bins of equal mass, lowest scores first; each share is covered by itself.

    A share that the blocks cannot tell lies in [0, 1].
    """
    rows = _binned(label, score, bins)
    shares = bootstrap.pointwise(lambda weight: _shares(rows, weight), blocks, seed=seed)
    return tuple(_bin(score[rows.place == place], one) for place, one in enumerate(shares))


def isotonic(label: Array, score: Array, weight: Floats | None = None) -> Isotonic:
    """The rising function of the score that is nearest to the labels in weighted squares.

    Source: Barlow et al. (1972), Statistical Inference Under Order Restrictions.
    """
    weights = np.ones(len(label)) if weight is None else weight
    levels, rank = np.unique(score[weights > 0], return_inverse=True)
    mass = np.bincount(rank, weights[weights > 0])
    mean = np.bincount(rank, (weights * label)[weights > 0]) / mass
    return Isotonic(levels, optimize.isotonic_regression(mean, weights=mass).x)


def calibrated(fit: Isotonic, score: Array) -> Floats:
    """Scores through an isotonic fit; outside its points it stays level."""
    return np.interp(score, fit.score, fit.value)


def _binned(label: Array, score: Array, bins: int) -> _Binned:
    inner = np.quantile(score, np.arange(1, bins) / bins)
    place = np.unique(np.searchsorted(inner, score, side="left"), return_inverse=True)[1]
    return _Binned((label == 1).astype(np.float64), score, place, int(place.max(initial=-1)) + 1)


def _gaps(rows: _Binned, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Of every bin that has weight: its mass, share minus score, and the error of the share."""
    summed = [_sums(rows, one) for one in (weight, weight**2, weight * rows.score)]
    kept = summed[0] > 0
    mass, squares, scores, share = (one[kept] for one in (*summed, _shares(rows, weight)))
    effective = np.maximum(mass**2 / squares, 2)
    return mass, share - scores / mass, np.sqrt(share * (1 - share) / (effective - 1))


def _folded(gap: Floats, error: Floats) -> Floats:
    """Mean of |x| for x normal around the gap with that error."""
    far = np.divide(gap, error, out=np.full(len(gap), np.inf), where=error > 0)
    spread = error * np.sqrt(2 / np.pi) * np.exp(-(far**2) / 2)
    return np.asarray(spread + np.abs(gap) * (1 - 2 * special.ndtr(-np.abs(far))))


def _shares(rows: _Binned, weight: Floats) -> Floats:
    mass, positive = _sums(rows, weight), _sums(rows, weight * rows.positive)
    return np.asarray(np.divide(positive, mass, out=np.full(len(mass), np.nan), where=mass > 0))


def _sums(rows: _Binned, values: Floats) -> Floats:
    return sums(rows.place, values, rows.bins)


def _bin(score: Array, found: Estimate) -> Bin:
    low, high = max(found.low, 0.0), min(found.high, 1.0)
    share = Estimate(found.value, low, high, len(score))
    return Bin(float(score.min()), float(score.max()), float(score.mean()), share)
