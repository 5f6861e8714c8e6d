"""The week on one screen, for each role what it acts on: `digest`, and the job of that name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple, get_args

import msgspec

from mainstay.control import briefs, delivering, health, incidents, roles, telling
from mainstay.control.channels.config import Channel
from mainstay.control.channels.note import Note
from mainstay.control.health import Health, Question
from mainstay.control.pages import digest as drawn
from mainstay.control.pages.digest import Digest, Section
from mainstay.control.project import Project
from mainstay.control.queries import DigestOf
from mainstay.control.roles import EVERY, Role
from mainstay.core import clock, nearest
from mainstay.core.answers import GLYPHS, RANK, Answer
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Event, Verdict
from mainstay.ledger import runs, state

WEEK = timedelta(days=7)
MOST = 8
"""Lines of a section: a digest is one screen."""


class Seen(NamedTuple):
    """What sections are made of: every model as it stands, and what happened in the week."""

    opened: Project
    models: tuple[Health, ...]
    events: tuple[Event, ...]
    since: datetime


def asked(opened: Project, query: DigestOf) -> Answer:
    """Raises Mistake for no role. opened: a project, or its team."""
    if query.role not in get_args(Role):
        raise Mistake(f"{query.role!r} is no role", hint=nearest.hint(query.role, get_args(Role)))
    made = digest(opened, query.role)  # type: ignore[arg-type]  # checked above
    lines = tuple(line for one in made.sections for line in (f"{one.title}:", *_indented(one)))
    return Answer(
        made.sentence,
        min((one.verdict for one in made.models), key=RANK.__getitem__, default=None),
        lines=(*(_model(one) for one in made.models[:MOST]), *lines),
        next="mainstay incident list",
        facts={
            "digest": {
                "role": made.role, "since": made.since, "until": made.until,
                "sentence": made.sentence, "sections": msgspec.to_builtins(made.sections),
            },
            "page": drawn.page(made),
        },
    )  # fmt: skip


def digest(opened: Project, role: Role) -> Digest:
    """Of the week that ends now."""
    now = clock.now()
    seen = Seen(opened, _models(opened), _events(opened, now - WEEK), now - WEEK)
    sections = tuple(_short(one(seen)) for one in SECTIONS[role])
    return Digest(
        role=role, since=now - WEEK, until=now, sentence=_sentence(seen), models=seen.models,
        sections=tuple(one for one in sections if one.lines), base=telling.link(opened, ""),
    )  # fmt: skip


def put_aside(opened: Project) -> dict[str, int]:
    """The digest of every role that a channel takes, to be told once for this week; by role, to

    how many channels.
    """
    known = telling.channels(opened).values()
    wanted = [role for role in get_args(Role) if any(_takes(one, role) for one in known)]
    return {role: _put(opened, role) for role in wanted}


def send(opened: Project) -> Answer:
    """Puts this week aside where it was not yet, and tells what waits."""
    with opened.ledger.transaction():
        put = put_aside(opened)
    if not put:
        return Answer("No channel takes digests.", next="docs/reference/settings.md: digests")
    told = delivering.deliver(opened)
    return Answer(
        f"The week was put aside for {', '.join(put)}. {told.headline}",
        told.verdict, lines=told.lines, facts={"roles": put, **told.facts},
    )  # fmt: skip


def of_record(project: Project) -> Project:
    """The same project, or the team whose record it keeps."""
    above = project.places.team
    return replace(project, places=above, models=None) if above else project


def _put(opened: Project, role: Role) -> int:
    made = digest(opened, role)
    year, week, _ = made.until.isocalendar()
    note = Note(
        f"digest-{role}-{year}-{week:02}", "digest", made.until,
        tuple(one.model for one in made.models), f"The week for {role}: {made.sentence}",
        drawn.text(made), telling.link(opened, "/"), page=drawn.page(made),
    )  # fmt: skip
    return telling.noted(opened, note, lambda one: _takes(one, role))


def _takes(channel: Channel, role: str) -> bool:
    return role in getattr(channel, "digests", ())


def _models(opened: Project) -> tuple[Health, ...]:
    """The worst first."""
    if opened.places.is_team:
        found = tuple(one.shown for one in briefs.refreshed(opened))
    else:
        found = (health.bare(opened),)
    return tuple(sorted(found, key=lambda one: RANK[one.verdict]))


def _events(opened: Project, since: datetime) -> tuple[Event, ...]:
    newest = opened.ledger.backwards((*TOLD, *OF_PEOPLE))
    lately = takewhile(lambda one: one.time > since, newest)
    return tuple(one for one in lately if one.subject == EVERY or not opened.elsewhere(one.subject))


def _sentence(seen: Seen) -> str:
    broken = sum(one.verdict is Verdict.FAIL for one in seen.models)
    holding = sum(one.verdict is Verdict.PASS for one in seen.models)
    if len(seen.models) == 1:
        return f"{seen.models[0].model} {seen.models[0].sentence}"
    rest = len(seen.models) - broken - holding
    return f"{len(seen.models)} models: {broken} broken, {rest} unsure or unknown, {holding} hold."


def _burning(seen: Seen) -> Section:
    some = incidents.groups(incidents.held(seen.opened.ledger))
    ours = [one for one in some if not all(map(seen.opened.elsewhere, one.models))]
    lines = (
        f"◆ {one.due.urgency}: {', '.join(one.models)}: {one.lead.finding.what}"
        f" ({one.lead.finding.owner}: {one.lead.finding.action})"
        for one in ours
        if one.due.urgency != "this week"
    )
    return Section("To act on", tuple(lines), "/incidents")


def _waiting(seen: Seen) -> Section:
    some = state.standing(seen.opened.ledger, "certified")
    lines = (
        f"▲ {one.model} v{one.number}: mainstay review v{one.number}"
        for one in some
        if not seen.opened.elsewhere(one.model)
    )
    return Section("Waits for a signature", tuple(lines), "/approvals")


def _question(title: str, at: int) -> Callable[[Seen], Section]:
    """What one of the five questions comes to for each model, the worst first."""

    def section(seen: Seen) -> Section:
        some = ((one.model, one.questions[at]) for one in seen.models)
        ordered = sorted(some, key=lambda one: RANK[one[1].verdict])
        return Section(title, tuple(_answer(*one) for one in ordered), "/")

    return section


def _answer(model: str, one: Question) -> str:
    return f"{GLYPHS[one.verdict]} {model}: {one.answer}; {one.detail}"


def _sources(seen: Seen) -> Section:
    """By source, with the number of models that each hurts."""
    some = incidents.groups(incidents.held(seen.opened.ledger))
    ours = [one for one in some if not all(map(seen.opened.elsewhere, one.models))]
    lines = (
        f"◆ {one.lead.standing.source}: {one.lead.finding.what}; hurts {len(one.models)}:"
        f" {', '.join(one.models)}"
        for one in ours
        if one.lead.standing.source
    )
    return Section("Sources in error", tuple(lines), "/incidents")


def _happened(title: str, kinds: tuple[str, ...], there: str = "/") -> Callable[[Seen], Section]:
    def section(seen: Seen) -> Section:
        some = (one for one in seen.events if one.kind in kinds)
        return Section(title, tuple(filter(None, map(_said, some))), there)

    return section


def _said(event: Event) -> str:
    """One event in words; a decision to keep things as they are is none."""
    said = event.payload
    if event.kind == "Decided" and said["act"] == "keep":
        return ""
    number = f" v{said['number']}" if "number" in said else ""
    what = said.get("act") or said.get("role") or said.get("credential") or said.get("clause") or ""
    why = said.get("because") or ""
    name = f" {said['name']}" if "name" in said else ""
    words = ", ".join(filter(None, (str(what), str(why))))
    told = f"{event.time:%m-%d} {event.kind} {event.subject}{number}{name}, by {event.actor.name}"
    return f"{told}: {words}" if words else told


def _failed(seen: Seen) -> Section:
    """Runs of the week that came to nothing."""
    found = runs.failed(seen.opened.ledger, seen.since)
    lines = (
        f"◆ {one.model} {one.job}, run {one.id}: {one.headline}"
        for one in found
        if not seen.opened.elsewhere(one.model)
    )
    return Section("Runs that failed", tuple(lines), "/")


def _head(seen: Seen) -> Section:
    head = seen.opened.ledger.head()
    return Section("Head of the chain", (f"mainstay verify ledger --head {head}",), "/audit/chain")


def _short(one: Section) -> Section:
    """What is left out is counted."""
    rest = len(one.lines) - MOST
    if rest <= 0:
        return one
    return msgspec.structs.replace(one, lines=(*one.lines[:MOST], f"and {rest} more"))


def _indented(one: Section) -> Iterator[str]:
    return (f"  {line}" for line in one.lines)


def _model(one: Health) -> str:
    return f"{GLYPHS[one.verdict]} {one.model}  {one.version}  {one.sentence[2:]}"


OF_PEOPLE = ("Granted", "Withdrawn", "CredentialGiven", "CredentialRevoked")
JUDGED = ("Approved", "Rejected", "Waived", "Renewed")
MADE = ("Decided", "Built", "CertificateRefused")
ROUTED = ("Deployed", "RolledBack")
TOLD = (*JUDGED, *MADE, *ROUTED)
_WORTH, _RIGHT, _DATA, _LASTS, _ANSWERS = (
    _question(title, at)
    for at, title in enumerate(("Worth", "Still right", "Data", "How long they last", "Answering"))
)
SECTIONS: Mapping[Role, tuple[Callable[[Seen], Section], ...]] = {
    "viewer": (_burning, _WORTH, _LASTS),
    "approver": (_waiting, _WORTH, _LASTS, _burning),
    "data-scientist": (_burning, _RIGHT, _LASTS, _happened("Decided and made", MADE)),
    "data-engineer": (_sources, _DATA, _burning),
    "ml-engineer": (_ANSWERS, _failed, _happened("Routed", ROUTED), _burning),
    "auditor": (_happened("Signed", JUDGED, "/audit"), _happened("Routed", ROUTED), _head),
    "admin": (_happened("People", OF_PEOPLE, "/people"), _failed, _head),
}
assert SECTIONS.keys() == roles.ROLES.keys(), "every role has its digest"
