"""Revisions of the contract on record, and any two of them side by side: clauses and lines."""

import re
from typing import NamedTuple

from mainstay.control import contracting, differing
from mainstay.control.project import Project
from mainstay.control.queries import DiffContract, Revisions
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Event

NOW = "now"
"""The contract as it stands, beside the revisions on record."""


class Text(NamedTuple):
    """A contract by its name here."""

    name: str
    text: str


def revisions(project: Project, query: Revisions) -> Answer:
    """Every one, and two of them. Raises Mistake for what names none, Missing."""
    events = tuple(project.ledger.events(kind="ContractRegistered", subject=project.model))
    if not events:
        return Answer(
            "No revision of the contract is on record yet: the first build registers one.",
            next="mainstay build",
            facts={"revisions": [], "old": "", "new": "", "opens": [], "changes": [], "lines": []},
        )
    old, new = (_named(project, one, events) for one in _asked(project, query, events))
    found = contracting.diff(project, DiffContract(old.text, new.text))
    count = "1 revision" if len(events) == 1 else f"{len(events)} revisions"
    said = found.headline.partition(": ")[2] if found.facts["opens"] else "they say the same."
    return Answer(
        f"{count} on record. {old.name} to {new.name}: {said}",
        lines=(*map(_line, events), *found.lines),
        next="mainstay contract diff",
        facts={
            **found.facts,
            "revisions": [_fact(one) for one in events],
            "stands": project.document.digest == events[-1].payload["digest"],
            "old": old.name,
            "new": new.name,
            "lines": list(differing.changed("contract.yaml", old.text, new.text).lines),
        },
    )


def _asked(project: Project, query: Revisions, events: tuple[Event, ...]) -> tuple[str, str]:
    """The two that are asked for; by default what was changed last."""
    names = [_name(one) for one in events]
    if project.document.digest != events[-1].payload["digest"]:
        names.append(NOW)
    usual = names[-2] if len(names) > 1 else names[-1]
    return query.old or usual, query.new or names[-1]


def _named(project: Project, name: str, events: tuple[Event, ...]) -> Text:
    if name == NOW:
        return Text(NOW, project.document.path.read_text(encoding="utf-8"))
    if not re.fullmatch(r"r?[1-9]\d*", name):
        raise Mistake(f"{name!r} names no revision", hint=f"r1 to {_name(events[-1])}, or {NOW}")
    wanted = f"r{int(name.removeprefix('r'))}"
    found = next((one for one in events if _name(one) == wanted), None)
    if found is None:
        known = f"known: r1 to {_name(events[-1])}"
        raise Missing(f"no revision {wanted} of the contract is on record", hint=known)
    return Text(wanted, str(found.payload["text"]))


def _fact(event: Event) -> dict[str, object]:
    return {
        "revision": _name(event), "at": event.time, "by": event.actor.name,
        "digest": event.payload["digest"],
    }  # fmt: skip


def _line(event: Event) -> str:
    return f"{_name(event):<4} {event.time:%Y-%m-%d %H:%M}  by {event.actor.name}"


def _name(event: Event) -> str:
    return f"r{event.payload['revision']}"
