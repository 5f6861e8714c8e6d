"""`review`, `approve`, `reject`: a second person between a certificate and its use."""

import msgspec

from mainstay.control import papers, versions, waiving
from mainstay.control.commands import Approve, Countersign, Reject
from mainstay.control.project import Project
from mainstay.control.queries import Paper, Review
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Actor, Verdict
from mainstay.ledger import blobs
from mainstay.ledger.state import Version
from mainstay.seal import certificate as seal
from mainstay.seal import checks, dsse
from mainstay.seal.dsse import Envelope
from mainstay.seal.keys import short


def review(project: Project, query: Review) -> Answer:
    """What an approver has to read: evidence, what is not covered, whose work it is."""
    version = versions.found(project, query.version)
    envelope, record = papers.envelope(project, version), papers.behind(project, version)
    issued = seal.opened(envelope, project.trust)
    makers = [project.trust.holder(key) for key in issued.authors]
    authors = ", ".join(one.name if one else "a key nobody vouches for" for one in makers)
    return Answer(
        f"{issued.name} waits for {issued.approver}."
        if version.status == "certified"
        else f"{issued.name} is {version.status}.",
        Verdict.UNSURE if version.status == "certified" else None,
        record.evidence,
        (
            f"made by {authors}; bundle {short(issued.version.bundle)}",
            f"contract revision {issued.registered.revision}, look {issued.registered.look}",
            f"in {issued.scope.environment} until {issued.not_after:%Y-%m-%d}",
            f"not covered: {', '.join(issued.not_covered) or 'nothing'}",
            *(waiving.told(one.waiver) for one in issued.waivers),
            f"page: {project.places.certificates / issued.version.name}.html",
        ),
        next=f"mainstay approve {issued.version.name}"
        if version.status == "certified"
        else "mainstay status",
        facts={"version": issued.version.name, "status": version.status},
        waived=tuple(one.waiver.clause for one in issued.waivers),
    )


def paper(project: Project, query: Paper) -> Answer:
    """What an approver signs, byte for byte."""
    version = versions.found(project, query.version)
    envelope = papers.envelope(project, version)
    issued = seal.opened(envelope, project.trust)
    return Answer(
        f"The certificate of {issued.name}, {version.status}.",
        facts={
            "model": version.model,
            "version": issued.version.name,
            "status": version.status,
            "certificate": version.certificate,
            "envelope": msgspec.to_builtins(envelope),
        },
    )


def approve(project: Project, command: Approve) -> Answer:
    """Adds the approver's signature. Raises Refused for an author, another name, a second time."""
    version = versions.found(project, command.version)
    _refuse_unless_certified(version)
    signer = project.signer
    signed = checks.approved(papers.envelope(project, version), signer, project.trust)
    return _approved(project, version, signed, Actor(signer.name, signer.id), command.because)


def countersign(project: Project, command: Countersign) -> Answer:
    """Adds an approval that was signed where its key lies.

    Raises Conflict where another certificate was signed than is there now, Refused where the
    signature is no approval, or that of somebody else than who asks.
    """
    version = versions.found(project, command.version)
    _refuse_unless_certified(version)
    if version.certificate != command.certificate:
        raise Conflict(
            f"v{version.number} has another certificate now than the one that was signed",
            hint=f"mainstay review v{version.number}, then sign again",
        )
    signed = dsse.presigned(papers.envelope(project, version), command.signature)
    approver = checks.approval(signed, project.trust)
    if project.by and project.by.name != approver.name:
        raise Refused(
            f"{project.by.name} asks, but {approver.name} signed",
            hint=f"sign in as {approver.name}",
        )
    actor = Actor(approver.name, approver.key)
    return _approved(project, version, signed, actor, command.because)


def _approved(
    project: Project, version: Version, signed: Envelope, actor: Actor, because: str
) -> Answer:
    """On record, and as a page. Raises Refused where the approver had a hand in it."""
    name = f"v{version.number}"
    if any(one.name == actor.name for one in versions.makers(project, version)):
        raise Refused(
            f"{actor.name} had a hand in {version.model} {name}: nobody approves their own work",
            hint="somebody else must approve it",
        )
    sha = blobs.stored(project.ledger.blobs, dsse.encoded(signed))
    payload = {"number": version.number, "certificate": sha, "because": because}
    project.ledger.append("Approved", version.model, actor, payload)
    shown = papers.written(project, signed, papers.record(project, version).details)
    return Answer(
        f"{version.model} {name} is approved by {actor.name}.",
        Verdict.PASS,
        lines=(f"Certificate: {shown}",),
        next=f"mainstay deploy {name}",
        facts={"version": name, "certificate": sha, "page": str(shown)},
    )


def reject(project: Project, command: Reject) -> Answer:
    """Ends a version for good. Raises Refused for anyone but the approver."""
    version = versions.found(project, command.version)
    _refuse_unless_certified(version)
    if not command.because.strip():
        raise Mistake("a rejection needs its reason", hint='--because "..."')
    issued = seal.opened(papers.envelope(project, version), project.trust)
    name = project.by.name if project.by else project.signer.name
    if name != issued.approver:
        raise Refused(
            f"{name} may not reject {issued.name}: {issued.approver} decides",
            hint=f"MAINSTAY_KEY={issued.approver}",
        )
    payload = {"number": version.number, "because": command.because}
    project.ledger.append("Rejected", version.model, project.actor, payload)
    return Answer(
        f"{issued.name} is rejected: {command.because}",
        lines=("The version stays on record and can never be approved.",),
        next="mainstay build",
        facts={"version": issued.version.name, "because": command.because},
    )


def _refuse_unless_certified(version: Version) -> None:
    name = f"v{version.number}"
    if version.status != "certified":
        hint = f"mainstay certify {name}" if version.status in ("built", "refused") else ""
        raise Conflict(f"{name} is {version.status}, nothing waits for a decision", hint=hint)
