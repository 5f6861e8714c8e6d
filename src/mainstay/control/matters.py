"""`incident list` and `show`: what is open, whose it is, what it costs, what to do first."""

from typing import Any

import msgspec

from mainstay.control import incidents, vouching
from mainstay.control.channels import message
from mainstay.control.incidents import Group, Held
from mainstay.control.project import Project
from mainstay.control.queries import Incident, Incidents
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.ledger import outbox, state

PAST = 200
"""Those that are over which a list holds at most."""


def asked(project: Project, query: Incidents | Incident) -> Answer:
    """Raises Missing for no such incident."""
    return shown(project, query) if isinstance(query, Incident) else listed(project, query)


def listed(project: Project, query: Incidents) -> Answer:
    """Open ones by matter, the most urgent first; with `closed` those that are over too."""
    ledger = project.ledger
    some = [one for one in incidents.groups(incidents.held(ledger)) if _ours(project, one)]
    past = _past(project) if query.closed else ()
    now = [one for one in some if one.due.urgency == "now"]
    told = f"{len(some)} open, {len(now)} to act on now" if some else "Nothing is open"
    return Answer(
        f"{told}.",
        Verdict.FAIL if some else Verdict.PASS,
        lines=(*(line for one in some for line in lines(one)), *map(_over, past)),
        next=f"mainstay incident show {some[0].lead.incident.id}" if some else "mainstay status",
        facts={"open": [fact(one) for one in some], "closed": [_one(one) for one in past]},
    )


def shown(project: Project, query: Incident) -> Answer:
    """All about one. Raises Missing."""
    one = incidents.one(project.ledger, query.id)
    if one is None or project.elsewhere(one.incident.model):
        raise Missing(f"there is no incident {query.id}", hint="mainstay incident list --closed")
    group = incidents.group_of(incidents.held(project.ledger), query.id) or Group(one)
    closed = f", over since {one.closed:%Y-%m-%d %H:%M} UTC" if one.closed else ""
    return Answer(
        f"{one.incident.model} {query.id}: {one.finding.what}{closed}.",
        Verdict.PASS if one.closed else Verdict.FAIL,
        lines=(*_story(one, group), *_told(project, one), *_vouched(project, one)),
        next=_next(one),
        facts={**_one(one), "group": fact(group)},
    )


def lines(group: Group) -> tuple[str, ...]:
    """One matter: what; whose and what to do first; what it costs; what it explains."""
    lead, due = group.lead, group.due
    quiet = _silence(lead)
    return (
        f"◆ {due.urgency:<9} {lead.incident.id:>4}  {', '.join(group.models)}: {lead.finding.what}",
        f"      {lead.finding.owner}: {lead.finding.action}",
        f"      costs {message.cost(lead.standing.cost)}; {due.why}{quiet}",
        *(f"      explains {one.incident.id}: {one.finding.what}" for one in group.hides),
    )


def fact(group: Group) -> dict[str, Any]:
    """The same for a script."""
    return {
        **_one(group.lead),
        "urgency": group.due.urgency,
        "why": group.due.why,
        "models": list(group.models),
        "others": [one.incident.id for one in group.others],
        "explains": [_one(one) for one in group.hides],
    }


def _one(held: Held) -> dict[str, Any]:
    silence = held.silence
    return {
        "id": held.incident.id,
        "model": held.incident.model,
        "opened": held.opened,
        "closed": held.closed,
        **msgspec.to_builtins(held.finding),
        **msgspec.to_builtins(held.standing),
        "silenced": {"until": silence.until, "because": silence.because}
        if silence and held.silent(clock.now())
        else None,
    }


def _story(one: Held, group: Group) -> tuple[str, ...]:
    finding, standing = one.finding, one.standing
    good = f"{standing.good:%Y-%m-%d %H:%M} UTC" if standing.good else "not known"
    said = {
        "why": finding.cause,
        "owner": finding.owner,
        "do first": finding.action,
        "act": f"{standing.urgency}: {standing.why}",
        "costs": message.cost(standing.cost),
        "since": f"{one.opened:%Y-%m-%d %H:%M} UTC",
        "last good": good,
        "hurts": ", ".join(group.models),
        "source": standing.source,
        "explained by": f"incident {standing.by}, so nobody is told" if standing.by else "",
        "silenced": _silence(one).removeprefix("; silenced "),
    }
    hidden = (f"explains {each.incident.id}: {each.finding.what}" for each in group.hides)
    return (*(f"{name:<13}{text}" for name, text in said.items() if text), *hidden)


def _told(project: Project, one: Held) -> tuple[str, ...]:
    """Whom it reached, and who could not be reached yet."""
    told = sorted(outbox.told(project.ledger, one.incident.id))
    waiting = [each for each in outbox.waiting(project.ledger) if each.incident == one.incident.id]
    failing = (f"▲ {each.channel}: {each.error}" for each in waiting if each.error)
    return ((f"{'told':<13}{', '.join(told)}",) if told else ()) + tuple(failing)


def _vouched(project: Project, one: Held) -> tuple[str, ...]:
    """Who said that its labels are right."""
    said = vouching.of(project, one.incident.model).get(one.incident.id)
    if said is None:
        return ()
    return (f"{'vouched for':<13}by {said.actor.name}: {said.payload['because']}",)


def _silence(one: Held) -> str:
    if one.silence is None or not one.silent(clock.now()):
        return ""
    until = state.moment(one.silence.until)
    return f"; silenced until {until:%Y-%m-%d %H:%M} UTC: {one.silence.because}"


def _over(one: Held) -> str:
    told = f"{one.incident.model}: {one.finding.what}"
    return f"● over {one.closed:%Y-%m-%d} {one.incident.id:>4}  {told}"


def _next(one: Held) -> str:
    if one.closed:
        return "mainstay incident list"
    if one.standing.by:
        return f"mainstay incident show {one.standing.by}"
    return f"mainstay incident silence {one.incident.id} --for 1d --because '...'"


def _past(project: Project) -> tuple[Held, ...]:
    """The newest of them: lists are for people."""
    found = incidents.past(project.ledger, PAST)
    return tuple(one for one in found if not project.elsewhere(one.incident.model))


def _ours(project: Project, group: Group) -> bool:
    return not all(project.elsewhere(name) for name in group.models)
