"""Labels bet against an estimate as they arrive: while it is right nobody grows rich on them.

A label brings what it adds to the metric beyond what was expected of it, in standard deviations of
one row; the tolerance is added, so that while the estimate is right to within it the mean is not
below 0. A bet multiplies its wealth by 1 - stake * that. Stakes are fixed before labels are seen,
so wealth is a supermartingale: to reach 1 / BETS it has a chance of at most BETS, however often
one looks (Ville). A loss may begin late: some of the wealth waits and enters at later looks.

Two wealths are bet. One on labels as they count for the metric, the other on each in the standard
deviation of its own row: what was sure and failed says more than what was open. It takes both to
refute. The first has to reach 1 / BETS, so that the metric itself is lower whatever moved inside
of it; the mean of both 1 / SELDOM, which no row that turns out as promised allows. Both run at
once where sure rows fail, so that so small a chance costs next to no labels there.

An estimate learned from few rows promises too much or too little while nothing in the world moved,
and labels would find that too. So the tolerance is never less than what was learned may be off.

Labels of one day share what nobody measured. Of a day each counts as one over its design effect,
1 + rows * (variance of days / variance of a row): in normal approximation that makes up for days
that wander as those learned from did, and one label a day counts whole.

Labels must come without regard to what they say; which rows are asked for may hang on anything
that was known before, as long as it is the metric over those rows that is to be judged.

Sources: Waudby-Smith and Ramdas (2024), Estimating Means of Bounded Random Variables by Betting;
Shafer (2021), Testing by Betting.
"""

from typing import NamedTuple

import msgspec
import numpy as np
import scipy

from mainstay.stats.blocks import Blocks, Floats

FALSE, LEARNED = 0.005, 0.001
"""The chance that an estimate is ever refuted while its metric comes out as estimated, or worse by

no more than the tolerance, whatever rows make it up; and of it, that what was learned is further
off than is tolerated.
"""
BETS = FALSE - LEARNED
SELDOM = 0.001
"""The same while no row turns out worse than its chances by more than the tolerance."""
TOLERANCE = 0.05
"""At least, of a standard deviation of one row: 2 points of an accuracy of 0.83."""
STAKES = (0.05, 0.1, 0.2, 0.35)
"""Best for losses of so many standard deviations beyond the tolerance."""
SHARES = (0.15, 0.25, 0.5, 0.1)
"""Of the wealth; half is laid where 10 points of an accuracy of 0.83 are."""
FIRST, STARTS = 0.8, 200
"""Of the wealth, what is bet from the first label on; the rest enters in so many looks."""
_WIDEST = 0.5
"""A stake never risks more than this share of the wealth on one label."""
_WAYS = 2


class Terms(NamedTuple):
    """On what a metric's labels are bet, each of shape (2,): as they count for the metric, and

    each in the standard deviation of its own row. gain: no label says more for the metric;
    allowed: how much lower may be, see `tolerance`; share: the variance of days over that of a row.
    """

    gain: Floats
    allowed: Floats
    share: Floats


class Wealth(msgspec.Struct, frozen=True):
    """Between looks. labels: bet so far; worth: of how many independent ones; looks: with labels.

    logs: logarithm of what each stake has become, of both wealths in turn. nearest: the largest
    part so far of what refutes.
    """

    labels: int = 0
    worth: float = 0.0
    looks: int = 0
    logs: tuple[float, ...] = ()
    nearest: float = 0.0

    @property
    def refuted(self) -> bool:
        return self.nearest >= 1


class Bet(msgspec.Struct, frozen=True):
    """Wealth after the labels of one look; at: which of them refuted, counted from 1, or None."""

    wealth: Wealth
    at: int | None


def tolerance(learned: float, days: int, even: float = 1.0) -> float:
    """Of a standard deviation of one row.

    learned: the variance of the estimate by what it was learned from, over that of one row; days:
    how many that were; even: what the same loss of every row comes to, 1 for the metric itself.
    """
    reach = float(scipy.special.stdtrit(max(days - 1, 1), 1 - LEARNED))
    return max(TOLERANCE * even, reach * float(np.sqrt(learned)))


def bet(before: Wealth, surprise: Floats, weight: Floats, terms: Terms) -> Bet:
    """One look's labels in the order they arrived.

    surprise: in standard deviations, worse is negative; weight: what share of a label each counts
    for, see `weights`; both of shape (labels, 2), as the terms.
    """
    if not len(surprise):
        return Bet(before, None)
    stakes = np.minimum(STAKES, _WIDEST / (terms.gain + terms.allowed)[:, None])
    risked = (surprise + terms.allowed)[:, :, None] * stakes
    paths = _entered(before) + np.cumsum(np.log1p(-risked) * weight[:, :, None], axis=0)
    waiting = (1 - FIRST) * max(1 - before.looks / STARTS, 0)
    rich = np.exp(np.minimum(paths, 700)) @ np.array(SHARES) + waiting
    near = np.minimum(rich[:, 0] * BETS, rich.mean(axis=1) * SELDOM)
    over = np.flatnonzero(near >= 1)
    after = Wealth(
        labels=before.labels + len(surprise),
        worth=before.worth + float(weight[:, 0].sum()),
        looks=before.looks + 1,
        logs=tuple(paths[-1].ravel().tolist()),
        nearest=max(before.nearest, float(near.max())),
    )
    return Bet(after, int(over[0]) + 1 if len(over) else None)


def weights(day: Blocks, rows: Floats, share: Floats) -> Floats:
    """Of each label: one over the design effect of its day, shape (labels, 2).

    day: block of each label; rows: labels of each day in all, also those of other looks; share:
    see Terms.
    """
    return np.asarray(1 / (1 + np.maximum(rows[day] - 1, 0)[:, None] * share))


def _entered(before: Wealth) -> Floats:
    """What each stake is at the beginning of a look, with its part of the wealth that waited.

    What an earlier release kept, of one wealth only, begins anew.
    """
    if len(before.logs) != _WAYS * len(STAKES):
        return np.full((_WAYS, len(STAKES)), np.log(FIRST))
    late = (1 - FIRST) / STARTS if before.looks <= STARTS else 0.0
    logs = np.reshape(before.logs, (_WAYS, len(STAKES)))
    return np.asarray(np.log(np.exp(np.minimum(logs, 700)) + late))
