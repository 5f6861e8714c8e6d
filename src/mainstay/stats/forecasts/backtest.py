"""The backtest matrix: how every model ever cut scored in every period after its cut.

scores[cut, period]: the score in that period of the model that was trained on the periods up to
and with `cut`; higher is better; NaN where period <= cut and where nothing was measured. All that
is said of how long a model lasts is read from it. Source: Vela et al. (2022), Sci. Rep. 12:11654,
which draws such scores by age and forecasts nothing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.errors import Broken
from mainstay.stats.blocks import Floats

Cuts = NDArray[np.int64]

LEVEL = 4
"""So many newest scores of fresh models make the level of the next one."""
LEAST_SKILL = 0.02
"""Above no skill: what a model must show before shares of its skill mean anything."""
FEWEST, MOST, SHARE = 4, 26, 5
"""A horizon is a fifth of the periods, within these."""


class Backtest(NamedTuple):
    """scores: (periods, periods). training: periods a model is trained on. no_skill: the score of
    one that knows nothing. season: periods until the same time of year, 0 for none.
    """

    scores: Floats
    training: int
    no_skill: float = 0.0
    season: int = 0

    @property
    def periods(self) -> int:
        """Of the whole matrix, those before the first cut included."""
        return len(self.scores)

    @property
    def first(self) -> int:
        """The earliest cut there can be."""
        return self.training - 1


def checked(backtest: Backtest) -> Backtest:
    """As it came. Raises Broken where it is no square or tells of a time before its cut."""
    scores = backtest.scores
    if scores.ndim != 2 or len(scores) != scores.shape[1]:
        raise Broken(
            f"a backtest of shape {scores.shape} is no square: one row a cut, one column a period",
            hint="a cut that was not fitted is a row of NaN",
        )
    if np.isfinite(scores[np.tril_indices(len(scores))]).any():
        raise Broken(
            "a backtest holds scores of periods that its models were trained on",
            hint="scores[cut, period] is NaN up to and with period = cut",
        )
    return backtest


def as_of(backtest: Backtest, now: int) -> Backtest:
    """What was known when period `now` had ended; the same shape."""
    known = backtest.scores.copy()
    known[:, now + 1 :] = np.nan
    return backtest._replace(scores=known)


def horizon(backtest: Backtest) -> int:
    """Ages that are worth a forecast."""
    return int(np.clip(backtest.periods // SHARE, FEWEST, MOST))


def cuts(backtest: Backtest, now: int) -> Cuts:
    """Past cuts, before `now`."""
    return np.arange(backtest.first, now)


def fresh(backtest: Backtest, now: int) -> Floats:
    """Scores of models one period old, one for each past cut, NaN where there is none."""
    at = cuts(backtest, now)
    return backtest.scores[at, at + 1]


def level(backtest: Backtest, cut: int) -> float:
    """What a model cut there is worth when it begins: the mean of the last fresh scores known."""
    at = np.arange(max(cut - LEVEL, 0), cut)
    found = backtest.scores[at, at + 1]
    known = found[np.isfinite(found)]
    return float(known.mean()) if len(known) else float("nan")


def skill(backtest: Backtest, cut: int) -> float:
    """Level above no skill; NaN where it is too little for shares of it to mean anything."""
    found = level(backtest, cut) - backtest.no_skill
    return found if found >= LEAST_SKILL else float("nan")


def aged(scores: Floats, at: Cuts, ages: int) -> Floats:
    """(cuts, ages): score of each cut at ages 1, 2, ..., NaN beyond the matrix."""
    return _diagonal(scores, at[:, None] + np.zeros(ages, dtype=np.int64), at, ages)


def fresher(scores: Floats, at: Cuts, ages: int) -> Floats:
    """(cuts, ages): score of a fresh model in the same periods."""
    return _diagonal(scores, at[:, None] + np.arange(ages), at, ages)


def _diagonal(scores: Floats, rows: Cuts, at: Cuts, ages: int) -> Floats:
    last = len(scores) - 1
    periods = at[:, None] + np.arange(1, ages + 1)
    found = scores[np.minimum(rows, last), np.minimum(periods, last)]
    return np.where(periods <= last, found, np.nan)
