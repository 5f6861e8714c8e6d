"""What the best threshold of a score reaches, known only the score's ROC AUC.

Reached is c = max(TPR - slope FPR): the share of all that could be gained on positives, less what
is lost on negatives; slope = what all negatives can lose over what all positives can gain. Every
concave curve of area A keeps `surely` <= c <= `at_most`, and both are reached by one: below the
line TPR = c + slope FPR at most 1 - (1 - c)^2 / (2 slope) fits, and a triangle over the diagonal
is the most pointed curve. `likely` is that of two normal distributions of one spread, between.
Nothing is assumed for the bounds but that of two scores the higher is never the less likely yes.

Source of the curve: Green and Swets (1966), Signal Detection Theory; of the slope: Metz (1978),
Basic Principles of ROC Analysis.
"""

from collections.abc import Callable

import numpy as np
import scipy

from mainstay.stats.blocks import Floats

Curve = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""ROC AUC and slope to FPR and TPR there, all of one shape."""
_HALVINGS = 50
_NEARLY_ONE = 1 - 1e-12


def surely(auc: Floats, slope: Floats) -> Floats:
    """The least that is reached; all shapes are broadcast, auc in [0.5, 1], slope above 0."""
    found: Floats = 1 - np.sqrt(2 * slope * (1 - auc))
    return np.maximum(alone(slope), found)


def likely(auc: Floats, slope: Floats) -> Floats:
    """What two normal distributions of one spread reach."""
    across, up = likely_point(auc, slope)
    return np.maximum(alone(slope), up - slope * across)


def likely_point(auc: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Where their curve has this slope: FPR and TPR."""
    apart = np.sqrt(2) * scipy.special.ndtri(np.clip(auc, 0.5 + 1e-9, _NEARLY_ONE))
    cut = np.log(slope) / apart + apart / 2
    return scipy.special.ndtr(-cut), scipy.special.ndtr(apart - cut)


def at_most(auc: Floats, slope: Floats) -> Floats:
    """The most that is reached."""
    across, up = pointed(auc, slope)
    return np.maximum(alone(slope), up - slope * across)


def pointed(auc: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """The corner of the triangle that suits this slope best: FPR and TPR."""
    flat = slope < 1
    return np.where(flat, 2 * (1 - auc), 0.0), np.where(flat, 1.0, 2 * auc - 1)


def alone(slope: Floats) -> Floats:
    """What acting always or never reaches, the better of them."""
    return np.maximum(0.0, 1 - slope)


def surely_enough(reached: Floats, slope: Floats) -> Floats:
    """The ROC AUC from which on so much is reached whatever the curve; 1 for more than there is."""
    area = 1 - np.maximum(1 - reached, 0) ** 2 / (2 * slope)
    return _from_even(reached, slope, area)


def likely_enough(reached: Floats, slope: Floats) -> Floats:
    """The ROC AUC at which `likely` reaches so much."""
    low, high = np.full(np.shape(reached), 0.5), np.ones(np.shape(reached))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = likely(middle, slope) < reached
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return _from_even(reached, slope, high)


def at_least_needed(reached: Floats, slope: Floats) -> Floats:
    """The ROC AUC below which no curve reaches so much."""
    area = np.where(slope < 1, 1 - (1 - reached) / (2 * slope), (1 + reached) / 2)
    return _from_even(reached, slope, area)


def _from_even(reached: Floats, slope: Floats, auc: Floats) -> Floats:
    """Chance suffices for what acting always or never reaches."""
    return np.where(reached <= alone(slope), 0.5, np.clip(auc, 0.5, 1.0))
