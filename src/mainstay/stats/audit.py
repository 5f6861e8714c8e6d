"""Labels bet against an estimate as they arrive: while it is right nobody grows rich on them.

A label brings what it adds to the metric beyond what was expected of it, in standard deviations of
one row; the tolerance is added, so that while the estimate is right to within it the mean is not
below 0. A bet multiplies its wealth by 1 - stake * that. Stakes are fixed before labels are seen,
so wealth is a supermartingale: to reach 1 / BETS it has a chance of at most BETS, however often
one looks (Ville). A loss may begin late: some of the wealth waits and enters at later looks.

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

import msgspec
import numpy as np
from scipy import special

from mainstay.stats.blocks import Blocks, Floats

FALSE, LEARNED = 0.005, 0.001
"""The chance that an estimate is ever refuted while rows turn out as when it was learned, or worse

by no more than the tolerance; and of it, that what was learned is further off than is tolerated.
"""
BETS = FALSE - LEARNED
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


class Wealth(msgspec.Struct, frozen=True):
    """Between looks. labels: bet so far; worth: of how many independent ones; looks: with labels.

    logs: logarithm of what each stake has become. most: the largest wealth so far.
    """

    labels: int = 0
    worth: float = 0.0
    looks: int = 0
    logs: tuple[float, ...] = ()
    most: float = 1.0

    @property
    def refuted(self) -> bool:
        return self.most >= 1 / BETS


class Bet(msgspec.Struct, frozen=True):
    """Wealth after the labels of one look; at: which of them refuted, counted from 1, or None."""

    wealth: Wealth
    at: int | None


def tolerance(learned: float, days: int) -> float:
    """Of a standard deviation of one row.

    learned: the variance of the estimate by what it was learned from, over that of one row; days:
    how many that were.
    """
    reach = float(special.stdtrit(max(days - 1, 1), 1 - LEARNED))
    return max(TOLERANCE, reach * float(np.sqrt(learned)))


def bet(
    before: Wealth,
    surprise: Floats,
    weight: Floats,
    bound: float,
    allowed: float = TOLERANCE,
) -> Bet:
    """One look's labels in the order they arrived.

    surprise: in standard deviations of one row, worse is negative, shape (labels,); weight: what
    share of a label each counts for, see `weights`; bound: no surprise can be larger; allowed: see
    `tolerance`.
    """
    if not len(surprise):
        return Bet(before, None)
    stakes = np.minimum(STAKES, _WIDEST / (bound + allowed))
    moves = np.log1p(-np.outer(surprise + allowed, stakes)) * weight[:, None]
    paths = _entered(before) + np.cumsum(moves, axis=0)
    waiting = (1 - FIRST) * max(1 - before.looks / STARTS, 0)
    rich = np.exp(np.minimum(paths, 700)) @ np.array(SHARES) + waiting
    over = np.flatnonzero(rich >= 1 / BETS)
    after = Wealth(
        labels=before.labels + len(surprise),
        worth=before.worth + float(weight.sum()),
        looks=before.looks + 1,
        logs=tuple(paths[-1].tolist()),
        most=max(before.most, float(rich.max())),
    )
    return Bet(after, int(over[0]) + 1 if len(over) else None)


def weights(day: Blocks, rows: Floats, share: float) -> Floats:
    """Of each label: one over the design effect of its day.

    day: block of each label; rows: labels of each day in all, also those of other looks; share:
    the variance of days over that of a row.
    """
    return np.asarray(1 / (1 + np.maximum(rows[day] - 1, 0) * share))


def _entered(before: Wealth) -> Floats:
    """What each stake is at the beginning of a look, with its part of the wealth that waited."""
    if not before.looks:
        return np.full(len(STAKES), np.log(FIRST))
    late = (1 - FIRST) / STARTS if before.looks <= STARTS else 0.0
    return np.asarray(np.log(np.exp(np.minimum(before.logs, 700)) + late))
