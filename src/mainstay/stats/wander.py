"""How much windows differ by themselves: wander, learnt with care, and how long it lasts.

Estimated from the reference windows and from successive differences of later ones (a lasting shift
adds a single difference), shrunk to its kind, at an upper bound.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats
from mainstay.stats.components import RARE, SHARES, Reference, Windows

SHRUNK = 10.0  # degrees of freedom that the mean of a kind counts for, where it is not learnt
LEARNT = 2.0, 100.0  # the fewest and the most where it is
UPPER = 0.25  # wander lies above its bound in so many cases
LONG = 8  # windows that tell whether they resemble the one before, without a reference
FEWEST = 4  # reference windows that tell of wander
ALIKE = 0.9  # windows cannot be more like the one before
JUMP = 4.0  # of the squared differences between windows one may be larger, and counts as so many


def wander(reference: Reference, live: Windows) -> tuple[Floats, Floats]:
    """Variance of wander with care, of one window and, above it, of a mean of many."""
    kinds = _kinds(reference)
    past, now = _marginal(reference.windows), _successive(live)
    if not past.freedom.any():
        return _alone(live, now, kinds)
    alike = _likeness(reference.windows, past, kinds) * _sure(past, kinds)
    # Where days resemble the day before, differences see only so much of their wander.
    both = _combined(past, now._replace(wander=now.wander / (1 - alike)), kinds)
    lowest = np.maximum(_at_least(past), _at_least(now))
    found = np.maximum(np.maximum(_careful(both, kinds), lowest), 0)
    return found, found * 2 * alike / (1 - alike)


def _alone(live: Windows, now: "_Spread", kinds: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The same where no reference window tells of wander, and of sampling only what it is at least.

    Then all of it may resemble the window before.
    """
    alike = _repeated(live, kinds)
    whole = (now.wander + now.sampling) / (1 - alike) - now.sampling
    seen = now._replace(wander=whole)
    found = np.maximum(np.maximum(_careful(seen, kinds), _at_least(seen)), 0)
    return found, (found + now.sampling) * 2 * alike / (1 - alike)


def _repeated(live: Windows, kinds: NDArray[np.int64]) -> Floats:
    """How much a window shares with the one before, with care: by how much further than neighbours

    those lie apart that have a window between them. The largest tenth of the differences is left
    out of both, as a lasting shift makes a few.
    """
    distance = live.distance[live.rows > 0]
    count = len(distance)
    if count < LONG:
        return np.zeros(live.distance.shape[1])
    near, far = (_by_kind(_most(distance[step:] - distance[:-step]), kinds) for step in (1, 2))
    share = far / np.maximum(near, 1e-300) - 1
    return np.where(share > 0, np.minimum(share + 0.5 / np.sqrt(count), ALIKE), 0.0)


def _most(differences: Floats) -> Floats:
    """The mean of nine tenths of their squares."""
    squares = np.sort(np.square(differences), axis=0)
    return np.asarray(squares[: len(squares) - len(squares) // 10].mean(axis=0))


def _kinds(reference: Reference) -> NDArray[np.int64]:
    """A number for each component: its kind, and whether it is as good as never there."""
    never = reference.mean < RARE
    pairs = zip(reference.components, never, strict=True)
    named = [f"{one.kind} {none}" if one.kind in SHARES else one.kind for one, none in pairs]
    return np.asarray(np.unique(named, return_inverse=True)[1])


def _sure(spread: "_Spread", kinds: NDArray[np.int64]) -> Floats:
    """How far a wander stands out from chance, 0 to 1: what does not wander has no memory."""
    shared = _shared(spread, kinds)
    wander = np.maximum(_shrunk(spread, kinds, shared), 0)
    chance = 2 / (spread.freedom + shared) * np.square(wander + spread.sampling)
    return np.asarray(np.square(wander) / (np.square(wander) + chance + 1e-300))


class _Spread(NamedTuple):
    """An estimate of the variance of wander (components,), its degrees of freedom (components,),
    and the variance by sampling that it came with.
    """

    wander: Floats
    freedom: Floats
    sampling: float


def _marginal(windows: Windows) -> _Spread:
    """From how reference windows differ from one another."""
    kept = windows.rows > 0
    distance, rows = windows.distance[kept], windows.rows[kept]
    if len(rows) < FEWEST:
        return _nothing(windows)
    sampling = float(np.mean(1 / rows))
    wander = distance.var(axis=0, ddof=1) - sampling
    return _Spread(wander, np.full(len(wander), len(rows) - 1.0), sampling)


def _successive(windows: Windows) -> _Spread:
    """From how later windows differ from the window before; source: von Neumann (1941)."""
    kept = windows.rows > 0
    distance, rows = windows.distance[kept], windows.rows[kept]
    if len(rows) < 2:
        return _nothing(windows)
    sampling = float(np.mean(1 / rows))
    wander = _capped(np.square(np.diff(distance, axis=0)) / 2).mean(axis=0) - sampling
    return _Spread(wander, np.full(len(wander), (len(rows) - 1) * 2 / 3), sampling)


def _capped(squares: Floats) -> Floats:
    """The largest of each column cut: it may be the one difference that a lasting shift makes."""
    if len(squares) < FEWEST:
        return squares
    largest, every = squares.argmax(axis=0), np.arange(squares.shape[1])
    others = (squares.sum(axis=0) - squares.max(axis=0)) / (len(squares) - 1)
    cut = squares.copy()
    cut[largest, every] = np.minimum(squares.max(axis=0), JUMP * others)
    return cut


def _nothing(windows: Windows) -> _Spread:
    none = np.zeros(windows.distance.shape[1])
    return _Spread(none, none, 0.0)


def _combined(past: _Spread, now: _Spread, kinds: NDArray[np.int64]) -> _Spread:
    """Both by their precision, in degrees of freedom of the first one that there is."""
    if not past.freedom.any():
        return now
    if not now.freedom.any():
        return past
    pooled = (past.wander * past.freedom + now.wander * now.freedom) / (past.freedom + now.freedom)
    shared = np.maximum(_by_kind(pooled, kinds), 0)
    worth = now.freedom * ((shared + past.sampling) / (shared + now.sampling)) ** 2
    freedom = past.freedom + worth
    return _Spread(
        (past.wander * past.freedom + now.wander * worth) / freedom, freedom, past.sampling
    )


def _careful(spread: _Spread, kinds: NDArray[np.int64]) -> Floats:
    """The upper bound of the variance, shrunk as much as those of its kind are alike."""
    shared = _shared(spread, kinds)
    freedom = spread.freedom + shared
    stretched = freedom / (
        2 * scipy.special.gammaincinv(freedom / 2, UPPER)
    )  # a quantile of chi squared
    own = _shrunk(spread, kinds, shared) + spread.sampling
    return np.asarray(own * stretched - spread.sampling)


def _shared(spread: _Spread, kinds: NDArray[np.int64]) -> Floats:
    """Degrees of freedom that the mean of a kind counts for: many where variances differ no more
    than by chance, few where some components wander and others do not.

    By moments, after Smyth (2004), Linear models and empirical Bayes methods. Never more than half
    of what the kind itself was seen with, as columns may wander together; nothing where a kind has
    one component only.
    """
    if not spread.freedom.any():
        return np.full(len(kinds), SHRUNK)
    whole = np.maximum(spread.wander + spread.sampling, 0)
    relative = whole / np.maximum(_by_kind(whole, kinds), 1e-300)
    chance = 2 / np.maximum(_by_kind(spread.freedom, kinds), 1)
    many = np.bincount(kinds)[kinds]
    seen = _by_kind(np.square(relative - 1), kinds) * many / np.maximum(many - 1, 1)
    apart = np.maximum((seen - chance) / (1 + chance), 1e-9)
    most = np.minimum(LEARNT[1], np.maximum(_by_kind(spread.freedom, kinds) * many / 2, SHRUNK))
    return np.where(many > 1, np.clip(2 * (1 + apart) / apart, LEARNT[0], most), 0.0)


def _at_least(spread: _Spread) -> Floats:
    """Two standard errors below the variance: restlessness may have begun after the reference."""
    error = np.sqrt(2 / np.maximum(spread.freedom, 1)) * (spread.wander + spread.sampling)
    return np.where(spread.freedom > 0, spread.wander - 2 * error, 0.0)


def _shrunk(spread: _Spread, kinds: NDArray[np.int64], shared: Floats | float = SHRUNK) -> Floats:
    mean = _by_kind(spread.wander, kinds)
    together = np.maximum(spread.freedom + shared, 1e-300)
    return (spread.wander * spread.freedom + mean * shared) / together


def _by_kind(values: Floats, kinds: NDArray[np.int64]) -> Floats:
    """The mean of the kind of each component, in its place."""
    return np.asarray((np.bincount(kinds, values) / np.bincount(kinds))[kinds])


def _likeness(windows: Windows, past: _Spread, kinds: NDArray[np.int64]) -> Floats:
    """How much of its wander a window shares with the one before, shape (components,), with care.

    A first-order autocorrelation, its bias in short series added as by Kendall (1954) and a
    standard error of its kind, half of one component's at least: over a long time it enlarges the
    variance by (1 + a) / (1 - a).
    """
    distance = windows.distance[windows.rows > 0]
    count = len(distance)
    if not past.freedom.any():
        return np.zeros(distance.shape[1])
    apart = distance - distance.mean(axis=0)
    freedom = past.freedom / 3  # an autocovariance is less certain than a variance
    shared = _shrunk(_Spread((apart[1:] * apart[:-1]).sum(axis=0) / count, freedom, 0.0), kinds)
    wander, total = _shrunk(past, kinds), _by_kind(past.wander, kinds) + past.sampling
    share = shared / np.maximum(wander, total / 2 + 1e-300)  # noise has no share to tell
    wanders = np.clip(wander / (wander + past.sampling + 1e-300), 0, 1)
    error = np.maximum(1 / np.sqrt(np.bincount(kinds)[kinds]), 0.5) / np.sqrt(count)
    careful = share + (1 + 3 * share) / count + error * wanders
    return np.where(share > 0, np.minimum(careful, ALIKE), 0.0)
