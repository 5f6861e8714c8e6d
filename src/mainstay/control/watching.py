"""`watch`: the windows since the last look, held against the contract; what follows, on record."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from mainstay.control import (
    delivering,
    emitting,
    field,
    foretelling,
    harm,
    incidents,
    noting,
    policy,
    remembering,
    telling,
    unforeseen,
    versions,
)
from mainstay.control.delivering import Outcome
from mainstay.control.foretelling import Foretold
from mainstay.control.harm import Scene
from mainstay.control.incidents import Held, Known
from mainstay.control.looks import Seen
from mainstay.control.policy import Decision
from mainstay.control.project import Project
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.ledger import blobs
from mainstay.ledger.state import Incident
from mainstay.life.watch.drift import ANSWERS, DRIFT, SEASON
from mainstay.life.watch.order import Balance, Finding, Order, Watched
from mainstay.life.watch.watch import watched


class Changes(NamedTuple):
    """Incidents that begin now, those that are over, and those that last, each as found now."""

    opened: tuple[Finding, ...]
    closed: tuple[tuple[Incident, Finding], ...]
    lasting: tuple[tuple[Incident, Finding], ...] = ()


class Look(NamedTuple):
    """Everything of one look. incidents: those open after it; balance: money since the first."""

    order: Order
    found: Watched
    decision: Decision
    changes: Changes
    incidents: tuple[Known, ...]
    balance: Balance | None


def watch(project: Project) -> Answer:
    """Judges every window that is over. Raises Missing before a deployment."""
    held = incidents.held(project.ledger, project.model)
    order = field.order(project, clock.now(), held)
    if not order.windows:
        delivering.delivered(project, telling.channels(project))
        return _nothing(project, order)
    look = _look(project, order, held)
    _recorded(project, look)
    told = delivering.delivered(project, telling.channels(project))
    return _answer(look, told)


def _look(project: Project, order: Order, held: tuple[Held, ...]) -> Look:
    found = watched(order)
    found = found._replace(findings=(*found.findings, *harm.goals(order, found.evidence)))
    decision = policy.decided(unforeseen.facts(order, found))
    before = tuple((one.incident, one.finding) for one in held)
    changes = changed(before, found.findings)
    balance = field.balance(project, order, found.earned)
    scene = Scene(order, found, field.earning(balance))
    return Look(order, found, decision, changes, _known(held, scene, changes), balance)


def _known(held: tuple[Held, ...], scene: Scene, changes: Changes) -> tuple[Known, ...]:
    """What is open after the look, by itself: what explains what is asked when it is recorded."""
    before = {one.incident.id: one for one in held}
    lasting = ((one, before[incident.id]) for incident, one in changes.lasting)
    new = ((one, None) for one in changes.opened)
    return tuple(Known(one, harm.standing(scene, one), was) for one, was in (*lasting, *new))


def changed(known: tuple[tuple[Incident, Finding], ...], found: tuple[Finding, ...]) -> Changes:
    """The same clause and columns are the same matter; one that is not found any more is over."""
    broken = {_matter(one): one for one in found if one.verdict is Verdict.FAIL and one.open}
    before = {_matter(finding): one for one, finding in known}
    return Changes(
        tuple(one for matter, one in broken.items() if matter not in before),
        tuple((one, finding) for one, finding in known if _matter(finding) not in broken),
        tuple((one, broken[matter]) for matter, one in before.items() if matter in broken),
    )


def _matter(finding: Finding) -> tuple[str, tuple[str, ...]]:
    """What moved lastingly is one matter, whichever columns it is told by."""
    lasting = finding.clause in (DRIFT, SEASON, ANSWERS)
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
    order, found, decision, balance = look.order, look.found, look.decision, look.balance
    ledger, model, folder = project.ledger, project.model, project.places.blobs
    left = Seen(found.windows, found.paired, found.earned, found.audited)
    seen = blobs.stored(folder, digest.canonical(left))
    evidence = blobs.stored(folder, digest.canonical(found.evidence))
    span = field.span(found.windows, order.width, order.now)
    foretold = _scored(project, look)
    with ledger.transaction():
        judged = {
            "version": order.champion.name, "since": span.since, "until": span.until,
            "windows": len(found.windows), "blobs": [seen, evidence],
            "worth": balance and balance.worth, "balance": msgspec.to_builtins(balance),
        }  # fmt: skip
        event = ledger.append("WindowJudged", model, project.actor, judged)
        emitting.looked(project, order, found, event, span)
        remembering.looked(project, order, found, span)
        noting.noted(project, look.incidents, tuple(one for one, _ in look.changes.closed))
        stated = {**decision._asdict(), "version": order.champion.name}
        ledger.append("Decided", model, project.actor, stated)
        if foretold:
            foretelling.frozen(project, foretold)


def _scored(project: Project, look: Look) -> Foretold | None:
    """The forecast of the champion with what came of it; None where no period was scored."""
    version = versions.found(project, look.order.champion.name)
    one = foretelling.standing(project, version)
    came = look.found.came
    return foretelling.scored(project, one, came) if one and came else None


def _answer(look: Look, told: tuple[Outcome, ...]) -> Answer:
    order, found, decision, changes = look.order, look.found, look.decision, look.changes
    silent = {one.message.channel: one.error for one in told if one.error}
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
            *field.told(look.balance),
            *(f"▲ {name} could not be told yet: {error}" for name, error in silent.items()),
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
            "worth": look.balance and msgspec.to_builtins(look.balance.worth),
            "balance": msgspec.to_builtins(look.balance),
            "earned": msgspec.to_builtins(found.earned),
            "untold": silent,
            "cleaned": [
                {"since": one.window.since, "until": one.window.until, **each._asdict()}
                for one in found.windows
                for each in one.cleaned
            ],
        },
    )


def following(act: str, because: str) -> str:
    """The command that a decision asks for."""
    match act:
        case "retrain" | "freeze":
            return "mainstay run"
        case "propose":
            return "mainstay build"
        case "roll back":
            return f"mainstay rollback --because '{because}'"
        case _:
            return "mainstay status"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
