"""Whether live decisions still look like those the version was trained on."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.data.profile import Profile
from mainstay.life.watch import windows
from mainstay.life.watch.order import POOLED, Finding, Order, Profiled
from mainstay.life.watch.units import Move
from mainstay.stats import components, detector
from mainstay.stats.blocks import Floats
from mainstay.stats.components import Reference, Windows

TOLD = 0.1
"""The share of the evidence from which on a column is named."""
METHOD = "e-detector over all columns together; power of the newest windows, at most 30"
DRIFT, SEASON = "drift", "drift, seasonal"


class Drift(NamedTuple):
    """What a group of columns says. moved: column -> share of the evidence and its shift, in sd."""

    clause: str
    total: float
    alarm: float
    since: Window
    windows: int
    rows: int
    moved: dict[str, tuple[float, float]]
    unseen: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """An alarm is broken; it holds where every column would have shown the tolerated shift."""
        if self.total >= self.alarm:
            return Verdict.FAIL
        return Verdict.UNSURE if self.unseen else Verdict.PASS


def drifts(
    order: Order, stated: Manifest, profiled: tuple[Profiled, ...], moved: tuple[Move, ...]
) -> Iterator[Drift]:
    """Of the columns that must stay, and of those that may move with the calendar.

    moved: windows in which a column came in another unit say nothing of that column.
    """
    seen = tuple(one for one in profiled if one.version == order.champion.name)
    trained = windows.trained(order, stated)
    if not seen or not trained:
        return
    names = [one.name for one in trained[0].columns]
    seasonal = order.contract.watch.seasonal
    groups = {
        DRIFT: [name for name in names if name not in seasonal],
        SEASON: [name for name in names if name in seasonal],
    }
    for clause, some in groups.items():
        if some:
            yield _drift(order, clause, tuple(_parts(trained, seen, some, moved)), seen)


class _Part(NamedTuple):
    """Columns that are watched over the same windows; share: of them in all."""

    reference: Reference
    live: Windows
    weight: Floats
    windows: tuple[Window, ...]
    share: float


def _parts(
    trained: tuple[Profile, ...],
    seen: tuple[Profiled, ...],
    names: list[str],
    moved: tuple[Move, ...],
) -> Iterator[_Part]:
    lost = {
        name: {at for one in moved if one.column == name for at in one.windows} for name in names
    }
    for out in {frozenset(one) for one in lost.values()}:
        some = tuple(name for name in names if lost[name] == out)
        kept = tuple(one for one in seen if one.window not in out)
        if kept:
            yield _part(trained, kept, some, len(some) / len(names))


def _part(
    trained: tuple[Profile, ...], seen: tuple[Profiled, ...], names: tuple[str, ...], share: float
) -> _Part:
    found = tuple(one.profile for one in seen)
    rows = float(np.median([max(one.rows, 1) for one in found]))
    reference = components.reference(windows.columns(trained, names), rows=rows)
    live = components.windows(reference, windows.columns(found, names))
    weight = detector.weights(reference.components, {})
    return _Part(reference, live, weight, tuple(one.window for one in seen), share)


def _drift(
    order: Order, clause: str, parts: tuple[_Part, ...], seen: tuple[Profiled, ...]
) -> Drift:
    """A weighted mean of e-detectors is one: parts count by their columns."""
    stated = order.contract.watch
    alarm = detector.budget(stated.false_alarms, stated.window)
    found = [(one, detector.evidence(one.reference, one.live, one.weight)) for one in parts]
    total = sum(part.share * one.total for part, one in found)
    by_column = {
        name: share * part.share * one.total / (total or 1)
        for part, one in found
        for name, share in one.shares.items()
    }
    shifts = {name: far for part in parts for name, far in _shifts(part).items()}
    top = sorted((name for name in by_column if by_column[name] >= TOLD), key=by_column.get)  # type: ignore[arg-type]  # every name has one
    loudest = max(found, key=lambda one: one[0].share * one[1].total, default=None)
    return Drift(
        clause=clause,
        total=total,
        alarm=alarm,
        since=loudest[0].windows[loudest[1].since] if loudest else seen[0].window,
        windows=len(seen),
        rows=sum(one.profile.rows for one in seen),
        moved={name: (by_column[name], shifts[name]) for name in reversed(top)},
        unseen=tuple(_unseen(parts, stated.tolerated_shift, alarm)),
    )


def _unseen(parts: tuple[_Part, ...], shift: float, alarm: float) -> Iterator[str]:
    """Columns that would not have shown a shift yet; no part, no column that was seen."""
    for one in parts:
        held = detector.holds(one.reference, one.live, shift=shift, level=1 / alarm)
        yield from (name for name, shown in held.items() if not shown)


def _shifts(pair: _Part) -> dict[str, float]:
    """The largest mean distance of any component of each column over the newest windows, in sd."""
    rows = pair.live.rows[-POOLED:]
    distance = rows @ pair.live.distance[-POOLED:] / max(rows.sum(), 1)
    found: dict[str, float] = {}
    for one, far in zip(pair.reference.components, distance.tolist(), strict=True):
        found[one.column] = max(found.get(one.column, 0.0), far, key=abs)
    return found


def evidence(order: Order, found: Drift) -> Evidence:
    """The evidence of a group against its budget of false alarms."""
    total = min(found.total, 1e300)
    seasonal = found.clause == SEASON
    return Evidence(
        clause=found.clause,
        subject=order.champion.name,
        population=f"{found.rows:,} live decisions of {found.windows} windows",
        method=METHOD,
        window=Window(order.champion.since, order.now),
        estimate=Estimate(total, total, total, found.rows),
        limit=Limit("at_most", found.alarm),
        verdict=None if seasonal else found.verdict,
        note=_note(order, found),
    )


def finding(order: Order, found: Drift, *, hurts: bool) -> Finding | None:
    """An alarm; of seasonal columns only where the realised loss moved too."""
    seasonal = found.clause == SEASON
    if found.total < found.alarm or (seasonal and not hurts):
        return None
    cause = "the season, or the world, moved" if seasonal else "what arrives changed"
    return Finding(
        clause=found.clause,
        columns=tuple(found.moved),
        what=f"{_moved(found)}; since about {found.since.since:%Y-%m-%d}",
        cause=cause,
        owner=order.contract.owner,
        action="compare with the source; whether to retrain the realised goals decide",
        verdict=Verdict.FAIL,
        window=Window(found.since.since, order.now),
    )


def _note(order: Order, found: Drift) -> str:
    if found.total >= found.alarm:
        return _moved(found)
    if found.unseen:
        some, more = ", ".join(found.unseen[:3]), len(found.unseen) - 3
        told = f"{some} and {more} more" if more > 0 else some
        shift = order.contract.watch.tolerated_shift
        return f"too few decisions yet to see {shift:g} sd in {told}"
    return ""


def _moved(found: Drift) -> str:
    told = (f"{name} by {far:+.2f} sd" for name, (_, far) in found.moved.items())
    return f"moved: {', '.join(told)}"
