"""The e-detector: evidence, over all components at once, that a lasting shift has begun.

Distances d of windows from the reference, in its sd. Nothing happened: d = b + w + e, with b the
error of the reference and a shift of 0.02 sd that nobody minds, w the wander from window to window
and e what a mean of n rows misses. Something did: a lasting shift N(0, tau^2) from window k on.
The likelihood ratio has a closed form; its sum over k is a Shiryaev-Roberts statistic, whose
expected time to reach c is at least c windows while nothing happens. So is that of a weighted mean
of such sums, however the components depend on each other: one budget, no corrections.

Wander is estimated: from the reference windows and from successive differences of later ones (a
lasting shift adds a single difference), shrunk to its kind, at an upper bound. Days that resemble
the day before (weather) say less than they seem to: the variance is that of long means, which
counts what the reference windows share with those before them. With it the promise is as good as
the reference is alike to what follows.

Source: Shin, Ramdas and Rinaldo (2023), E-detectors: a Nonparametric Framework for Sequential
Change Detection.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mainstay.stats.blocks import Floats
from mainstay.stats.components import RARE, SHARES, Component, Kind, Reference, Windows

SIZES = np.array([0.05, 0.15, 0.5])
TOLERATED = 0.02
SHRUNK = 10.0  # degrees of freedom that the mean of a kind counts for, where it is not learnt
LEARNT = 2.0, 100.0  # the fewest and the most where it is
UPPER = 0.25  # wander lies above its bound in so many cases
FEWEST = 4  # reference windows that tell of wander
ALIKE = 0.9  # windows cannot be more like the one before
POOLED, POWER = 30, 0.8  # windows over which a shift must show, and how surely
JUMP = 4.0  # of the squared differences between windows one may be larger, and counts as so many
LARGEST = 600.0  # of an exponent: e^709 is no number
BURSTS: tuple[Kind, ...] = (
    "null", "other", "volume", "lag", "latency", "estimated", "realised"
)  # fmt: skip
"""What one window alone may show without that anything lasts: an outage, a holiday."""
UNKNOWN = 1e-9
"""Rows of a reference whose level is not known: windows are compared with windows only."""
SAYS = 1e-6
"""Of what the best window says of a shift: with an unknown reference the first says nothing."""
OUTAGE = float(np.log(2))
"""Of volume: less than half of what is expected, or more than twice, is told at once."""


class Evidence(NamedTuple):
    """components: M of each; total: weighted; shares: of each column in it, largest first;
    since: the window, counted from 0, with which a shift would most likely have begun.

    shift, error: of each component, how far it lies off since its own likeliest window, in sd of
    the reference, and the standard error of that.
    """

    total: float
    components: Floats
    shares: dict[str, float]
    since: int
    shift: Floats
    error: Floats


class Noise(NamedTuple):
    """Variances of each component: of the reference mean (components,), of windows (windows,
    components); infinite for windows without rows.
    """

    reference: Floats
    windows: Floats


def budget(false_alarms_per_year: float, window: timedelta) -> float:
    """The total that is an alarm: windows there are for each false alarm allowed.

    Raises ValueError where either is not positive.
    """
    if false_alarms_per_year <= 0 or window <= timedelta(0):
        raise ValueError("false alarms a year and the window must be more than nothing")
    return timedelta(days=365.25) / window / false_alarms_per_year


def weights(components: tuple[Component, ...], importance: Mapping[str, float]) -> Floats:
    """A weight for each component, together 1: the importance of its column, shared among its own.

    importance: by column, equal where empty; a column it leaves out counts nothing. Raises
    ValueError where nothing counts.
    """
    columns = [one.column for one in components]
    given = importance or dict.fromkeys(columns, 1.0)
    shared = np.array([given.get(name, 0.0) / columns.count(name) for name in columns])
    if not shared.sum() > 0 or shared.min() < 0:
        raise ValueError("importances must be positive for at least one column, negative for none")
    return np.asarray(shared / shared.sum())


def evidence(
    reference: Reference, live: Windows, weight: Floats, *, alarm: float = np.inf
) -> Evidence:
    """What the windows since the last change of version say, oldest first.

    weight: of each component, none negative, together 1 at most. alarm: the total that is one; an
    outage is no lasting shift, so what goes missing in one window alone never reaches it.
    """
    variance = noise(reference, live)
    limited = _pulls(_kept(reference, live, variance, weight, alarm), variance)
    ratio = _ratios(limited, variance)
    found = ratio.sum(axis=0)
    total = float(weight @ found)
    shares: dict[str, float] = {}
    for component, part in zip(reference.components, weight * found, strict=True):
        shares[component.column] = shares.get(component.column, 0.0) + float(part)
    ordered = sorted(shares.items(), key=lambda one: -one[1])
    since = int(np.argmax(ratio @ weight)) if len(ratio) else 0
    share = {name: part / (total or 1) for name, part in ordered}
    whole = _pulls(live.distance, variance)
    return Evidence(total, found, share, since, *_shifts(ratio, whole))


def _kept(
    reference: Reference, live: Windows, variance: Noise, weight: Floats, alarm: float
) -> Floats:
    """Distances, of bursts as far as they count; realised losses are less sure of their level than

    of a window.
    """
    kinds = [one.kind for one in reference.components]
    bursts = np.array([one in BURSTS for one in kinds])
    level = np.where([one == "realised" for one in kinds], variance.reference, 0.0)
    reach = _reach(variance.windows + level, alarm / (float(weight[bursts].sum()) or 1.0))
    gone = np.array([one == "volume" for one in kinds]) & (np.abs(live.distance) >= OUTAGE)
    return np.where(bursts & ~gone, np.clip(live.distance, -reach, reach), live.distance)


def noise(reference: Reference, live: Windows) -> Noise:
    """What is no shift: the error of the reference, wander and sampling of each window."""
    wander, together = _wander(reference, live)
    known = max(int((reference.windows.rows > 0).sum()), 1)
    base = 1 / max(reference.rows, UNKNOWN) + (wander + together) / known + TOLERATED**2
    sampling = np.divide(1, live.rows, out=np.full(len(live.rows), np.inf), where=live.rows > 0)
    return Noise(base, sampling[:, None] + wander + together)


def powers(reference: Reference, live: Windows, *, shift: float, level: float) -> Floats:
    """For each component the chance that the rows of the last windows, at most POOLED, show a
    lasting shift of so many sd, by one test of their mean that errs with probability `level`.
    """
    variance = noise(reference, live)
    pooled = (1 / variance.windows[-POOLED:]).sum(axis=0)
    error = np.sqrt(1 / np.maximum(pooled, 1e-300) + variance.reference)
    return np.asarray(special.ndtr(shift / error - special.ndtri(1 - level / 2)))


def holds(reference: Reference, live: Windows, *, shift: float, level: float) -> dict[str, bool]:
    """Whether the windows would have shown a shift of each column, with 80 % power.

    level: 1 / budget asks as much as an alarm does of one look. A number is told by its location,
    a text by every frequent level, or by "other" where it has none.
    """
    power = powers(reference, live, shift=shift, level=level)
    shown: dict[str, bool] = {}
    for at in telling(reference.components):
        name = reference.components[at].column
        shown[name] = shown.get(name, True) and bool(power[at] >= POWER)
    return shown


def telling(components: tuple[Component, ...]) -> list[int]:
    """The components that tell whether a column moved at all."""
    levels = {one.column for one in components if one.kind == "level"}
    return [
        at
        for at, one in enumerate(components)
        if one.kind in ("location", "level") or (one.kind == "other" and one.column not in levels)
    ]


def _reach(variance: Floats, ratio: float) -> Floats:
    """How far nulls and other values of one window may lie off, shape of the variances: further,
    and the likelihood ratio of some size, by this window alone, would be above the one given.
    """
    reach = np.full_like(variance, np.inf)
    for size in np.square(SIZES):
        wanted = np.log(max(ratio, np.e)) + np.log1p(size / variance) / 2
        most = 2 * (1 + variance / size) * wanted
        reach = np.minimum(reach, np.sqrt(most * variance))
    return reach


class _Pulls(NamedTuple):
    """Of a shift from each window on, (windows, components): its best estimate is moved / known,
    with variance 1 / known.
    """

    known: Floats
    moved: Floats


def _pulls(distance: Floats, variance: Noise) -> _Pulls:
    precise = 1 / variance.windows
    after, pull = _suffix_sums(precise), _suffix_sums(distance * precise)
    whole = 1 / variance.reference + precise.sum(axis=0)
    known = after - after**2 / whole
    return _Pulls(known, pull - after * (distance * precise).sum(axis=0) / whole)


def _ratios(pulls: _Pulls, variance: Noise) -> Floats:
    """Likelihood ratios of a shift from each window on, shape (windows, components)."""
    ratio = np.zeros_like(pulls.known)
    for size in np.square(SIZES):
        spread = 1 + size * pulls.known
        gain = size * pulls.moved**2 / (2 * spread)
        ratio += np.exp(np.minimum(gain, LARGEST)) / np.sqrt(spread) / len(SIZES)
    return np.where(np.isfinite(variance.windows[:, :1]), ratio, 0.0)


def _shifts(ratio: Floats, pulls: _Pulls) -> tuple[Floats, Floats]:
    """The shift of each component from its likeliest window on, and its standard error."""
    if not len(ratio):
        nothing = np.zeros(ratio.shape[1])
        return nothing, nothing + np.inf
    told = pulls.known > SAYS * pulls.known.max(axis=0)
    at = np.where(told, ratio, -1.0).argmax(axis=0), np.arange(ratio.shape[1])
    known = np.maximum(pulls.known[at], 1e-300)
    return pulls.moved[at] / known, 1 / np.sqrt(known)


def _suffix_sums(values: Floats) -> Floats:
    return np.cumsum(values[::-1], axis=0)[::-1]


def _wander(reference: Reference, live: Windows) -> tuple[Floats, Floats]:
    """Variance of wander with care, of one window and, above it, of a mean of many."""
    kinds = _kinds(reference)
    past, now = _marginal(reference.windows), _successive(live)
    alike = _likeness(reference.windows, past, kinds) * _sure(past, kinds)
    # Where days resemble the day before, differences see only so much of their wander.
    both = _combined(past, now._replace(wander=now.wander / (1 - alike)), kinds)
    lowest = np.maximum(_at_least(past), _at_least(now))
    wander = np.maximum(np.maximum(_careful(both, kinds), lowest), 0)
    return wander, wander * 2 * alike / (1 - alike)


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
    stretched = freedom / (2 * special.gammaincinv(freedom / 2, UPPER))  # a quantile of chi squared
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

    A first-order autocorrelation, its bias in short series added as by Kendall (1954) and half a
    standard error: over a long time it enlarges the variance by (1 + a) / (1 - a).
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
    careful = share + (1 + 3 * share) / count + 0.5 / np.sqrt(count) * wanders
    return np.where(share > 0, np.minimum(careful, ALIKE), 0.0)
