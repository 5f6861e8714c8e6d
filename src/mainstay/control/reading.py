"""Questions that change nothing: explain, history, verify."""

from itertools import islice

import msgspec

from mainstay.bundle import manifest as bundle
from mainstay.control import commenting, papers, versions, waiving
from mainstay.control.project import Project
from mainstay.control.queries import (
    Explain,
    History,
    Record,
    VerifyBundle,
    VerifyCertificate,
    VerifyLedger,
)
from mainstay.core import clock, nearest
from mainstay.core.answers import RANK, Answer, tally
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Event, Evidence, Verdict
from mainstay.data import lineage
from mainstay.ledger import chain
from mainstay.ledger import verify as ledger_verify
from mainstay.ledger.chain import Head
from mainstay.ledger.state import Version
from mainstay.seal import checks, verify, waiver


def explain(project: Project, query: Explain) -> Answer:
    """The evidence of a version, or everything about one clause of it."""
    version = versions.found(project, query.version)
    record = papers.record(project, version)
    name = f"{version.model} v{version.number}"
    if query.clause:
        said = _clause(name, _named(record.evidence, query.clause))
        return _excused(project, version, said)
    worst = min((one for one in record.evidence if one.limit), key=lambda one: RANK[one.verdict])
    excused = {one.waiver.clause for one in waiving.on_record(project, version)}
    waived = [
        one for one in record.evidence if one.clause in excused and one.verdict is not Verdict.PASS
    ]
    return Answer(
        f"{name} is {version.status}: {tally(record.evidence, waived)}.",
        evidence=record.evidence,
        lines=(*_not_covered(record.not_covered), *_lineage(project, version)),
        next=f"mainstay explain v{version.number} '{worst.clause}'",
        facts={
            "version": f"v{version.number}",
            "status": version.status,
            "comments": msgspec.to_builtins(commenting.of_version(project, f"v{version.number}")),
        },
        waived=tuple(one.clause for one in waived),
    )


def _not_covered(names: tuple[str, ...]) -> tuple[str, ...]:
    return (f"not covered: {', '.join(names)}",) if names else ()


def _lineage(project: Project, version: Version) -> tuple[str, ...]:
    """Of which source each input is made, by the contract as it stands."""
    contract, born = project.document.contract, versions.born(project, version)
    made = {name: lineage.inputs_of(contract, born, name) for name in lineage.sources(contract)}
    return tuple(f"{name} feeds {', '.join(fed)}" for name, fed in made.items() if fed)


def history(project: Project, query: History) -> Answer:
    """The newest events, oldest of them first."""
    found = project.ledger.newest(query.last, query.kind, query.subject)
    head = project.ledger.head()
    return Answer(
        f"{head.seq:,} events; the last {len(found):,} of those asked for:",
        lines=tuple(map(_line, found)),
        next="mainstay verify ledger",
        facts={"head": str(head), "events": [_fact(event) for event in found]},
    )


def record(project: Project, query: Record) -> Answer:
    """Events with everything that was hashed, so that anybody can walk the chain."""
    found = list(islice(project.ledger.stored(query.since), query.most))
    return Answer(
        f"{len(found):,} events after event {query.since:,}.",
        facts={"head": str(project.ledger.head()), "events": [one._asdict() for one in found]},
    )


def verify_ledger(project: Project, query: VerifyLedger) -> Answer:
    """Whether the record is whole."""
    now = project.ledger.head()
    some = bool(query.last) and now.seq > query.last and not query.head
    if some:
        flaws = ledger_verify.recent(project.ledger, query.last)
    else:
        head = chain.head(query.head) if query.head else None
        flaws = ledger_verify.verify(project.ledger, head=head)
    if flaws:
        told = tuple(f"event {flaw.seq}: {flaw.what}" for flaw in flaws)
        return Answer(
            f"The ledger does not hold: {len(flaws)} flaws.",
            Verdict.FAIL,
            lines=told,
            next="mainstay restore FOLDER",
            facts={"flaws": list(told)},
        )
    return _recent(query, now) if some else _whole(now)


def _whole(now: Head) -> Answer:
    return Answer(
        f"The ledger holds: {now.seq:,} events, chain and blobs verified.",
        Verdict.PASS,
        lines=(f"head {now}: publish it, so that rewriting the file would show",),
        facts={"head": str(now), "events": now.seq},
    )


def _recent(query: VerifyLedger, now: Head) -> Answer:
    """What was not walked is not known."""
    return Answer(
        f"The newest {query.last:,} of {now.seq:,} events are chained; the rest was not walked.",
        Verdict.UNSURE,
        lines=(f"head {now}: publish it, so that rewriting the file would show",),
        next="mainstay verify ledger",
        facts={"head": str(now), "events": now.seq, "walked": query.last},
    )


def verify_certificate(project: Project, query: VerifyCertificate) -> Answer:
    """Whether a door would let the version answer now."""
    version = versions.found(project, query.version)
    asked = checks.presented(
        papers.envelope(project, version),
        project.trust,
        at=clock.now(),
        environment=query.environment,  # type: ignore[arg-type]  # compared, never trusted
        bundle=project.places.bundle(version.bundle),
    )
    found = tuple(verify.results(asked))
    broken = next((one for one in found if one.broken), None)
    return Answer(
        f"{asked.certificate.name} may not answer: {broken.what}"
        if broken
        else f"{asked.certificate.name} may answer in {query.environment}.",
        Verdict.FAIL if broken else Verdict.PASS,
        lines=tuple(f"{'◆' if one.broken else '●'} {one.check:<12}{one.what}" for one in found),
        facts={"checks": {one.check: one.broken or "holds" for one in found}},
    )


def verify_bundle(project: Project, query: VerifyBundle) -> Answer:
    """Whether every file of a bundle is as built. Raises Broken naming those that are not."""
    version = versions.found(project, query.version)
    stated = bundle.read(project.places.bundle(version.bundle), version.bundle)
    return Answer(
        f"The bundle of v{version.number} is as it was built: {len(stated.files) + 1} files.",
        Verdict.PASS,
        facts={"bundle": version.bundle, "files": len(stated.files) + 1},
    )


def _named(evidence: tuple[Evidence, ...], clause: str) -> Evidence:
    known = {one.clause: one for one in evidence}
    if clause not in known:
        raise Mistake(f"{clause!r} is no gate of this version", hint=nearest.hint(clause, known))
    return known[clause]


def _clause(name: str, one: Evidence) -> Answer:
    window = f"{one.window.since:%Y-%m-%d} to {one.window.until:%Y-%m-%d}" if one.window else ""
    lines = (f"method: {one.method}", f"population: {one.population} {window}".rstrip())
    read = tuple(f"read: {sha[:16]}" for sha in one.inputs)
    return Answer(
        f"{name}: {one.clause} {one.verdict or 'is a finding'}.",
        one.verdict,
        (one,),
        (*lines, *read),
    )


def _excused(project: Project, version: Version, said: Answer) -> Answer:
    """With its waiver, else how somebody may waive it, where that is possible."""
    (one,) = said.evidence
    found = [
        signed.waiver
        for signed in waiving.on_record(project, version)
        if signed.waiver.excuses(one)
    ]
    if found:
        lines = (*said.lines, waiving.told(found[0]))
        return msgspec.structs.replace(said, lines=lines, waived=(one.clause,))
    if one.verdict is Verdict.PASS or not waiver.excusable(one):
        return said
    how = f"mainstay waive v{version.number} '{one.clause}' --because REASON --until DATE"
    return msgspec.structs.replace(said, next=how)


def _line(event: Event) -> str:
    number = event.payload.get("number")
    which = f" v{number}" if number else ""
    when, who = f"{event.time:%Y-%m-%d %H:%M}", event.actor.name
    return f"{event.seq:>5}  {when}  {event.kind:<19}{event.subject}{which}  by {who}"


def _fact(event: Event) -> dict[str, object]:
    return {
        "seq": event.seq, "time": event.time, "kind": event.kind, "subject": event.subject,
        "actor": event.actor.name, "key": event.actor.key, "hash": event.hash,
    }  # fmt: skip
