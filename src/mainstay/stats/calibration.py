"""Calibration: does what was announced with 0.3 happen in 3 of 10 rows?"""

from typing import NamedTuple

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.blockwise import Distance, Summed, divided
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


def expected_error(label: Array, score: Array, bins: int = 15) -> Distance:
    """Expected calibration error: mean |share - score| over bins of equal mass, debiased.

    Noise alone makes a gap; what a normal error of the share adds to |gap| is taken off. The error
    counts (sum w)^2 / sum w^2 rows, so that a resample is not charged for its own noise as well.
    Some of it stays: an interval ends at 0 where the gaps may all be chance.
    Source: Kumar, Liang and Ma (2019), Verified Uncertainty Calibration.
    """
    ones, bins_of = np.ones(len(label)), binned(score, bins)
    columns = [ones, label == 1, score]
    size = Summed(_error, columns, squared=[ones], bins=bins_of)
    return Distance(size, Summed(_gaps, columns, bins=bins_of))


def reliability(
    label: Array, score: Array, blocks: tuple[Blocks, ...], *, seed: int, bins: int = 10
) -> tuple[Bin, ...]:
    """Bins of equal mass, lowest scores first; each share is covered by itself.

    A share that the blocks cannot tell lies in [0, 1].
    """
    place, count = binned(score, bins)
    positive = Summed(_shares, [np.ones(len(label)), label == 1], bins=(place, count))
    shares = bootstrap.pointwise(positive, blocks, seed=seed)
    return tuple(_bin(score[place == at], one) for at, one in enumerate(shares))


def isotonic(label: Array, score: Array, weight: Floats | None = None) -> Isotonic:
    """The rising function of the score that is nearest to the labels in weighted squares.

    Source: Barlow et al. (1972), Statistical Inference Under Order Restrictions.
    """
    weights = np.ones(len(label)) if weight is None else weight
    levels, rank = np.unique(score[weights > 0], return_inverse=True)
    mass = np.bincount(rank, weights[weights > 0])
    mean = np.bincount(rank, (weights * label)[weights > 0]) / mass
    return Isotonic(levels, scipy.optimize.isotonic_regression(mean, weights=mass).x)


def calibrated(fit: Isotonic, score: Array) -> Floats:
    """Scores through an isotonic fit; outside its points it stays level."""
    return np.interp(score, fit.score, fit.value)


def binned(score: Array, bins: int = 15) -> tuple[NDArray[np.int64], int]:
    """The bin of each row, bins of about equal mass, equal scores in one bin; how many."""
    inner = np.quantile(score, np.arange(1, bins) / bins)
    place = np.unique(np.searchsorted(inner, score, side="left"), return_inverse=True)[1]
    return place, int(place.max(initial=-1)) + 1


def _error(total: Floats) -> Floats:
    """Of mass, positives, scores and squared weights of each bin; one without mass is left out."""
    mass, _, scores, squares = np.moveaxis(total, 2, 0)
    share = _shares(total)
    effective = np.maximum(divided(mass**2, squares), 2)
    gap, error = share - divided(scores, mass), np.sqrt(share * (1 - share) / (effective - 1))
    off = np.where(mass > 0, 2 * np.abs(gap) - _folded(gap, error), 0)
    return np.maximum(divided((mass * off).sum(axis=1), mass.sum(axis=1)), 0)


def _gaps(total: Floats) -> Floats:
    """Of each bin its share of the rows times how far shares are from scores."""
    mass, positive, scores = np.moveaxis(total, 2, 0)
    every = np.broadcast_to(mass.sum(axis=1, keepdims=True), mass.shape)
    return divided(positive - scores, every)


def _folded(gap: Floats, error: Floats) -> Floats:
    """Mean of |x| for x normal around the gap with that error."""
    far = np.divide(gap, error, out=np.full(gap.shape, np.inf), where=error > 0)
    spread = error * np.sqrt(2 / np.pi) * np.exp(-(far**2) / 2)
    return np.asarray(spread + np.abs(gap) * (1 - 2 * scipy.special.ndtr(-np.abs(far))))


def _shares(total: Floats) -> Floats:
    return divided(total[:, :, 1], total[:, :, 0])


def _bin(score: Array, found: Estimate) -> Bin:
    low, high = max(found.low, 0.0), min(found.high, 1.0)
    share = Estimate(found.value, low, high, len(score))
    return Bin(float(score.min()), float(score.max()), float(score.mean()), share)
