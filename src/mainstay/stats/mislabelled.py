"""How many labels can be wrong at most, from the rows whose label is surest.

Where a share a of all no's is labelled yes and b of all yes's no, with a + b < 1, any group of rows
is labelled yes at a rate of a + (1 - a - b) times its true rate: never below a. So the rate of the
group least likely to be yes bounds a from above, and is a where that group holds no yes at all.
The group is chosen on one half of the days, and measured on the other: its interval is honest.
Nothing bounds a from below but labels given twice: chance and error look alike.

Sources: Scott (2015), A Rate of Convergence for Mixture Proportion Estimation; Liu and Tao (2016),
Classification with Noisy Labels by Importance Reweighting; the use of out-of-fold confidence is
that of Northcutt, Jiang and Chuang (2021), Confident Learning.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.core.nouns import Estimate
from mainstay.stats.blocks import Floats, sums
from mainstay.stats.proportion import clustered

GROUPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Shares of the rows among which the surest group is chosen."""
FEWEST = 50
Codes = NDArray[np.int64]


def at_most(label: Floats, score: Floats, day: Codes) -> Estimate | None:
    """The share of no's that are labelled yes: what the surest show, and 95 % at most.

    label: 1 or 0; score: higher where yes is likelier, learnt from other rows; day: codes from 0;
    each of shape (rows,). For the share of yes's labelled no give 1 - label and -score. None where
    no group of FEWEST rows is on both halves.
    """
    chosen = (day % 2).astype(bool)
    cuts = [float(np.quantile(score, share)) for share in GROUPS]
    rates = {cut: _rate(label, score <= cut, chosen, day) for cut in cuts}
    there = {cut: int((score <= cut)[~chosen].sum()) for cut in cuts}
    known = {cut: one for cut, one in rates.items() if min(one.n, there[cut]) >= FEWEST}
    if not known:
        return None
    best = min(known, key=lambda cut: known[cut].high)
    found = _rate(label, score <= best, ~chosen, day)
    return msgspec.structs.replace(found, low=0.0)


def _rate(label: Floats, group: NDArray[np.bool_], half: NDArray[np.bool_], day: Codes) -> Estimate:
    """Of a group on half of the days; days differ by more than chance. One-sided 97.5 %."""
    rows, days = group & half, int(day.max()) + 1
    count = sums(day[rows], np.ones(int(rows.sum())), days)
    return clustered(sums(day[rows], label[rows], days), count)
