"""Whether live decisions still look like those the version was trained on, and its answers too."""

from collections.abc import Iterator
from typing import NamedTuple

from mainstay.bundle.manifest import Manifest
from mainstay.contract.operation import Watch
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.life.watch import parts, windows
from mainstay.life.watch.order import Finding, Order, Profiled
from mainstay.life.watch.parts import Part
from mainstay.life.watch.shifts import Shift, shifts
from mainstay.life.watch.units import Move
from mainstay.stats import detector

TOLD = 0.1
"""The share of the evidence from which on a column is named."""
METHOD = (
    "e-detector over all columns by how far the answers hang on them, and over the answers;"
    " power of the newest windows, at most 30"
)
SMALL = "largest lasting shift of those that passed the budget of false alarms, in sd, 95 %"
DRIFT, SEASON = "drift", "drift, seasonal"


class Drift(NamedTuple):
    """What a group of columns says.

    moved: those that alone are an alarm and may be more than is tolerated, else those that carry
    the evidence; the most first. beside: those that moved and that the answers do not hang on.
    largest: of the shifts that alone are an alarm, None without one.
    """

    clause: str
    total: float
    alarm: float
    tolerated: float
    since: Window
    windows: int
    rows: int
    moved: tuple[Shift, ...]
    beside: tuple[Shift, ...]
    largest: Estimate | None
    unseen: tuple[str, ...]

    @property
    def small(self) -> bool:
        """Whether it is an alarm of shifts that all lie wholly below the tolerated one."""
        if self.total < self.alarm or self.largest is None:
            return False
        return self.largest.high < self.tolerated

    @property
    def broken(self) -> bool:
        """An alarm about more than is tolerated."""
        return self.total >= self.alarm and not self.small

    @property
    def verdict(self) -> Verdict:
        """It holds where every column would have shown the tolerated shift."""
        if self.broken:
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
    both, since = parts.groups(order, stated, trained), windows.begun(stated)
    for clause, group in zip((DRIFT, SEASON), both, strict=True):
        if group.names or group.answers:
            some = tuple(parts.parts(group, stated.importance, trained, seen, moved, since))
            yield judged(order.contract.watch, clause, some, seen)


def judged(stated: Watch, clause: str, some: tuple[Part, ...], seen: tuple[Profiled, ...]) -> Drift:
    """A weighted mean of e-detectors is one: parts count by their weights."""
    alarm = detector.budget(stated.false_alarms, stated.window)
    found = [(one, _seen(one, alarm)) for one in some]
    every = [shift for part, one in found for shift in shifts(part, one, alarm)]
    total = sum(one.total for _, one in found)
    loud = [one for one in every if one.weighs and one.loud]
    large = [one for one in loud if one.size.high >= stated.tolerated_shift]
    named = large or [one for one in every if one.weighs and one.evidence >= TOLD * total]
    part, first = max(found, key=lambda one: one[1].total, default=(None, None))
    return Drift(
        clause=clause,
        total=total,
        alarm=alarm,
        tolerated=stated.tolerated_shift,
        since=part.windows[first.since] if part and first else seen[0].window,
        windows=len(seen),
        rows=sum(one.profile.rows for one in seen),
        moved=tuple(sorted(named, key=lambda one: -one.evidence)),
        beside=tuple(one for one in every if one.loud and not one.weighs),
        largest=max((one.size for one in loud), key=lambda one: one.high, default=None),
        unseen=tuple(_unseen(some, stated.tolerated_shift, alarm)),
    )


def _seen(part: Part, alarm: float) -> detector.Evidence:
    return detector.evidence(part.reference, part.live, part.weight, alarm=alarm)


def _unseen(some: tuple[Part, ...], shift: float, alarm: float) -> Iterator[str]:
    """Columns that count and would not have shown a shift yet; no part, no column was seen."""
    for one in some:
        held = detector.holds(one.reference, one.live, shift=shift, level=1 / alarm)
        pairs = zip(one.reference.components, one.weight, strict=True)
        counts = {component.column for component, weight in pairs if weight > 0}
        yield from (
            parts.CALLED.get(name, name)
            for name, shown in held.items()
            if not shown and name in counts
        )


def evidence(order: Order, found: Drift) -> Evidence:
    """The evidence of a group against its budget of false alarms; a small alarm by its size."""
    total = min(found.total, 1e300)
    small, seasonal = found.small, found.clause == SEASON
    return Evidence(
        clause=found.clause,
        subject=order.champion.name,
        population=f"{found.rows:,} live decisions of {found.windows} windows",
        method=SMALL if small else METHOD,
        window=Window(order.champion.since, order.now),
        estimate=found.largest if small else Estimate(total, total, total, found.rows),
        limit=Limit("at_most", found.tolerated if small else found.alarm),
        verdict=None if seasonal else found.verdict,
        note=_note(found),
    )


def finding(order: Order, found: Drift, *, hurts: bool) -> Finding | None:
    """An alarm; of seasonal columns only where the realised loss moved too."""
    seasonal = found.clause == SEASON
    if not found.broken or (seasonal and not hurts):
        return None
    cause = "the season, or the world, moved" if seasonal else "what arrives changed"
    return Finding(
        clause=found.clause,
        columns=tuple(one.column for one in found.moved),
        what=f"{_moved(found.moved)}; since about {found.since.since:%Y-%m-%d}",
        cause=cause,
        owner=order.contract.owner,
        action="compare with the source; whether to retrain the realised goals decide",
        verdict=Verdict.FAIL,
        window=Window(found.since.since, order.now),
    )


def _note(found: Drift) -> str:
    """What moved, or lies off furthest, with its interval; and what cannot be told yet."""
    told = []
    if found.total >= found.alarm:
        told.append(_moved(found.moved))
    elif found.moved:
        told.append(f"furthest off: {found.moved[0]}")
    if found.small:
        told.append(f"less than the {found.tolerated:g} sd that are tolerated")
    elif found.unseen and not found.broken:
        some, more = ", ".join(found.unseen[:3]), len(found.unseen) - 3
        names = f"{some} and {more} more" if more > 0 else some
        told.append(f"too few decisions yet to see {found.tolerated:g} sd in {names}")
    if found.beside:
        told.append(f"{_moved(found.beside)}, which the answers do not hang on")
    return "; ".join(told)


def _moved(some: tuple[Shift, ...]) -> str:
    return f"moved: {', '.join(map(str, some))}"
