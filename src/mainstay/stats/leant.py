"""What a score earns where money hangs on the row, known only the score's ROC AUC.

Rows are decided one by one: a row is acted on where the odds of its score reach its own slope, what
a no there can lose over what a yes can gain, times the odds of no to yes. So each row takes its
own point of the ROC curve, and one threshold on the leanings scales all slopes alike. Rows stand in
bins of about one slope. The money of a yes is told apart from that of a no, so amounts may tell of
the label; assumed is that they say nothing of the score among the yes, and nothing among the no.
Where they do not tell of the label, a leant score earns at least what one threshold on it earns
(`earning.surely`): the best point of a curve is convex in the slope.

Source: Elkan (2001), The Foundations of Cost-Sensitive Learning; of the convexity: Jensen (1906).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.stats import earning
from mainstay.stats.blocks import Floats

BINS = 64
SCALES = np.exp(np.linspace(-1.5, 1.5, 13))
"""How far a threshold that is chosen on rows moves all slopes; 1 among them."""
AREAS = np.linspace(0.5, 1.0, 26)


class Stakes(NamedTuple):
    """slope: of each bin, shape (bins,); gained, lost: what all its yes can gain and all its no can

    lose in each draw, shape (draws, bins).
    """

    slope: Floats
    gained: Floats
    lost: Floats


Way = Callable[[float, Stakes], Floats]
"""A ROC AUC to the money of each draw above never acting, shape (draws,)."""


def bins(gain: Floats, loss: Floats, yes: float) -> tuple[NDArray[np.int64], Floats]:
    """The bin of each row by its slope, at most BINS, and the slope of each.

    gain, loss: above 0 where a score decides, shape (rows,); others are in the first bin. yes: the
    share of yes, in (0, 1).
    """
    open_ = (gain > 0) & (loss > 0)
    each = np.log(loss[open_] / gain[open_] * (1 - yes) / yes)
    edges = np.unique(np.quantile(each, np.arange(1, BINS) / BINS))
    found = np.searchsorted(edges, each)
    used, found = np.unique(found, return_inverse=True)
    place = np.zeros(len(gain), dtype=np.int64)
    place[open_] = found
    middle = np.bincount(found, each) / np.bincount(found, minlength=len(used))
    return place, np.exp(middle)


def likely(auc: float, stakes: Stakes) -> Floats:
    """By two normal distributions of one spread."""
    return _best(earning.likely_point, auc, stakes)


def at_most(auc: float, stakes: Stakes) -> Floats:
    """As if every slope met the curve that suits it best."""
    return _best(earning.pointed, auc, stakes)


def enough(way: Way, wanted: Floats, stakes: Stakes) -> Floats:
    """The least ROC AUC that earns so much, shape (draws,); 1 for more than there is."""
    made = np.maximum.accumulate([way(float(auc), stakes) for auc in AREAS])
    place = np.sum(made < wanted, axis=0)
    above = np.clip(place, 1, len(AREAS) - 1)
    low, high = (np.take_along_axis(made, one[None], axis=0)[0] for one in (above - 1, above))
    part = np.divide(wanted - low, high - low, out=np.ones(len(wanted)), where=high > low)
    found = AREAS[above - 1] + np.clip(part, 0, 1) * (AREAS[above] - AREAS[above - 1])
    least: Floats = np.where(place == 0, AREAS[0], found)
    return least


def _best(point: earning.Curve, auc: float, stakes: Stakes) -> Floats:
    """By the scale that earns most, with acting always and never among them."""
    scaled = SCALES[:, None] * stakes.slope
    false_positive, true_positive = point(np.full(scaled.shape, max(auc, 0.5)), scaled)
    made = stakes.gained @ true_positive.T - stakes.lost @ false_positive.T
    always = np.sum(stakes.gained - stakes.lost, axis=1)
    best: Floats = np.maximum(np.maximum(np.max(made, axis=1), always), 0.0)
    return best
