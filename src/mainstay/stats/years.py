"""Windows held against the same weeks of the year before, in place of a whole reference.

Each window loses the mean of the four weeks around its place 52 weeks earlier. What remains of the
reference windows that have a year before them says what to expect of later ones: its mean, a trend,
how far single windows lie off, and how far means of four weeks do. The last is what a detector of
lasting shifts must allow for: a warm month, an uneven year and the error of the year before last
for weeks. How far whole years differ is seldom known from more than one pair of them, so the trend
is as uncertain as it is large.
"""

from typing import NamedTuple

import numpy as np
import scipy

from mainstay.stats.blocks import Floats
from mainstay.stats.components import Reference, Season, Windows
from mainstay.stats.wander import UPPER

YEAR, BLOCK = 364.0, 28.0
"""Days: whole weeks, so that weekdays meet weekdays; and the stretch that a level is taken over."""
FEWEST = 4
"""Blocks that have a year before them, from which is learnt how far years differ."""
HALF = 0.5
"""Of the windows of a block, and of those on each side of a place, so many must have rows."""
LEAST = YEAR + HALF * BLOCK / 2 + (FEWEST - HALF) * BLOCK
"""Days of a reference without gaps that are just enough."""


class Days(NamedTuple):
    """The middles of reference and live windows in days since one moment, and how long each is."""

    past: Floats
    now: Floats
    width: float


def against(reference: Reference, live: Windows, days: Days) -> tuple[Reference, Windows] | None:
    """Both without the season; windows that have no year before them lose their rows.

    None where the reference is too short to say how far years differ.
    """
    years = _apart(reference.windows, days.past, reference.windows, days)
    blocks = _blocks(years, days)
    if len(blocks) < FEWEST:
        return None
    later = _apart(live, days.now, reference.windows, days)
    kept = years.rows > 0
    trend = years.distance[kept].mean(axis=0)
    calm = np.where(kept[:, None], years.distance - trend, 0.0)
    moved = np.where(later.rows[:, None] > 0, later.distance - trend, 0.0)
    learnt = Season(_lasting(blocks, days.width), _level(years, days))
    return (
        reference._replace(
            windows=years._replace(distance=calm), rows=int(years.rows.sum()), season=learnt
        ),
        later._replace(distance=moved),
    )


def covered(rows: Floats, days: Days) -> tuple[bool, Floats]:
    """Whether reference windows of so many rows are enough, and of each live window whether the

    year before it is known.
    """
    windows = Windows(rows, np.zeros((len(rows), 1)), np.zeros((len(rows), 1)))
    known = np.isfinite(_before(windows, days.past, days)[:, 0]) & (rows > 0)
    enough = len(_blocks(windows._replace(rows=rows * known), days)) >= FEWEST
    return enough, np.isfinite(_before(windows, days.now, days)[:, 0])


def _apart(some: Windows, middles: Floats, year: Windows, days: Days) -> Windows:
    """How far each lies from the year before; without rows where that is not known."""
    before = _before(year, middles, days)
    known = np.isfinite(before).all(axis=1) & (some.rows > 0)
    distance = np.where(known[:, None], some.distance - before, 0.0)
    return some._replace(rows=np.where(known, some.rows, 0.0), distance=distance)


def _before(year: Windows, middles: Floats, days: Days) -> Floats:
    """The mean distance of the block around each place a year before, NaN where too few say it."""
    off = days.past - (middles[:, None] - YEAR)  # (windows, reference windows)
    near = (np.abs(off) <= max(BLOCK, days.width) / 2) & (year.rows > 0)
    few = HALF * max(BLOCK / days.width, 1) / 2
    both = ((near & (off <= 0)).sum(axis=1) >= few) & ((near & (off >= 0)).sum(axis=1) >= few)
    mean = near @ year.distance / np.maximum(near.sum(axis=1), 1)[:, None]
    return np.where(both[:, None], mean, np.nan)


def _blocks(years: Windows, days: Days) -> Floats:
    """Means of blocks, shape (blocks, components); those with half of their windows."""
    return _means(years, days, max(BLOCK, days.width))


def _means(years: Windows, days: Days, length: float) -> Floats:
    kept = years.rows > 0
    if not kept.any():
        return years.distance[:0]
    middles = days.past[kept]
    place = ((middles - middles[0]) // length).astype(np.int64)
    size = np.bincount(place)
    enough = size >= HALF * length / days.width
    sums = np.eye(len(size))[place].T @ years.distance[kept]
    return np.asarray(sums[enough] / size[enough][:, None])


def _lasting(blocks: Floats, width: float) -> Floats:
    """The variance of a window that makes means of blocks as uncertain as they are, with care."""
    freedom = len(blocks) - 1
    careful = freedom / (
        2 * scipy.special.gammaincinv(freedom / 2, UPPER)
    )  # a quantile of chi squared
    return np.asarray(blocks.var(axis=0, ddof=1) * careful * max(BLOCK / width, 1))


def _level(years: Windows, days: Days) -> Floats:
    """How far whole years differed, squared; of less than a year, how far that did."""
    whole = _means(years, days, YEAR)
    if not len(whole):
        whole = years.distance[years.rows > 0].mean(axis=0)[None]
    return np.asarray(np.square(whole).mean(axis=0))
