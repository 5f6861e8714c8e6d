"""One number a window, as the e-detector takes it: volume, ages, losses.

Such a series has a scale of its own and often no reference: what a caller sends is no sample of
what was learned from. Then its level is learnt from the windows themselves. A detector whose
reference is not known compares only windows with windows, whatever the level is.

A count is log-normal about what is expected, and never steadier than Poisson. How far off it is
is told by its chance under the negative binomial with that wander, as a standard normal value, so
that few are not called too few and none of a thousand is what it is; in units of the logarithm.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats import components, season
from mainstay.stats.blocks import Floats
from mainstay.stats.components import RARE, Component, Reference, Windows
from mainstay.stats.season import Places
from mainstay.stats.wander import FEWEST

Counts = NDArray[np.integer]

BEFORE = 60
"""Windows that tell what volume to expect."""
LEVEL = 7
"""Windows of its own from which a level is guessed to begin with."""
_FURTHEST = 35.0  # standard normal values beyond have no chance that float64 holds


class Volumes(NamedTuple):
    """Counts of windows, and the place of each in its week, all 0 where that is not known."""

    counts: Counts
    places: Places


def volume(past: Volumes, now: Volumes, *, level: bool) -> tuple[Reference, Windows]:
    """Counts on the scale of logarithms, without their week where the past shows one.

    level: whether the counts of the past say how many to expect, or only how they differ.
    """
    before, after = np.log(past.counts + 0.5), np.log(now.counts + 0.5)
    centre = float(before.mean()) if len(before) else 0.0
    draft = _reference("volume", _windows(past.counts + 0.5, before - centre), 0)
    later = _windows(now.counts + 0.5, after - centre)
    if len(before) and past.places.any():
        draft, later = season.without(draft, later, past.places, now.places)
    calm, moved = draft.windows.distance[:, 0], later.distance[:, 0]
    if not level:
        moved = moved - np.median(moved[:LEVEL])
    wander = _wander(calm if len(calm) >= FEWEST else moved, past.counts, now.counts)
    rows = int(past.counts.sum()) if level else 0
    return (
        _reference("volume", _scored(past.counts, calm, wander), rows),
        _scored(now.counts, moved, wander),
    )


def started(component: Component, values: Floats, variance: Floats) -> tuple[Reference, Windows]:
    """A series that knows no level but its own; NaN where a window says nothing.

    values: in the unit its shifts are told in; variance: by sampling, of each.
    """
    known = np.isfinite(values)
    level = float(np.median(values[known][:LEVEL])) if known.any() else 0.0
    rows = np.where(known, 1 / variance, 0.0)
    live = _windows(rows, np.where(known, values - level, 0.0))
    return _reference(component.kind, _nothing(), 0, component.column), live


def about(
    component: Component, values: Floats, variance: Floats, error: float
) -> tuple[Reference, Windows]:
    """A series that is 0 while nothing happens, to within an error (standard deviation)."""
    known = np.isfinite(values)
    live = _windows(np.where(known, 1 / variance, 0.0), np.where(known, values, 0.0))
    rows = max(int(1 / error**2), 1)
    return _reference(component.kind, _nothing(), rows, component.column), live


def share(component: Component, hits: Floats, rows: Floats) -> tuple[Reference, Windows]:
    """A share of the rows of each window, which are not of the rows that others watch.

    The first LEVEL windows with rows say what is usual, and are the reference of those after them.
    """
    first = int(np.flatnonzero(rows)[LEVEL - 1]) + 1
    total = float(rows[:first].sum())
    usual = np.array([hits[:first].sum() / total])
    sd = np.sqrt(np.maximum(usual * (1 - usual), max(RARE * (1 - RARE), 1 / total)))
    past, live = (_shares(hits[at], rows[at], usual) for at in (slice(first), slice(first, None)))
    centre = past.rows @ past.distance / total
    past, live = (one._replace(distance=one.distance - centre) for one in (past, live))
    return Reference((component,), (), usual, sd, centre, int(total), past), live


def _shares(hits: Floats, rows: Floats, usual: Floats) -> Windows:
    share = np.where(rows > 0, hits / np.maximum(rows, 1), usual)[:, None]
    return Windows(rows.astype(np.float64), share, components.apart(share, usual))


def _wander(apart: Floats, past: Counts, now: Counts) -> float:
    """The variance of logarithms beyond that of counting."""
    counts = past if len(past) >= FEWEST else now
    if len(apart) < 2:
        return 0.0
    sampling = float(np.mean(1 / (counts + 0.5)))
    steps = np.square(np.diff(apart)) / 2
    return max(
        float(np.median(steps) / 0.455 if counts is now else apart.var(ddof=1)) - sampling, 0
    )


def _scored(counts: Counts, apart: Floats, wander: float) -> Windows:
    """Windows by the chance of their counts; rows: what is expected, also where none came."""
    expected = np.maximum((counts + 0.5) / np.exp(apart), 1e-3)
    shape = 1 / max(wander, 1e-9)
    share = shape / (shape + expected)
    below = np.where(counts > 0, scipy.special.betainc(shape, np.maximum(counts, 1), share), 0.0)
    upto = scipy.special.betainc(shape, counts + 1.0, share)
    above = scipy.special.betaincc(shape, counts + 1.0, share)
    over = np.where(counts > 0, scipy.special.betaincc(shape, np.maximum(counts, 1), share), 1.0)
    low, high = (below + upto) / 2, (above + over) / 2
    normal = np.where(low < high, scipy.special.ndtri(low), -scipy.special.ndtri(high))
    score = np.clip(normal, -_FURTHEST, _FURTHEST)
    return _windows(expected, score * np.sqrt(1 / expected + wander))


def _windows(rows: NDArray[np.floating], distance: Floats) -> Windows:
    return Windows(np.asarray(rows, dtype=np.float64), distance[:, None], distance[:, None])


def _nothing() -> Windows:
    return _windows(np.zeros(0), np.zeros(0))


def _reference(kind: str, windows: Windows, rows: int, column: str = "volume") -> Reference:
    none = np.zeros(1)
    one = (Component(column, kind),)  # type: ignore[arg-type]  # one of the kinds
    return Reference(one, (), none, none + 1, none, rows, windows)
