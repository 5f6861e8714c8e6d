"""Degradation paths of past cuts, and whole paths drawn from them.

A path is what became of a model age by age. Drawn whole, it keeps what ages share: a bad month
stays bad for a month, which noise drawn age by age does not know.
"""

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest
from mainstay.stats.forecasts.backtest import Backtest

DRAWS = 300
FARTHEST = 4.0
"""Paths are cut to so many times the skill: near no skill a share of it can be anything."""
NEAREST = 5
"""Longer paths among which the next piece of a path is drawn."""


def paths(known: Backtest, now: int, ages: int) -> Floats:
    """(cuts, ages): (score - level) / skill of each past cut, NaN where not known yet.

    Without cuts that have no skill or no score at age 1.
    """
    at = backtest.cuts(known, now)
    worth = np.array([backtest.skill(known, int(cut)) for cut in at])
    found = backtest.aged(known.scores, at, ages) - (worth + known.no_skill)[:, None]
    relative: Floats = np.clip(found / worth[:, None], -FARTHEST, FARTHEST)
    return relative[np.isfinite(relative[:, 0])]


def gaps(known: Backtest, now: int, ages: int) -> Floats:
    """(cuts, ages): score of each past cut minus that of a fresh model in the same period.

    0 at age 1, where they are one model; negative where age costs. Without cuts never scored.
    """
    at = backtest.cuts(known, now)
    found = backtest.aged(known.scores, at, ages) - backtest.fresher(known.scores, at, ages)
    return found[np.isfinite(found[:, 0])]


def filled(some: Floats) -> Floats:
    """Paths without gaps inside: linear between what is known; beyond the last it stays NaN."""
    whole = some.copy()
    for path in whole:
        at = np.flatnonzero(np.isfinite(path))
        if len(at):
            inside = np.arange(at[-1] + 1)
            path[: at[-1] + 1] = np.interp(inside, at, path[at])
    return whole


def drawn(some: Floats, draws: int, generator: np.random.Generator) -> Floats:
    """(draws, ages): whole paths with replacement. some: at least one path.

    One that was cut short goes on by the steps of one of the NEAREST longer paths that were
    where it ended; where none is longer it stays level.
    Source: hot-deck imputation of censored paths, Andridge and Little (2010).
    """
    whole = filled(some)
    lengths = np.isfinite(whole).sum(axis=1)
    chosen = generator.integers(len(whole), size=draws)
    return np.array([_continued(whole, lengths, int(one), generator) for one in chosen])


def _continued(whole: Floats, lengths: Floats, one: int, generator: np.random.Generator) -> Floats:
    path, length, ages = whole[one].copy(), int(lengths[one]), whole.shape[1]
    while length < ages:
        longer = np.flatnonzero(lengths > length)
        if not len(longer):
            path[length:] = path[length - 1]
            break
        apart = np.abs(whole[longer, length - 1] - path[length - 1])
        near = longer[np.argsort(apart, kind="stable")[:NEAREST]]
        other = int(near[generator.integers(len(near))])
        end = int(lengths[other])
        steps = whole[other, length:end] - whole[other, length - 1]
        path[length:end] = path[length - 1] + steps
        length = end
    return np.asarray(path)
