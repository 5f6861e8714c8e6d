"""`waive`: a person excuses a gate that a version does not pass, until a time, under a key."""

import msgspec

from mainstay.contract import durations
from mainstay.control import papers, versions
from mainstay.control.commands import SendWaiver, Waive
from mainstay.control.project import Project
from mainstay.control.queries import Shortfall
from mainstay.core import clock, digest, nearest
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Actor, Evidence, Verdict, Window
from mainstay.ledger import blobs
from mainstay.ledger.state import Version
from mainstay.seal import waiver
from mainstay.seal.waiver import Missed, Signed, Waiver

KIND = "Waived"
_SHORT = {Verdict.FAIL: "does not hold", Verdict.UNSURE: "is unsure", None: "was not judged"}


def waive(project: Project, command: Waive) -> Answer:
    """Signs and records. Raises Mistake for what cannot be excused, Refused for who may not."""
    version, signer = versions.found(project, command.version), project.signer
    about = _shortfall(project, version, command.clause)
    if not command.because.strip():
        raise Mistake("a waiver needs its reason", hint='--because "..."')
    made = Waiver(about, command.because, signer.name, clock.now(), command.until)
    return _recorded(project, version, waiver.signed(made, signer))


def sent(project: Project, command: SendWaiver) -> Answer:
    """One that was signed elsewhere. Raises Conflict where something else was measured since."""
    said = command.waiver.shortfall
    version = versions.found(project, said.version)
    if _shortfall(project, version, said.gate.clause) != said:
        raise Conflict(
            f"{said.gate.clause!r} of {said.version} is not what was signed any more",
            hint=f"mainstay explain {said.version} '{said.gate.clause}', then sign again",
        )
    if project.by and project.by.name != command.waiver.by:
        raise Refused(
            f"{project.by.name} asks, but {command.waiver.by} signed",
            hint=f"sign in as {command.waiver.by}",
        )
    return _recorded(project, version, Signed(command.waiver, command.signature))


def shortfall(project: Project, query: Shortfall) -> Answer:
    """What would be signed. Raises Mistake for a gate that cannot be excused."""
    version = versions.found(project, query.version)
    found = _shortfall(project, version, query.clause)
    return Answer(
        f"{found.gate.clause} of {found.model} {found.version} {_SHORT[found.gate.verdict]}.",
        found.gate.verdict,
        (found.gate,),
        facts={"shortfall": msgspec.to_builtins(found)},
    )


def on_record(project: Project, version: Version) -> tuple[Signed, ...]:
    """Waivers of a version that are in force now, the newest first."""
    found = [
        msgspec.json.decode(versions.blob(project, event.payload["blobs"][0]), type=Signed)
        for event in versions.events(project, version, KIND)
    ]
    now = clock.now()
    return tuple(one for one in reversed(found) if waiver.in_force(one.waiver, now))


def window(project: Project, version: Version, signed: tuple[Signed, ...]) -> Window | None:
    """The rows that the newest judgement was of, where waivers excuse all that it fell short of."""
    if not signed:
        return None
    record = papers.record(project, version)
    accepted = project.document.contract.certify.accept_unsure
    short = [one for one in record.evidence if _stops(one, accepted)]
    whole = all(any(one.waiver.excuses(gate) for one in signed) for gate in short)
    return signed[0].waiver.shortfall.gate.window if short and whole else None


def told(one: Waiver) -> str:
    """One line for a person."""
    return f"{one.clause} is waived by {one.by} until {one.expires:%Y-%m-%d}: {one.reason}"


def _stops(gate: Evidence, accepted: tuple[str, ...]) -> bool:
    if gate.limit is None or gate.verdict is Verdict.PASS:
        return False
    return not (gate.verdict is Verdict.UNSURE and gate.clause.partition(",")[0] in accepted)


def _shortfall(project: Project, version: Version, clause: str) -> Missed:
    evidence = papers.record(project, version).evidence
    found = [one for one in evidence if one.clause == clause]
    if len(found) != 1:
        known = [one.clause for one in evidence if _stops(one, ())]
        raise Mistake(
            f"{clause!r} is no gate of v{version.number}",
            hint=nearest.hint(clause, known or [one.clause for one in evidence]),
        )
    if found[0].verdict is Verdict.PASS:
        raise Mistake(f"{clause!r} holds: there is nothing to waive", hint="mainstay status")
    if not waiver.excusable(found[0]):
        raise Refused(
            f"{clause!r} cannot be waived: it proves that what answers is what was judged",
            hint=f"mainstay explain v{version.number} '{clause}'",
        )
    return Missed(version.model, f"v{version.number}", version.bundle, version.contract, found[0])


def _recorded(project: Project, version: Version, signed: Signed) -> Answer:
    made = signed.waiver
    by = waiver.signer(signed, project.trust)
    _refuse_decided(version)
    _refuse_makers(project, version, signed)
    _refuse_length(project, made)
    name, clause = f"v{version.number}", made.clause
    payload = {
        "number": version.number,
        "clause": clause,
        "because": made.reason,
        "until": made.expires,
        "blobs": [blobs.stored(project.ledger.blobs, digest.canonical(signed))],
    }
    project.ledger.append(KIND, version.model, Actor(by.name, by.key), payload)
    return Answer(
        f"{clause} of {version.model} {name} is waived by {by.name} until"
        f" {made.expires:%Y-%m-%d}: {made.reason}",
        lines=("It stands in the certificate, which ends no later.",),
        next=f"mainstay certify {name}",
        facts={"version": name, "clause": clause, "by": by.name, "until": made.expires},
    )


def _refuse_decided(version: Version) -> None:
    """A certificate that waits or holds needs no excuse; what was rejected has none."""
    name = f"v{version.number}"
    if version.status in ("certified", "rejected"):
        raise Conflict(f"{name} is {version.status}: there is nothing to waive")


def _refuse_makers(project: Project, version: Version, signed: Signed) -> None:
    makers = versions.makers(project, version)
    by = waiver.signer(signed, project.trust)
    waiver.refuse_authors(by, signed.waiver, tuple(one.key for one in makers))
    if any(one.name == by.name for one in makers):
        raise Refused(
            f"{by.name} had a hand in {version.model} v{version.number}: nobody excuses their own"
            " work",
            hint="somebody else must waive it",
        )


def _refuse_length(project: Project, made: Waiver) -> None:
    """Raises Mistake for one that is over, not begun, or longer than any certificate."""
    now, lasts = clock.now(), project.document.contract.certify.lasts
    if made.expires <= now:
        raise Mistake(f"{made.expires:%Y-%m-%d} is past", hint="--until a later day")
    if made.signed > now:
        raise Refused(f"the waiver is signed at {made.signed:%Y-%m-%d %H:%M}, which is to come")
    if made.expires - now > lasts:
        raise Mistake(
            f"{made.expires:%Y-%m-%d} is too long: a waiver lasts no longer than a certificate,"
            f" certify.lasts is {durations.text(lasts)}",
            hint=f"--until {now + lasts:%Y-%m-%d} at the latest",
        )
