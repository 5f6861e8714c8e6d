"""All that happened to a model, for one axis of time: who answered when, and what people did."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from mainstay.control import incidents, publish
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.nouns import Event

Lane = Literal["work", "decision", "traffic", "data", "incident", "said"]
LANES: dict[str, Lane] = {
    "ContractRegistered": "work",
    "Assessed": "work",
    "Built": "work",
    "Certified": "work",
    "CertificateRefused": "work",
    "Renewed": "work",
    "Approved": "decision",
    "Rejected": "decision",
    "Waived": "decision",
    "Deployed": "traffic",
    "RolledBack": "traffic",
    "DataChanged": "data",
    "IncidentOpened": "incident",
    "IncidentClosed": "incident",
    "Commented": "said",
}


class Span(msgspec.Struct, frozen=True):
    """Something that lasts. until: None while it does. share: of the answers, 0 for an incident."""

    what: str
    since: datetime
    until: datetime | None
    share: float = 0.0


class Moment(msgspec.Struct, frozen=True):
    """Something that happened. who: who did it. seq: the event on record."""

    at: datetime
    lane: Lane
    kind: str
    what: str
    who: str
    seq: int


class Lived(msgspec.Struct, frozen=True):
    """A life until `at`. answered: versions by when they answered. broken: incidents."""

    model: str
    at: datetime
    answered: tuple[Span, ...]
    broken: tuple[Span, ...]
    moments: tuple[Moment, ...]


def asked(project: Project) -> Answer:
    """Newest first; facts: all of it."""
    made = lived(project)
    first = f" since {made.moments[0].at:%Y-%m-%d}" if made.moments else ""
    count = len({one.what for one in made.answered})
    return Answer(
        f"{made.model}: {len(made.moments):,} events{first}, {count} "
        f"{'version' if count == 1 else 'versions'} answered, {len(made.broken)} incidents.",
        lines=tuple(f"{one.at:%Y-%m-%d %H:%M}  {one.what}" for one in made.moments[:-31:-1]),
        next="mainstay ledger show",
        facts={"life": msgspec.to_builtins(made)},
    )


def lived(project: Project) -> Lived:
    """Of the project's model."""
    return Lived(
        model=project.model,
        at=clock.now(),
        answered=tuple(_answered(project)),
        broken=tuple(
            Span(one.finding.what, one.opened, one.closed)
            for one in incidents.every(project.ledger, project.model)
        ),
        moments=tuple(_moments(project)),
    )


def _answered(project: Project) -> Iterator[Span]:
    """Each version for as long as its share stayed the same."""
    open_: dict[int, Span] = {}
    for event in publish.history(project):
        shares = {one.version: one.share for one in publish.said(event).shares}
        for number, span in list(open_.items()):
            if shares.get(number) != span.share:
                yield msgspec.structs.replace(open_.pop(number), until=event.time)
        for number, share in shares.items():
            if share and number not in open_:
                open_[number] = Span(f"v{number}", event.time, None, share)
    yield from open_.values()


def _moments(project: Project) -> Iterator[Moment]:
    for event in project.ledger.events(kind=tuple(LANES), subject=project.model):
        if event.kind == "DataChanged" and not event.payload["changes"]:
            continue  # what data was like at the beginning
        what = _what(event.kind, event)
        yield Moment(event.time, LANES[event.kind], event.kind, what, event.actor.name, event.seq)


def _what(kind: str, event: Event) -> str:
    """In words; a reason where one was given."""
    said = event.payload
    because = said.get("because") or ""
    words = WORDS[kind](said) if kind in WORDS else f"v{said['number']} {kind.lower()}"
    return f"{words}: {because}" if because else words


def _shares(said: dict[str, Any]) -> str:
    return ", ".join(f"v{one['version']} {one['share']:.0%}" for one in said["shares"])


WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "ContractRegistered": lambda said: f"contract revision {said['revision']}",
    "Assessed": lambda _: "assessed",
    "CertificateRefused": lambda said: f"v{said['number']} fell short",
    "Deployed": lambda said: f"answers: {_shares(said)}",
    "RolledBack": lambda said: f"rolled back to {_shares(said)}",
    "DataChanged": lambda said: "; ".join(
        f"{one['source']}: {one['what']}" for one in said["changes"]
    ),
    "IncidentOpened": lambda said: f"incident: {said['what']}",
    "IncidentClosed": lambda said: f"incident {said['incident']} is over",
    "Commented": lambda said: f"\u201c{said['text']}\u201d",
}
"""How events are told that are not of one version."""
