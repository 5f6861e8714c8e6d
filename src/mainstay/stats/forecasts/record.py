"""Whether a forecaster keeps what its intervals say, judged as scores come in, one after another.

Somebody bets on misses against the forecaster, one score at a time: while an 80 % interval misses
at most one in five of what comes, whatever came before, the wealth is a supermartingale, and to
reach 1 / FALSE it has a chance of at most FALSE, however often one looks (Ville). Each score has to
be held against an interval that was fixed before the score was known.
Source: Shafer (2021), Testing by Betting; Vovk and Wang (2021), E-values.
"""

from collections.abc import Sequence

import numpy as np

from mainstay.stats.forecasts.scoring import HIGH, LOW

FALSE = 0.05
MISSED = 1 - (HIGH - LOW)
"""Of what comes, by an 80 % interval."""
ALTERNATIVES = (0.4, 0.6, 0.8)
"""Shares of misses that are bet on, with equal parts of the wealth."""


def wealth(inside: Sequence[bool]) -> float:
    """What 1 has become after these scores; the largest it ever was, as what is refuted stays so.

    >>> round(wealth([False, False, False]), 1)
    33.0
    """
    if not inside:
        return 1.0
    missed = ~np.array(inside, dtype=np.bool_)
    bets = [np.where(missed, one / MISSED, (1 - one) / (1 - MISSED)) for one in ALTERNATIVES]
    return float(max(np.mean(np.cumprod(bets, axis=1), axis=0).max(), 1.0))


def refuted(inside: Sequence[bool]) -> bool:
    """Whether so many misses are no luck: the forecaster loses its number."""
    return wealth(inside) >= 1 / FALSE
