"""An account of one incident: what broke, its cost, its columns before and since, what happened."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from itertools import islice, takewhile
from typing import Literal

import msgspec

from mainstay.control import commenting, incidents, matters, versions
from mainstay.control.commenting import Said
from mainstay.control.incidents import Group, Held
from mainstay.control.looks import Seen
from mainstay.control.project import Project
from mainstay.control.queries import Incident, IncidentAccount
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Estimate, Event, Verdict, Window
from mainstay.data.profile import Moments, Numbers, Profile
from mainstay.ledger import outbox, state
from mainstay.life.watch.order import Finding, Profiled

BEFORE = 14
"""Windows before an incident that tell what was usual."""
MOST = 60
"""Looks that are read for one account at most."""
TENDED = {
    "IncidentAcknowledged": "taken care of",
    "IncidentSilenced": "silenced",
    "LabelsVouched": "labels vouched for",
}
"""What people do about one."""
CONCERNS = (*TENDED, *incidents.SAYING, "IncidentClosed", commenting.KIND)
_NORMAL = 1.959964


class Point(msgspec.Struct, frozen=True):
    """The mean of a column in a window, with its 95 % interval by the central limit theorem."""

    window: Window
    mean: Estimate


class Course(msgspec.Struct, frozen=True):
    """A column of numbers, window by window."""

    name: str
    points: tuple[Point, ...]


class Happened(msgspec.Struct, frozen=True):
    """Something on record. who: whose act it was, empty for Mainstay's own."""

    at: datetime
    kind: Literal["opened", "changed", "told", "closed", "tended"]
    what: str
    who: str = ""


class Account(msgspec.Struct, frozen=True):
    """One incident and its group, as of a moment.

    before, since: the windows before it and those it lasts, in counts. hides: what it explains.
    models: all that it hurts. cost: money lost a day, None: not known.
    """

    id: int
    model: str
    at: datetime
    opened: datetime
    closed: datetime | None
    finding: Finding
    urgency: str
    why: str
    cost: Estimate | None
    good: datetime | None
    by: int
    models: tuple[str, ...]
    hides: tuple[str, ...]
    courses: tuple[Course, ...]
    before: tuple[Profile, ...]
    since: tuple[Profile, ...]
    history: tuple[Happened, ...]
    comments: tuple[Said, ...] = ()


def asked(project: Project, query: IncidentAccount) -> Answer:
    """As `incident show` tells it; facts: the account too. Raises Missing."""
    made = account(project, query.id)
    said = matters.shown(project, Incident(query.id))
    facts = {**said.facts, "account": msgspec.to_builtins(made)}
    return msgspec.structs.replace(said, facts=facts)


def account(project: Project, id_: int) -> Account:
    """Raises Missing for no such incident of this model."""
    one = incidents.one(project.ledger, id_)
    if one is None or one.incident.model != project.model:
        raise Missing(f"there is no incident {id_}", hint="mainstay incident list --closed")
    group = incidents.group_of(incidents.held(project.ledger), id_) or Group(one)
    began, standing = one.finding.window.since, one.standing
    windows = tuple(_windows(project, one))
    before = [each.profile for each in windows if each.window.until <= began]
    ended = one.finding.window.until
    since = [each.profile for each in windows if began <= each.window.since < ended]
    return Account(
        id=id_,
        model=one.incident.model,
        at=clock.now(),
        opened=one.opened,
        closed=one.closed,
        finding=one.finding,
        urgency=standing.urgency,
        why=standing.why,
        cost=standing.cost,
        good=standing.good,
        by=standing.by,
        models=group.models,
        hides=tuple(each.finding.what for each in group.hides),
        courses=tuple(_courses(one.finding.columns, windows)),
        before=tuple(before),
        since=tuple(since),
        history=tuple(sorted(_history(project, one), key=lambda each: each.at)),
        comments=commenting.of_incident(project, id_),
    )


def _windows(project: Project, one: Held) -> Iterator[Profiled]:
    """From BEFORE windows before it until it was over, of the looks that counted them."""
    width = project.document.contract.watch.window
    first = one.finding.window.since - BEFORE * width
    last = one.closed or clock.now()
    for event in islice(_looks(project, one, Window(first, last)), MOST):
        blob = versions.blob(project, event.payload["blobs"][0])
        for each in msgspec.json.decode(blob, type=Seen).windows:
            if first <= each.window.since and each.window.until <= last:
                yield each


def _looks(project: Project, one: Held, span: Window) -> Iterator[Event]:
    """Those at windows of the span, in order: sought from where it began, in both directions."""
    ledger, kind, began = project.ledger, "WindowJudged", one.incident.id
    earlier = takewhile(
        lambda event: span.since < state.moment(event.payload["until"]),
        ledger.backwards(kind, project.model, page=50, until=began),
    )
    yield from tuple(earlier)[::-1]
    yield from takewhile(
        lambda event: state.moment(event.payload["since"]) < span.until,
        ledger.events(began, kind, project.model),
    )


def _courses(names: tuple[str, ...], windows: tuple[Profiled, ...]) -> Iterator[Course]:
    """Of the columns that are numbers."""
    for name in names:
        found = [(one.window, _together(_moments(one, name))) for one in windows]
        points = [Point(window, _mean(one)) for window, one in found if one]
        if points:
            yield Course(name, tuple(points))


def _moments(one: Profiled, name: str) -> Iterator[Moments]:
    """Of the rows that reached the model, and of those that a rule kept from it."""
    for column in one.profile.columns:
        if column.name == name and isinstance(column, Numbers) and column.moments:
            yield column.moments
    yield from (each.values for each in one.stopped if each.field == name and each.values)


def _together(some: Iterable[Moments]) -> Moments | None:
    """Of all rows. Source: Chan, Golub and LeVeque (1979), updating formulae for variances."""
    return reduce(_added, some, None)


def _added(one: Moments | None, other: Moments) -> Moments:
    if one is None:
        return other
    n, apart = one.n + other.n, other.mean - one.mean
    return Moments(
        n,
        one.mean + apart * other.n / n,
        one.squares + other.squares + apart * apart * one.n * other.n / n,
        min(one.low, other.low),
        max(one.high, other.high),
    )


def _mean(found: Moments) -> Estimate:
    """One value alone has no known spread."""
    spread = (found.squares / (found.n - 1) / found.n) ** 0.5 if found.n > 1 else 0.0
    side = _NORMAL * spread
    return Estimate(found.mean, found.mean - side, found.mean + side, found.n, "")


def _history(project: Project, one: Held) -> Iterator[Happened]:
    """What the ledger holds of it, and whom it reached."""
    ledger = project.ledger
    for event in ledger.events(one.incident.id - 1, CONCERNS, project.model):
        if event.kind == "IncidentOpened" and event.seq == one.incident.id:
            yield Happened(event.time, "opened", _what(event), one.finding.owner)
        elif event.payload.get("incident") != one.incident.id:
            continue
        elif event.kind in TENDED:
            words = f"{TENDED[event.kind]}: {event.payload['because']}"
            yield Happened(event.time, "tended", words, event.actor.name)
        elif event.kind != commenting.KIND:
            kind: Literal["changed", "closed"] = (
                "closed" if event.kind == "IncidentClosed" else "changed"
            )
            yield Happened(event.time, kind, _what(event) or kind)
    for channel in sorted(outbox.told(ledger, one.incident.id)):
        yield Happened(one.opened, "told", f"told by {channel}")


def _what(event: Event) -> str:
    return str(event.payload.get("finding", {}).get("what", ""))


def verdict(it: Account) -> Verdict:
    """Over is over; what costs is to act on; the rest is unsure."""
    if it.closed:
        return Verdict.PASS
    return Verdict.FAIL if it.urgency == "now" else Verdict.UNSURE
