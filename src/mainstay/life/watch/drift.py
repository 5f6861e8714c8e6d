"""Whether live decisions still look like those the version was trained on, and its answers too."""

from collections.abc import Iterator
from typing import NamedTuple

from mainstay.bundle.manifest import Manifest
from mainstay.contract.operation import Watch
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict, Window
from mainstay.life.watch import parts, pulse, said, windows, yearly
from mainstay.life.watch.order import Finding, Order, Profiled
from mainstay.life.watch.parts import Part
from mainstay.life.watch.pulse import Loss
from mainstay.life.watch.shifts import Shift, shifts
from mainstay.life.watch.units import Move
from mainstay.stats import detector
from mainstay.stats.components import Kind

TOLD = 0.1
"""The share of the evidence from which on a column is named."""
METHOD = (
    "e-detector over all columns by how far the answers hang on them, and over the answers;"
    " power of the newest windows, at most 30"
)
SMALL = "largest lasting shift of those that passed the budget of false alarms, in sd, 95 %"
DRIFT, SEASON, ANSWERS = "drift", "drift, seasonal", "drift, answers"
"""The last: of answers that hang on seasonal columns, while these are held against a year ago."""
YEARLY = METHOD + "; each window less the same weeks of the year before"


class Beat(NamedTuple):
    """Of a series beside the columns, see life.watch.pulse: its shift, since when, over which

    windows, and whether it carries an alarm.
    """

    part: Part
    shift: Shift
    since: Window
    told: bool

    @property
    def kind(self) -> Kind:
        return self.part.reference.components[0].kind


class Drift(NamedTuple):
    """What a group of columns says, and what is watched beside them under the same budget.

    moved: those that alone are an alarm and may be more than is tolerated, else those that carry
    the evidence; the most first. beside: those that moved and that the answers do not hang on.
    largest: of the shifts that alone are an alarm, None without one. small: an alarm of shifts
    that all lie wholly below the tolerated one. own: the evidence of the columns alone. yearly:
    held against the year before; lacking: why it is not, where that is asked for.
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
    small: bool = False
    own: float = 0.0
    beats: tuple[Beat, ...] = ()
    yearly: bool = False
    lacking: str = ""

    @property
    def broken(self) -> bool:
        """An alarm about more than is tolerated, unless others carry it alone."""
        others = not self.moved and any(one.told for one in self.beats)
        return self.total >= self.alarm and not self.small and not others

    @property
    def verdict(self) -> Verdict:
        """It holds where every column would have shown the tolerated shift."""
        if self.broken:
            return Verdict.FAIL
        return Verdict.UNSURE if self.unseen else Verdict.PASS

    @property
    def free(self) -> bool:
        """Whether it may move with the calendar, so that a move alone is no incident."""
        return self.clause in (SEASON, ANSWERS) and not self.yearly

    @property
    def shown(self) -> Verdict | None:
        """None where it may move; unsure where a year before was asked for and is not there."""
        if self.free:
            return Verdict.UNSURE if self.lacking else None
        return self.verdict


def drifts(
    order: Order,
    stated: Manifest,
    profiled: tuple[Profiled, ...],
    moved: tuple[Move, ...],
    losses: tuple[Loss, ...] = (),
) -> Iterator[Drift]:
    """Of the columns that must stay, and of those that may move with the calendar.

    moved: windows in which a column came in another unit say nothing of that column. What else is
    watched of windows shares the budget of the columns that must stay.
    """
    seen = tuple(one for one in profiled if one.version == order.champion.name)
    trained = windows.trained(order, stated)
    if not seen or not trained:
        return
    watch, since = order.contract.watch, windows.begun(stated)
    lacking = yearly.lacking(watch, trained, tuple(one.window for one in seen), since)
    stay, season = parts.groups(order, stated, trained)
    asked = watch.season == "year" and not lacking
    groups = yearly.held(stay, season, stated.importance) if asked else (stay, season)
    given = stated.importance, trained, seen, moved, since
    beside = (
        *pulse.pulse(order.champion.name, trained, profiled, losses, since),
        *pulse.labels(said.said(order)),
    )
    for clause, group in zip((DRIFT, SEASON, ANSWERS), groups, strict=False):
        if clause == DRIFT or group.names or group.answers:
            some = (*parts.parts(group, *given), *(beside if clause == DRIFT else ()))
            found = judged(watch, clause, some, seen)
            short = lacking if clause == SEASON else ""
            yield found._replace(yearly=group.yearly, lacking=short)


def judged(stated: Watch, clause: str, some: tuple[Part, ...], seen: tuple[Profiled, ...]) -> Drift:
    """A weighted mean of e-detectors is one: parts count by their weights."""
    alarm = detector.budget(stated.false_alarms, stated.window)
    found = [(one, _seen(one, alarm)) for one in some]
    total = sum(one.total for _, one in found)
    told = [(part, one, _shifts(stated, part, one, alarm)) for part, one in found]
    every = [shift for part, _, each in told if not _beside(part) for shift in each]
    loud = [one for _, _, each in told for one in each if one.weighs and one.loud]
    small = total >= alarm and bool(loud) and not any(one.large for one in loud)
    broken = total >= alarm and not small
    part, first = max(found, key=lambda one: one[1].total, default=(None, None))
    columns = [one for one in loud if one in every]
    return Drift(
        clause=clause,
        total=total,
        alarm=alarm,
        tolerated=stated.tolerated_shift,
        since=part.windows[first.since] if part and first else seen[0].window,
        windows=len(seen),
        rows=sum(one.profile.rows for one in seen),
        moved=tuple(_named(every, total, loud=any(one.large for one in loud))),
        beside=tuple(one for one in every if one.loud and not one.weighs),
        largest=max((one.size for one in columns), key=lambda one: one.high, default=None),
        unseen=tuple(_unseen(some, stated.tolerated_shift, alarm)),
        small=small,
        own=sum(one.total for part, one in found if not _beside(part)),
        beats=tuple(
            Beat(part, each[0], part.windows[one.since], broken and _carries(each[0], alarm))
            for part, one, each in told
            if _beside(part)
        ),
    )


def total(some: tuple[Part, ...], alarm: float) -> float:
    """The evidence of all parts, an alarm from `alarm` on."""
    return sum(_seen(one, alarm).total for one in some)


def _beside(part: Part) -> bool:
    return part.reference.components[0].kind in pulse.WEIGHTS


def _shifts(stated: Watch, part: Part, found: detector.Evidence, alarm: float) -> tuple[Shift, ...]:
    kind = part.reference.components[0].kind
    tolerated = pulse.TOLERATED.get(kind, stated.tolerated_shift)
    return tuple(shifts(part, found, alarm, tolerated))


def _carries(one: Shift, alarm: float) -> bool:
    """Whether it is named for an alarm, however loud others are."""
    return one.weighs and one.large and (one.loud or one.evidence >= TOLD * alarm)


def _named(every: list[Shift], total: float, *, loud: bool) -> list[Shift]:
    """What alone is an alarm and may be more than is tolerated, else what carries the evidence."""
    large = [one for one in every if one.weighs and one.loud and one.large]
    rest = [] if loud else [one for one in every if one.weighs and one.evidence >= TOLD * total]
    return sorted(large or rest, key=lambda one: -one.evidence)


def _seen(part: Part, alarm: float) -> detector.Evidence:
    """Where only one direction does harm, what moved in the other is nothing."""
    found = detector.evidence(part.reference, part.live, part.weight, alarm=alarm)
    if part.harm * found.shift[0] >= 0:
        return found
    return found._replace(total=0.0, components=found.components * 0)


def _unseen(some: tuple[Part, ...], shift: float, alarm: float) -> Iterator[str]:
    """Columns that count and would not have shown a shift yet; no part, no column was seen."""
    for one in some:
        if _beside(one):
            continue
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
    total = min(found.total if found.broken else found.own, 1e300)
    small, method = found.small, YEARLY if found.yearly else METHOD
    return Evidence(
        clause=found.clause,
        subject=order.champion.name,
        population=f"{found.rows:,} live decisions of {found.windows} windows",
        method=SMALL if small else method,
        window=Window(order.champion.since, order.now),
        estimate=found.largest if small else Estimate(total, total, total, found.rows),
        limit=Limit("at_most", found.tolerated if small else found.alarm),
        verdict=found.shown,
        note=_note(found),
    )


def finding(order: Order, found: Drift, *, hurts: bool) -> Finding | None:
    """An alarm; of what may move with the calendar only where the realised loss moved too."""
    if not found.broken or (found.free and not hurts):
        return None
    cause = "the season, or the world, moved" if found.free else "what arrives changed"
    return Finding(
        clause=found.clause,
        columns=tuple(one.column for one in found.moved),
        what=f"{_moved(found.moved)}; since about {found.since.since:%Y-%m-%d}",
        cause=cause,
        owner=order.contract.owner,
        action="compare with the source; whether to retrain the realised goals decide",
        verdict=Verdict.FAIL,
        window=Window(found.since.since, order.now),
        each=tuple(f"{one}, since about {found.since.since:%Y-%m-%d}" for one in found.moved),
    )


def _note(found: Drift) -> str:
    """What moved, or lies off furthest, with its interval; and what cannot be told yet."""
    told = [found.lacking] if found.lacking else []
    if found.broken or found.small:
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
    return f"moved: {', '.join(map(str, some)) or 'many columns a little'}"
