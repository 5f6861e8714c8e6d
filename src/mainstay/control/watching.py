"""`watch`: the windows since the last look, held against the contract; what follows, on record."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from mainstay.control import field, policy
from mainstay.control.field import Seen
from mainstay.control.policy import Decision, Facts
from mainstay.control.project import Project
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Verdict
from mainstay.ledger import blobs
from mainstay.ledger.state import Incident
from mainstay.life.watch.drift import DRIFT, SEASON
from mainstay.life.watch.order import Finding, Order, Watched
from mainstay.life.watch.watch import watched


class Changes(NamedTuple):
    """Incidents that begin now, and those that are over."""

    opened: tuple[Finding, ...]
    closed: tuple[tuple[Incident, Finding], ...]


class Look(NamedTuple):
    """Everything of one look; worth: money above the rule since the first answer."""

    order: Order
    found: Watched
    decision: Decision
    changes: Changes
    worth: Estimate | None


def watch(project: Project) -> Answer:
    """Judges every window that is over. Raises Missing before a deployment."""
    order = field.order(project, clock.now())
    if not order.windows:
        return _nothing(project, order)
    found = watched(order)
    facts = Facts(order.contract, found.evidence, found.findings, found.comparison)
    decision = policy.decided(facts)
    changes = changed(field.incidents(project), found.findings)
    look = Look(order, found, decision, changes, field.worth(project, order, found.earned))
    _recorded(project, look)
    return _answer(look)


def changed(known: tuple[tuple[Incident, Finding], ...], found: tuple[Finding, ...]) -> Changes:
    """The same clause and columns are the same matter; one that is not found any more is over."""
    broken = {_matter(one): one for one in found if one.verdict is Verdict.FAIL and one.open}
    before = {_matter(finding) for _, finding in known}
    return Changes(
        tuple(one for matter, one in broken.items() if matter not in before),
        tuple((one, finding) for one, finding in known if _matter(finding) not in broken),
    )


def _matter(finding: Finding) -> tuple[str, tuple[str, ...]]:
    """What moved lastingly is one matter, whichever columns it is told by."""
    lasting = finding.clause in (DRIFT, SEASON)
    return finding.clause, () if lasting else tuple(sorted(finding.columns))


def _nothing(project: Project, order: Order) -> Answer:
    until = order.since + order.width
    last = field.decided(project)
    return Answer(
        f"Nothing new: the next window ends at {until:%Y-%m-%d %H:%M} UTC.",
        Verdict(last["verdict"]) if last else Verdict.UNSURE,
        next="mainstay status",
        facts={"windows": 0, "decision": last["act"] if last else ""},
    )


def _recorded(project: Project, look: Look) -> None:
    """Windows, incidents and the decision in one transaction."""
    order, found, decision, changes, worth = look
    ledger, model, folder = project.ledger, project.model, project.places.blobs
    left = Seen(found.windows, found.paired, found.earned, found.audited)
    seen = blobs.stored(folder, digest.canonical(left))
    evidence = blobs.stored(folder, digest.canonical(found.evidence))
    span = field.span(found.windows, order.width, order.now)
    with ledger.transaction():
        judged = {
            "version": order.champion.name, "since": span.since, "until": span.until,
            "windows": len(found.windows), "blobs": [seen, evidence], "worth": worth,
        }  # fmt: skip
        ledger.append("WindowJudged", model, project.actor, judged)
        for finding in changes.opened:
            said = {"finding": msgspec.to_builtins(finding), "columns": list(finding.columns)}
            broken = {"clause": finding.clause, "what": finding.what, **said}
            ledger.append("IncidentOpened", model, project.actor, broken)
        for incident, _ in changes.closed:
            ledger.append("IncidentClosed", model, project.actor, {"incident": incident.id})
        stated = {**decision._asdict(), "version": order.champion.name}
        ledger.append("Decided", model, project.actor, stated)


def _answer(look: Look) -> Answer:
    order, found, decision, changes, worth = look
    span = field.span(found.windows, order.width, order.now)
    name = order.champion.name
    return Answer(
        f"{order.contract.model} {name}, {_day(span.since)} to {_day(span.until)}:"
        f" {decision.because}",
        decision.verdict,
        found.evidence,
        (
            *(f"◆ {one.what}: {one.cause}. {one.owner}: {one.action}" for one in changes.opened),
            *(f"● over: {finding.what}" for _, finding in changes.closed),
            *((f"worth it: {field.money(worth)}",) if worth else ()),
        ),
        next=following(decision.act, decision.because),
        facts={
            "version": name,
            "windows": len(found.windows),
            "since": span.since,
            "until": span.until,
            "decision": decision.act,
            "because": decision.because,
            "opened": [msgspec.to_builtins(one) for one in changes.opened],
            "closed": [msgspec.to_builtins(one) for _, one in changes.closed],
            "comparison": msgspec.to_builtins(found.comparison),
            "newest": msgspec.to_builtins(found.newest),
            "spells": msgspec.to_builtins(found.spells),
            "worth": msgspec.to_builtins(worth),
        },
    )


def following(act: str, because: str) -> str:
    """The command that a decision asks for."""
    match act:
        case "retrain":
            return "mainstay run"
        case "roll back":
            return f"mainstay rollback --because '{because}'"
        case _:
            return "mainstay status"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
