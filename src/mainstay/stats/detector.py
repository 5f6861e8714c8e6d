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

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import scipy

from mainstay.stats import rare
from mainstay.stats.blocks import Floats
from mainstay.stats.components import Component, Kind, Reference, Windows
from mainstay.stats.wander import wander as learnt

SIZES = np.array([0.05, 0.15, 0.5])
TOLERATED = 0.02
POOLED, POWER = 30, 0.8  # windows over which a shift must show, and how surely
LARGEST = 600.0  # of an exponent: e^709 is no number
BURSTS: tuple[Kind, ...] = (
    "null", "other", "volume", "lag", "latency", "estimated", "realised", "labelled", "said",
    "mended",
)  # fmt: skip
"""What one window alone may show without that anything lasts: an outage, a holiday."""
UNKNOWN = 1e-9
"""Rows of a reference whose level is not known: windows are compared with windows only."""
SAYS = 1e-6
"""Of what the best window says of a shift: with an unknown reference the first says nothing."""
LOUD = 0.8
"""Of an alarm, what outages of one window share; the rest is for all that does not stand out."""
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
    """A weight for each component, together 1: the importance of its column, shared among its own;
    rare levels share one part.

    importance: by column, equal where empty; a column it leaves out counts nothing. Raises
    ValueError where nothing counts.
    """
    columns = [one.column for one in components if one.kind != "rare"]
    seldom = Counter(one.column for one in components if one.kind == "rare")
    given = importance or dict.fromkeys(columns, 1.0)
    each = {
        name: given.get(name, 0.0) / (columns.count(name) + bool(seldom[name])) for name in columns
    }
    shared = np.array(
        [each[one.column] / (seldom[one.column] if one.kind == "rare" else 1) for one in components]
    )
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
    ratio = _exact(reference, live, weight, alarm, _ratios(limited, variance))
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
    """Distances, of bursts as far as they count: from what the windows before them show."""
    kinds = np.array([one.kind for one in reference.components])
    at = np.flatnonzero(np.isin(kinds, BURSTS))
    if not len(at):
        return live.distance
    known = Noise(variance.reference[at], variance.windows[:, at])
    level, error = _before(live.distance[:, at], known, alarm)
    off = live.distance[:, at] - level
    reach = _reach(error, _alone(off, error, weight[at], alarm))
    gone = (kinds[at] == "volume") & (np.abs(live.distance[:, at]) >= OUTAGE)
    kept = live.distance.copy()
    kept[:, at] = np.where(gone, kept[:, at], level + np.clip(off, -reach, reach))
    return kept


def _before(distance: Floats, variance: Noise, alarm: float) -> tuple[Floats, Floats]:
    """What each window should show by those before it, and the variance about that, shape of the

    distances; none of them counts further off than would be an alarm.
    """
    far = _reach(variance.windows + variance.reference, np.full((len(distance), 1), alarm))
    precise = 1 / variance.windows
    pull = np.clip(distance, -far, far) * precise
    sure = 1 / variance.reference + np.cumsum(precise, axis=0) - precise
    return (np.cumsum(pull, axis=0) - pull) / sure, variance.windows + 1 / sure


def _alone(off: Floats, variance: Floats, weight: Floats, alarm: float) -> Floats:
    """The ratio that each burst of a window may reach by this window alone, shape (windows, 1), so

    that all of them together stay below an alarm: those that stand out share LOUD of it, the others
    make at most the rest.
    """
    whole = float(weight.sum()) or 1.0
    loud = np.abs(off) > _reach(variance, np.full((len(off), 1), (1 - LOUD) * alarm / whole))
    return np.asarray(LOUD * alarm / np.maximum(loud @ weight, 1e-300))[:, None]


def noise(reference: Reference, live: Windows) -> Noise:
    """What is no shift: the error of the reference, wander and sampling of each window."""
    wander, together = learnt(reference, live)
    whole, level = wander + together, np.zeros(len(wander))
    if reference.season:
        whole, level = np.maximum(whole, reference.season.lasting), reference.season.level
    known = max(int((reference.windows.rows > 0).sum()), 1)
    base = 1 / max(reference.rows, UNKNOWN) + whole / known + level + TOLERATED**2
    sampling = np.divide(1, live.rows, out=np.full(len(live.rows), np.inf), where=live.rows > 0)
    return Noise(base, sampling[:, None] + whole)


def powers(reference: Reference, live: Windows, *, shift: float, level: float) -> Floats:
    """For each component the chance that the rows of the last windows, at most POOLED, show a
    lasting shift of so many sd, by one test of their mean that errs with probability `level`.
    """
    variance = noise(reference, live)
    pooled = (1 / variance.windows[-POOLED:]).sum(axis=0)
    error = np.sqrt(1 / np.maximum(pooled, 1e-300) + variance.reference)
    return np.asarray(scipy.special.ndtr(shift / error - scipy.special.ndtri(1 - level / 2)))


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


def _reach(variance: Floats, ratio: Floats) -> Floats:
    """How far nulls and other values of one window may lie off, shape of the variances: further,
    and the likelihood ratio of some size, by this window alone, would be above the one given.

    ratio: of each window, shape (windows, 1).
    """
    reach = np.full_like(variance, np.inf)
    for size in np.square(SIZES):
        wanted = np.log(np.maximum(ratio, np.e)) + np.log1p(size / variance) / 2
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


def _exact(
    reference: Reference, live: Windows, weight: Floats, alarm: float, ratio: Floats
) -> Floats:
    """The same with exact ratios of what is rare."""
    seen = live.rows[live.rows > 0]
    if not len(seen):
        return ratio
    at = np.flatnonzero(rare.rare(reference, float(np.median(seen))))
    if not len(at):
        return ratio
    found, most = ratio.copy(), alarm / (float(weight[at].sum()) or 1.0)
    said = rare.ratios(reference, live, at, min(most, np.exp(LARGEST)))
    if reference.season:  # rates of a season are no single one, that of missing values is
        said[:, [reference.components[one].kind != "null" for one in at]] = 0.0
    found[:, at] = np.where(live.rows[:, None] > 0, said, 0.0)
    return found


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
