"""Incidents as they stand: what is open, what explains it, which of them are one matter."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from mainstay.contract.model import Contract
from mainstay.control import causes, harm, urgency
from mainstay.control.causes import Case
from mainstay.control.harm import Standing
from mainstay.control.urgency import Due
from mainstay.ledger import state
from mainstay.ledger.state import Incident, Silence
from mainstay.ledger.store import Ledger
from mainstay.life.watch.order import Finding

CHANGED = "IncidentChanged"
SAYING = ("IncidentOpened", CHANGED)
"""Events that say all that is known of one."""
LATELY = timedelta(days=60)
"""Causes that were over longer ago explain nothing any more."""


class Held(NamedTuple):
    """An incident with the newest that is known of it."""

    incident: Incident
    finding: Finding
    standing: Standing
    silence: Silence | None

    @property
    def opened(self) -> datetime:
        return state.moment(self.incident.opened)

    @property
    def closed(self) -> datetime | None:
        return state.moment(self.incident.closed) if self.incident.closed else None

    @property
    def case(self) -> Case:
        return Case(self.finding, self.opened, self.incident.id, self.closed)

    def silent(self, now: datetime) -> bool:
        """Whether nobody is to be told of it now."""
        return self.silence is not None and now < state.moment(self.silence.until)


class Known(NamedTuple):
    """One of a look with its standing; before: as it stood, None where it is new."""

    finding: Finding
    standing: Standing
    before: Held | None = None

    def case(self, now: datetime) -> Case:
        if self.before is None:
            return Case(self.finding, now)
        return Case(self.finding, self.before.opened, self.before.incident.id)


def every(ledger: Ledger, model: str) -> tuple[Held, ...]:
    """All of a model, oldest first, the closed ones too."""
    return _held(ledger, state.incidents(ledger, model))


def held(ledger: Ledger, model: str = "") -> tuple[Held, ...]:
    """Those open now, of one model or of all that the ledger holds."""
    return _held(ledger, state.open_incidents(ledger, model))


def past(ledger: Ledger, most: int, model: str = "") -> tuple[Held, ...]:
    """The newest so many that are over, oldest of them first."""
    return _held(ledger, state.closed_incidents(ledger, most, model))


def one(ledger: Ledger, number: int) -> Held | None:
    """By its number, of whichever model."""
    found = state.incident(ledger, number)
    return _held(ledger, (found,))[0] if found else None


def _held(ledger: Ledger, some: tuple[Incident, ...]) -> tuple[Held, ...]:
    said, silences = _said(ledger, some), state.silences(ledger) if some else {}
    return tuple(
        Held(
            one,
            msgspec.convert(said[one.id]["finding"], Finding, strict=False),
            msgspec.convert(said[one.id].get("standing", {}), Standing, strict=False),
            silences.get(one.id),
        )
        for one in some
    )


def _said(ledger: Ledger, some: tuple[Incident, ...]) -> dict[int, dict[str, Any]]:
    """What was said last of each: its row names the last event, which may say something else."""
    last = ledger.numbered(one.seq for one in some)
    said = {one.id: last[one.seq].payload for one in some if last[one.seq].kind in SAYING}
    rest = [one for one in some if one.id not in said]
    if not rest:
        return said
    opened = ledger.numbered(one.id for one in rest)
    found = {number: event.payload for number, event in opened.items()}
    models = {one.model for one in rest}
    about = models.pop() if len(models) == 1 else ""
    for event in ledger.events(min(found), CHANGED, about):
        if event.payload["incident"] in found:
            found[event.payload["incident"]] = event.payload
    return {**said, **found}


def judged(
    contract: Contract, some: tuple[Known, ...], lately: tuple[Case, ...], now: datetime
) -> tuple[tuple[Known, Case | None], ...]:
    """Each with what explains it; a cause carries the harm of what it explains. Pure.

    lately: those that were over before this look.
    """
    cases = (*(one.case(now) for one in some), *lately)
    by = [causes.explained(contract, one.case(now), cases, now) for one in some]
    return tuple(
        (_carrying(one, some, by, now), cause) for one, cause in zip(some, by, strict=True)
    )


def _carrying(cause: Known, some: tuple[Known, ...], by: list[Case | None], now: datetime) -> Known:
    case = cause.case(now)
    effects = tuple(
        one.standing
        for one, each in zip(some, by, strict=True)
        if each is not None and each == case
    )
    if not effects:
        return cause
    return cause._replace(standing=harm.carrying(cause.standing, effects))


def over(every: tuple[Held, ...], now: datetime) -> tuple[Case, ...]:
    """Those closed lately: what they explained may last a while."""
    return tuple(one.case for one in every if one.closed and now - one.closed < LATELY)


class Group(NamedTuple):
    """One matter of one source: the incident that stands for it, all others of it, what it hides.

    hides: incidents that one of them explains.
    """

    lead: Held
    others: tuple[Held, ...] = ()
    hides: tuple[Held, ...] = ()

    @property
    def all(self) -> tuple[Held, ...]:
        return (self.lead, *self.others)

    @property
    def models(self) -> tuple[str, ...]:
        """All that it hurts, in the order it reached them."""
        return tuple(dict.fromkeys(one.incident.model for one in (*self.all, *self.hides)))

    @property
    def due(self) -> Due:
        return urgency.worst(tuple(one.standing.due for one in self.all))


def groups(some: tuple[Held, ...]) -> tuple[Group, ...]:
    """Open incidents, the most urgent first: the same error of the same source is one."""
    ids = {one.incident.id for one in some}
    alone = [one for one in some if one.standing.by not in ids]
    together: dict[tuple[object, ...], list[Held]] = {}
    for one in sorted(alone, key=lambda one: one.incident.id):
        together.setdefault(_matter(one), []).append(one)
    found = (
        Group(first, tuple(rest), _hidden(some, [first, *rest]))
        for first, *rest in together.values()
    )
    return tuple(sorted(found, key=lambda one: urgency.ORDER[one.due.urgency]))


def group_of(some: tuple[Held, ...], incident: int) -> Group | None:
    """The one that an incident stands in, or is hidden by; None where it is not open."""
    for one in groups(some):
        if incident in {each.incident.id for each in (*one.all, *one.hides)}:
            return one
    return None


def concerning(ledger: Ledger, model: str) -> tuple[Group, ...]:
    """Open matters that hurt a model, whichever model of the ledger they began with."""
    return tuple(one for one in groups(held(ledger)) if model in one.models)


def _matter(one: Held) -> tuple[object, ...]:
    if not one.standing.source:
        return (one.incident.id,)
    return (one.finding.clause, one.standing.source, tuple(sorted(one.finding.columns)))


def _hidden(some: tuple[Held, ...], of: list[Held]) -> tuple[Held, ...]:
    ids = {one.incident.id for one in of}
    return tuple(one for one in some if one.standing.by in ids)
