"""Many columns at once that are suddenly elsewhere, told from any drift of a single one.

The newest window is held against the windows just before it (against the reference while they are
few), in the reference's standard deviations. A column breaks by a component that lies off by at
least LEAST sd, further than it ever did, and whose normal p-value, times the column's components,
is at most level = 1 / (budget * columns): an error of chance in one of all columns comes once in a
budget of windows. Missing values are a failure of a source, not of the world: where they break, the
column says nothing.

An event is breaks of at least COLUMNS columns that weigh MANY together. While nothing happens, and
while a single column drifts in whatever way, it needs a break of one of the others by chance: at
most one event in a budget of windows, however columns depend on each other (union bound). As for
the e-detector the promise is as good as the wander is estimated; that a break must be further than
any before it stands in for tails that no normal has.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats import detector
from mainstay.stats.blocks import Floats
from mainstay.stats.components import Reference, Windows
from mainstay.stats.wander import UPPER

COLUMNS, MANY = 2, 1 / 3
LEAST = 0.5
ALONE = 30  # windows of the reference from which on a column's own spread is known well enough
RECENT, FEWEST = 7, 4  # windows just before: a week of days; fewer tell nothing of themselves


class Step(NamedTuple):
    """What a column did from one window to the next: the component that moved most, in sd."""

    column: str
    component: int
    far: float
    error: float
    weight: float


class _Base(NamedTuple):
    """Where the next window is expected: distance (components,), its variance, and the furthest

    that any known window ever lay off.
    """

    place: Floats
    variance: Floats
    furthest: Floats


def level(budget: float, columns: int) -> float:
    """What a column's p-value must not exceed. budget: windows for one false event."""
    return 1 / (budget * max(columns, 1))


def is_event(steps: Sequence[Step]) -> bool:
    """steps: of columns that broke in one window; weights of all columns come to 1."""
    return len(steps) >= COLUMNS and sum(one.weight for one in steps) >= MANY


def steps(reference: Reference, live: Windows, weight: Floats, least: float) -> tuple[Step, ...]:
    """The columns that break in the last window, the heaviest first.

    weight: of each component, those of a column together its own. least: see `level`.
    """
    if not len(live.rows) or not live.rows[-1]:
        return ()
    base = _base(reference, live)
    far = live.distance[-1] - base.place
    error = np.sqrt(base.variance)
    names = np.array([one.column for one in reference.components])
    many = np.array([(names == name).sum() for name in names])
    chance = 2 * scipy.special.ndtr(-np.abs(far) / error) * many
    broken = (chance <= least) & (np.abs(far) >= LEAST) & (np.abs(far) > base.furthest)
    lost = {
        one.column for at, one in enumerate(reference.components) if _lost(one.kind, broken[at])
    }
    found = [
        _step(name, np.flatnonzero((names == name) & broken), far, error, weight[names == name])
        for name in dict.fromkeys(names[broken].tolist())
        if name not in lost
    ]
    return tuple(sorted(found, key=lambda one: -one.weight))


def _lost(kind: str, broken: np.bool_) -> bool:
    return kind == "null" and bool(broken)


def _step(name: str, broken: NDArray[np.int64], far: Floats, error: Floats, weight: Floats) -> Step:
    at = int(broken[np.abs(far[broken]).argmax()])
    return Step(name, at, float(far[at]), float(error[at]), float(weight.sum()))


def _base(reference: Reference, live: Windows) -> _Base:
    """From the windows before the last, those with rows."""
    before = np.flatnonzero(live.rows[:-1] > 0)
    newest = before[-RECENT:]
    few = len(newest) < FEWEST
    place = np.zeros(live.distance.shape[1]) if few else live.distance[newest].mean(axis=0)
    noise = detector.noise(reference, _expected(live, place))
    spread = np.minimum(noise.windows[-1], _alone(reference, live, before))
    own = np.maximum(spread - 1 / live.rows[-1], 0)
    sampled = 1 / live.rows[newest].sum() if not few else 0.0
    known = noise.reference if few else own / len(newest) + sampled
    past = reference.windows
    seen = np.abs(past.distance[past.rows > 0])
    since = np.abs(live.distance[before[-detector.POOLED :]] - place)
    furthest = np.concatenate([seen, since]).max(axis=0, initial=0.0)
    return _Base(place, spread + known, furthest)


def _alone(reference: Reference, live: Windows, before: NDArray[np.int64]) -> Floats:
    """The variance of the next window by what each component itself did, with care.

    Infinite where the reference has too few windows to say it without the others of its kind.
    """
    past = reference.windows
    kept = past.rows > 0
    freedom = int(kept.sum()) - 1
    if freedom < ALONE - 1:
        return np.full(live.distance.shape[1], np.inf)
    recent = live.distance[before[-detector.POOLED :]]
    seen = past.distance[kept].var(axis=0, ddof=1)
    if len(recent) >= FEWEST:
        seen = np.maximum(seen, recent.var(axis=0, ddof=1))
    careful = freedom / (2 * scipy.special.gammaincinv(freedom / 2, UPPER))
    fewer = max(1 / live.rows[-1] - float(np.mean(1 / past.rows[kept])), 0.0)
    return np.asarray(np.maximum(seen, 1 / reference.rows) * careful + fewer)


def _expected(live: Windows, place: Floats) -> Windows:
    """The same, the last window where it was expected: its own break is no wander."""
    distance = live.distance.copy()
    distance[-1] = place
    return live._replace(distance=distance)
