"""What an approver decides on: a version beside the one that is live, who made it, what changed."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from mainstay.control import deploying, differing, incidents, lives, papers, versions
from mainstay.control.differing import Change, Rows
from mainstay.control.project import Project
from mainstay.control.queries import Approval, Approvals
from mainstay.core import digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Evidence, Verdict
from mainstay.ledger import state
from mainstay.ledger.state import Version
from mainstay.seal import certificate as seal
from mainstay.seal import dsse
from mainstay.seal.certificate import Certificate

ACTS = {
    "ContractRegistered": "wrote the contract",
    "Built": "built it",
    "HoldoutOpened": "opened its hold-out",
    "Certified": "issued its certificate",
    "Renewed": "issued its newest certificate",
}


class Pair(msgspec.Struct, frozen=True):
    """One promise of the challenger beside the same of the champion, each on its own rows.

    champion: None where it has none of that name.
    """

    challenger: Evidence
    champion: Evidence | None


class Party(msgspec.Struct, frozen=True):
    """Somebody and what they did to a version; whoever did anything does not approve it."""

    name: str
    did: tuple[str, ...]


class Judged(msgspec.Struct, frozen=True):
    """Everything that the page of an approval shows.

    certificate: digest of the envelope that a signature is for; payload: of the bytes that are
    signed. champion: empty where nobody answers yet. inputs: what features() gives that only one
    of them has, `+` or `-` before it. against: what still speaks against it.
    """

    model: str
    version: str
    status: str
    champion: str
    certificate: str
    payload: str
    bundle: str
    contract: str
    revision: int
    approver: str
    environment: str
    not_after: datetime
    pairs: tuple[Pair, ...]
    parties: tuple[Party, ...]
    changes: tuple[Change, ...]
    inputs: tuple[str, ...]
    rows: tuple[Rows, ...]
    against: tuple[str, ...]
    over_life: Evidence | None = None


def approvals(project: Project, query: Approvals) -> Answer:
    """What waits for a signature, and what was decided, newest first."""
    every = state.versions(project.ledger, project.model)[::-1]
    waiting = [one for one in every if one.status == "certified"]
    decided = [one for one in every if one.status in ("approved", "rejected")][: query.last]
    who = project.document.contract.access.approver or project.document.contract.owner
    names = ", ".join(f"v{one.number}" for one in waiting)
    return Answer(
        f"{names} {'waits' if len(waiting) == 1 else 'wait'} for {who}."
        if waiting
        else "Nothing waits for a signature.",
        Verdict.UNSURE if waiting else None,
        next=f"mainstay review v{waiting[0].number}" if waiting else "mainstay status",
        facts={
            "model": project.model,
            "approver": who,
            "waiting": [queued(project, one) for one in waiting],
            "decided": [queued(project, one) for one in decided],
        },
    )


def queued(project: Project, one: Version) -> dict[str, object]:
    """A line of the list: what it waits for, or how it was decided."""
    return _waits(project, one) if one.status == "certified" else _decided(project, one)


def approval(project: Project, query: Approval) -> Answer:
    """Raises Missing for a version that was never certified."""
    made = judged(project, versions.found(project, query.version))
    beside = f" It would stand beside {made.champion}." if made.champion else ""
    waits = made.status == "certified"
    return Answer(
        f"{made.version} waits for {made.approver}.{beside}"
        if waits
        else f"{made.version} is {made.status}.",
        Verdict.UNSURE if waits else None,
        lines=made.against,
        next=f"mainstay approve {made.version}" if waits else "mainstay status",
        facts={"approval": msgspec.to_builtins(made)},
    )


def judged(project: Project, version: Version) -> Judged:
    """A version beside the newest live one that is another."""
    envelope = papers.envelope(project, version)
    issued, record = seal.opened(envelope, project.trust), papers.behind(project, version)
    champion = _champion(project, version)
    return Judged(
        model=version.model,
        version=f"v{version.number}",
        status=version.status,
        champion=f"v{champion.number}" if champion else "",
        certificate=version.certificate,
        payload=digest.of_bytes(dsse.unproven(envelope)),
        bundle=version.bundle,
        contract=version.contract,
        revision=issued.registered.revision,
        approver=issued.approver,
        environment=issued.scope.environment,
        not_after=issued.not_after,
        pairs=tuple(_pairs(project, record.evidence, champion)),
        parties=tuple(_parties(project, version)),
        changes=tuple(differing.changes(project, champion, version)) if champion else (),
        inputs=tuple(differing.inputs(project, champion, version)) if champion else (),
        rows=tuple(differing.rows(project, filter(None, (champion, version)))),
        against=(*_refused(project, version), *_against(project, issued, record.evidence)),
        over_life=next((one for one in record.evidence if one.clause == lives.CLAUSE), None),
    )


def _champion(project: Project, version: Version) -> Version | None:
    """The newest other one that answered everything but what a canary takes."""
    known = {one.number: one for one in state.versions(project.ledger, project.model)}
    for step in reversed(deploying.history(project)):
        if step.parts and step.parts[0].version != version.number:
            return known[step.parts[0].version]
    return None


def _waits(project: Project, one: Version) -> dict[str, object]:
    certified = versions.events(project, one, tuple(ACTS))[-1]
    issued = seal.opened(papers.envelope(project, one), project.trust)
    return {
        "model": one.model, "version": f"v{one.number}", "since": certified.time,
        "approver": issued.approver, "until": issued.not_after, "gates": len(issued.gates),
    }  # fmt: skip


def _decided(project: Project, one: Version) -> dict[str, object]:
    kinds = ("Approved", "Rejected")
    last = versions.events(project, one, kinds)[-1]
    return {
        "model": one.model, "version": f"v{one.number}", "what": one.status, "at": last.time,
        "by": last.actor.name, "because": last.payload.get("because", ""),
    }  # fmt: skip


def _pairs(
    project: Project, some: tuple[Evidence, ...], champion: Version | None
) -> Iterator[Pair]:
    before = papers.behind(project, champion).evidence if champion else ()
    known = {one.clause: one for one in before}
    for one in some:
        if one.limit:
            yield Pair(one, known.get(one.clause))


def _parties(project: Project, version: Version) -> Iterator[Party]:
    did: dict[str, list[str]] = {}
    for event in project.ledger.events(kind=tuple(ACTS), subject=version.model):
        said = event.payload
        ours = said.get("number") == version.number or said.get("digest") == version.contract
        if ours or said.get("contract") == version.contract:
            acts = did.setdefault(event.actor.name, [])
            if ACTS[event.kind] not in acts:
                acts.append(ACTS[event.kind])
    for name, acts in did.items():
        yield Party(name, tuple(acts))


def _refused(project: Project, version: Version) -> Iterator[str]:
    """That it fell short on newer rows since, and where."""
    event = papers.refused_since(project, version)
    if event:
        some = papers.evidence(project, event)
        short = [one for one in some if one.limit and one.verdict is not Verdict.PASS]
        told = ", ".join(f"{one.clause} {one.verdict}" for one in short)
        yield f"a renewal on newer rows was refused on {event.time:%Y-%m-%d}: {told}"


def _against(
    project: Project, issued: Certificate, evidence: tuple[Evidence, ...]
) -> Iterator[str]:
    for one in evidence:
        if one.limit and one.verdict is not Verdict.PASS:
            yield f"{one.clause} is {one.verdict}, {_excuse(one, issued)}"
    if issued.not_covered:
        yield f"not covered: {', '.join(issued.not_covered)}"
    for held in incidents.held(project.ledger, issued.version.model):
        yield f"incident {held.incident.id} is open: {held.finding.what}"


def _excuse(one: Evidence, issued: Certificate) -> str:
    waivers = (each.waiver for each in issued.waivers)
    waived = next((each for each in waivers if each.clause == one.clause), None)
    if waived:
        return f"waived by {waived.by}: {waived.reason}"
    return "accepted beforehand" if one.clause in issued.accepted_unsure else "and nobody waived it"
