"""Labels that cannot be what they seem: turned about, or of one value where chances differ.

The world may change what a score is worth, by any amount and from day to day; yet rows that are
likelier stay likelier. So labels that surely run against their scores were turned about, and a
window in which all are alike, though chance would not make them so in a budget, was filled in.
Ranks are centred within each window: what a day shares says nothing.

Source: Mann and Whitney (1947), as a permutation test with ties; unions of stretches by Bonferroni.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.ranking import ranks

LONGEST = 7
"""Windows that are looked at together, where one alone has too few labels."""
_EDGE = 1e-3
"""No chance is surer: a score of 0 is not believed to the letter."""
_REACH = 1.96


class Labelled(NamedTuple):
    """Of each window, shape (windows,): labels; pairs of a yes and a no; by how many more of them

    the yes ranks higher, and the variance of that without any relation; the logarithms of the
    chance that all are yes, and that all are no.
    """

    rows: Floats
    pairs: Floats
    above: Floats
    variance: Floats
    all_yes: Floats
    all_no: Floats


def labelled(place: Blocks, chance: Floats, label: Floats, windows: int) -> Labelled:
    """place: the window of each row, -1 for none; chance: of yes; label: 1 or 0."""
    found = np.zeros((windows, len(Labelled._fields)))
    for number in range(windows):
        at = np.flatnonzero(place == number)
        found[number] = _window(chance[at], label[at])
    return Labelled(*found.T)


def turned(found: Labelled, alpha: float) -> NDArray[np.bool_]:
    """Windows in a stretch whose labels surely run against their scores, shape (windows,).

    alpha: the chance that a window ends such a stretch where scores mean nothing at all; less
    where they mean something.
    """
    marked = np.zeros(len(found.rows), dtype=np.bool_)
    for length in range(1, min(LONGEST, len(marked)) + 1):
        above, variance = (_together(one, length) for one in (found.above, found.variance))
        sure = above < scipy.special.ndtri(alpha / LONGEST) * np.sqrt(variance)
        for first in np.flatnonzero(sure & (variance > 0)):
            marked[first : first + length] |= found.above[first : first + length] < 0
    return marked


def alike(found: Labelled, alpha: float) -> NDArray[np.bool_]:
    """Windows in which all labels are one value, where chance does that less often than alpha."""
    one_value = (found.pairs == 0) & (found.rows > 0)
    seldom = np.maximum(found.all_yes, found.all_no) < np.log(alpha / 2)
    return np.asarray(one_value & seldom, dtype=np.bool_)


def relation(found: Labelled, at: NDArray[np.bool_]) -> Estimate:
    """How often a yes ranks above a no of the same window, over these windows; infinite without.

    The interval is as wide as where scores mean nothing, which is a little wider than it is.
    """
    pairs, count = float(found.pairs[at].sum()), int(found.rows[at].sum())
    if not pairs:
        return Estimate(np.nan, -np.inf, np.inf, count)
    value = 0.5 + float(found.above[at].sum()) / pairs
    reach = _REACH * float(np.sqrt(found.variance[at].sum())) / pairs
    return Estimate(value, max(value - reach, 0.0), min(value + reach, 1.0), count)


def _window(chance: Floats, label: Floats) -> tuple[float, ...]:
    count, yes = len(label), float(label.sum())
    if not count:
        return (0.0,) * len(Labelled._fields)
    rank = ranks(chance) - (count + 1) / 2
    spread = float(np.square(rank).sum()) * yes * (count - yes) / count / max(count - 1, 1)
    inside = np.clip(chance, _EDGE, 1 - _EDGE)
    return (
        count, yes * (count - yes), float(rank[label == 1].sum()), spread,
        _alone(label, 1, inside), _alone(label, 0, 1 - inside),
    )  # fmt: skip


def _alone(label: Floats, value: int, chance: Floats) -> float:
    """The logarithm of the chance that all have this value, -inf where they have not."""
    return float(np.log(chance).sum()) if (label == value).all() else -np.inf


def _together(values: Floats, length: int) -> Floats:
    """Sums of so many neighbours."""
    return np.convolve(values, np.ones(length), mode="valid")
