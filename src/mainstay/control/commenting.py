"""`comment`: what people say of a version or an incident, on record, and who is named in it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

import msgspec

from mainstay.control import telling, versions
from mainstay.control.channels.note import Note
from mainstay.control.commands import Acknowledge, Comment
from mainstay.control.project import Project
from mainstay.control.silencing import found
from mainstay.core import clock, nearest
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Event
from mainstay.ledger import state

KIND = "Commented"
LONGEST = 4_000
LATELY = timedelta(days=30)
"""Whoever was named longer ago is not told any more."""
_NAMED = re.compile(r"(?<![\w.@-])@([a-z0-9][a-z0-9._-]{0,63})")


class Said(msgspec.Struct, frozen=True):
    """One comment. version: empty for one of an incident, whose number is 0 for one of

    a version.
    """

    at: datetime
    who: str
    text: str
    version: str
    incident: int
    mentions: tuple[str, ...]
    model: str = ""


def comment(project: Project, command: Comment) -> Answer:
    """Raises Mistake without a text or for two places, Missing for its place or whom it names."""
    text = command.text.strip()
    if not text or len(text) > LONGEST:
        raise Mistake(f"a comment has 1 to {LONGEST:,} characters")
    if bool(command.version) is bool(command.incident):
        raise Mistake("a comment is of one version or one incident", hint="--version or --incident")
    about = _about(project, command)
    mentions = tuple(dict.fromkeys(_mentions(project, text)))
    said = {**about, "text": text, "mentions": list(mentions)}
    with project.ledger.transaction():
        event = project.ledger.append(KIND, project.model, project.actor, said)
        if mentions:
            _tell(project, event, command)
    where = f"v{about['number']}" if command.version else f"incident {command.incident}"
    told = f", naming {', '.join(mentions)}" if mentions else ""
    return Answer(f"On record, of {where}{told}.", facts=said)


def acknowledge(project: Project, command: Acknowledge) -> Answer:
    """Somebody takes care of it. Raises Missing for no open incident, Mistake without a word."""
    if not command.because.strip():
        raise Mistake("say what you do about it", hint="--because 'asked the weather service'")
    with project.ledger.transaction():
        one = found(project, command.incident)
        said = {"incident": one.incident.id, "because": command.because}
        project.ledger.append("IncidentAcknowledged", one.incident.model, project.actor, said)
    return Answer(
        f"{project.actor.name} takes care of incident {one.incident.id}; it stays open until what"
        " broke is mended.",
        lines=(one.finding.what,),
        next=f"mainstay incident show {one.incident.id}",
        facts=said,
    )


def of_version(project: Project, name: str) -> tuple[Said, ...]:
    """Oldest first."""
    return tuple(one for one in every(project) if one.version == name)


def of_incident(project: Project, number: int) -> tuple[Said, ...]:
    """Oldest first."""
    return tuple(one for one in every(project) if one.incident == number)


def naming(project: Project, name: str) -> tuple[Said, ...]:
    """Those of the last weeks that name somebody, newest first, of all that may be spoken of."""
    since = clock.now() - LATELY
    newest = map(_said, project.ledger.backwards(KIND))
    lately = takewhile(lambda one: one.at > since, newest)
    return tuple(one for one in lately if name in one.mentions and not project.elsewhere(one.model))


def every(project: Project) -> tuple[Said, ...]:
    """All of the project's model, oldest first."""
    return tuple(map(_said, project.ledger.events(kind=KIND, subject=project.model)))


def _about(project: Project, command: Comment) -> dict[str, int]:
    if command.version:
        return {"number": versions.found(project, command.version).number}
    known = state.incident(project.ledger, command.incident)
    if known is None or known.model != project.model:
        raise Missing(f"there is no incident {command.incident}", "mainstay incident list --closed")
    return {"incident": command.incident}


def _tell(project: Project, event: Event, command: Comment) -> None:
    """Whoever is named hears of it, with the page where they act."""
    said, model = _said(event), project.model
    here = f"/models/{model}/versions/{said.version}"
    if command.version and versions.found(project, said.version).status == "certified":
        here += "/approval"
    about = said.version or f"incident {said.incident}"
    note = Note(
        f"{model}-{event.seq}", "mention", event.time, (model,),
        f"{said.who} names you: {model}, {about}",
        f"{said.who} on {model}, {about}:\n\n{said.text}",
        telling.link(project, here if said.version else f"/incidents/{said.incident}"),
        to=said.mentions,
    )  # fmt: skip
    telling.noted(project, note, lambda one: getattr(one, "mentions", False))


def _mentions(project: Project, text: str) -> Iterator[str]:
    """Raises Missing for a name that nobody here has: they would never read it."""
    known = {one.name for one in state.grants(project.ledger)}
    for name in (one.rstrip(".-_") for one in _NAMED.findall(text)):
        if name not in known:
            raise Missing(f"nobody here is called {name}", hint=nearest.hint(name, known))
        yield name


def _said(event: Event) -> Said:
    said = event.payload
    version = f"v{said['number']}" if "number" in said else ""
    return Said(
        event.time, event.actor.name, said["text"], version, said.get("incident", 0),
        tuple(said["mentions"]), event.subject,
    )  # fmt: skip
