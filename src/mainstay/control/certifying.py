"""`certify`: the hold-out opened on record, every gate judged, then a certificate or a refusal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

import msgspec
import numpy as np

from mainstay.bundle import manifest
from mainstay.contract.model import Contract
from mainstay.control import (
    blocking,
    corrected,
    deploying,
    foreseeing,
    foretelling,
    lives,
    papers,
    planning,
    policy,
    terms,
    versions,
    waiving,
)
from mainstay.control.commands import Certify
from mainstay.control.lives import Candidate
from mainstay.control.project import Project
from mainstay.control.terms import Term
from mainstay.control.versions import Birth
from mainstay.core import clock, digest
from mainstay.core.answers import Answer, tally
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.ledger import blobs, state, steps
from mainstay.ledger.state import Version
from mainstay.life.certify import perturbations, registration, simplest
from mainstay.life.certify.certify import Judgement, Order, certified
from mainstay.life.certify.champion import Champion
from mainstay.life.certify.proving import Proved
from mainstay.life.certify.registration import Registration
from mainstay.seal import certificate as seal
from mainstay.seal import dsse
from mainstay.seal.certificate import Certificate, Environment, Registered, Scope
from mainstay.seal.waiver import Signed
from mainstay.trainer import importer

SIMPLER = f"{simplest.CLAUSE}, "


class Case(NamedTuple):
    """A version before its judges: where it would serve, on which rows, as of when.

    waivers: of gates, in force. champion: the version that is live, where it is another. held: the
    digest of the rows; changed: since when they are others than it was judged on before.
    """

    version: Version
    born: Birth
    environment: Environment
    window: Window
    now: datetime
    renew: bool
    waivers: tuple[Signed, ...] = ()
    champion: Champion | None = None
    held: str = ""
    changed: str = ""


def certify(project: Project, command: Certify) -> Answer:
    """Judges a version; a verdict is an answer, never an error.

    Raises what life.certify raises, and Broken or Unsure where a source blocks: before anything is
    opened, so that it counts as no look.
    """
    case = _case(project, command)
    key = _key(project, case)
    earlier = steps.result(project.ledger, key)
    if earlier:
        return msgspec.convert(earlier, Answer, strict=False)
    _refuse_decided(case)
    _refuse_without_author(project)
    _refuse_changed(project, case.version)
    blocking.refuse_to_certify(project, case.version, case.window)
    planning.refuse_to_look(project, case.version, case.window)
    stated = manifest.read(project.places.bundle(case.version.bundle), case.version.bundle)
    perturbations.refuse_unknown(project.document.contract, stated)
    foresight = _foresight(project, case)
    _foresee_champion(project, case)
    order = Order(
        document=project.document,
        places=project.places,
        version=case.born.version,
        registration=_opened(project, case),
        now=case.now,
        proved=_proved(project, case),
        waivers=tuple(one.waiver for one in case.waivers),
        champion=case.champion,
        tell=project.tell,
    )
    judgement = certified(order)
    named = project.document.contract.certify.accept_unsure
    ends = _ends(project, case, judgement, foresight)
    judgement = judgement._replace(
        evidence=(*judgement.evidence, *_lives(project, case, judgement, ends))
    )
    passed = judgement.verdict(named) is Verdict.PASS
    ends = _ends(project, case, judgement, foresight)  # a waiver of that too
    with project.ledger.transaction():
        answer = (
            _passed(project, case, judgement, ends)
            if passed
            else _refused(project, case, judgement)
        )
        for step, result in ((_proof(case), judgement.proved), (key, answer)):
            _done(project, case, step, result)
    return answer


def _done(project: Project, case: Case, key: str, result: Proved | Answer) -> None:
    made = msgspec.to_builtins(result)
    steps.done(project.ledger, key, made, subject=case.version.model, actor=project.actor)


def _proof(case: Case) -> str:
    """The key of what is proven of a bundle on a kind of machine, whichever rows judge it."""
    contract, machine = case.version.contract, importer.machine()
    return steps.key("prove", bundle=case.version.bundle, contract=contract, machine=machine)


def _proved(project: Project, case: Case) -> Proved | None:
    earlier = steps.result(project.ledger, _proof(case))
    return msgspec.convert(earlier, Proved, strict=False) if earlier else None


def _case(project: Project, command: Certify) -> Case:
    version = versions.found(project, command.version)
    born = versions.birth(project, version)
    if command.environment not in get_args(Environment):
        known = ", ".join(get_args(Environment))
        raise Mistake(f"{command.environment!r} is no environment", hint=f"known: {known}")
    environment: Environment = command.environment  # type: ignore[assignment]  # just checked
    now, waivers = clock.now(), waiving.on_record(project, version)
    window = planning.newest(project, now) if command.renew else born.hold_out
    window = waiving.window(project, version, waivers) or window
    champion = _champion(project, version)
    held = corrected.content(project, version, window, now)
    changed = corrected.note(project, version, window, held)
    made = Case(version, born, environment, window, now, command.renew, waivers, champion)
    return made._replace(held=held, changed=changed)


def _champion(project: Project, version: Version) -> Champion | None:
    """The live version, whatever share it has, unless it is this one."""
    live = deploying.live(project)
    if not live or live[0].version == version.number:
        return None
    other = versions.found(project, f"v{live[0].version}")
    learned = versions.birth(project, other).version.datasets[0].window
    return Champion(f"v{other.number}", other.bundle, learned)


def _key(project: Project, case: Case) -> str:
    return steps.key(
        "certify",
        bundle=case.version.bundle,
        contract=project.document.digest,
        window=case.window,
        rows=case.held,
        environment=case.environment,
        renew=case.renew,
        **({"waivers": [one.signature.sig for one in case.waivers]} if case.waivers else {}),
        **({"champion": case.champion.bundle} if case.champion else {}),
    )


def _refuse_decided(case: Case) -> None:
    """Decisions are final: what was approved or rejected is not judged again, only renewed.

    A refused version may try again on newer rows.
    """
    name, status = f"v{case.version.number}", case.version.status
    if case.renew and status not in ("approved", "refused"):
        raise Conflict(f"{name} is {status}: only an approved or refused version is judged anew")
    if not case.renew and status in ("approved", "rejected"):
        hint = "mainstay build" if status == "rejected" else f"mainstay certify {name} --renew"
        raise Conflict(f"{name} is {status} already", hint=hint)


def _refuse_without_author(project: Project) -> None:
    """Before rows are opened: somebody must be there who may sign."""
    signer = project.signer
    bound = project.trust.named(signer.name)
    if bound is None or bound.key != signer.id or "author" not in bound.roles:
        raise Refused(
            f"{signer.name} is not trusted as author",
            hint=f"mainstay trust {signer.name} --role author",
        )


def _registered(project: Project, version: Version) -> state.Contract | None:
    """Its contract as on record; None where no contract was registered at all."""
    known = state.contracts(project.ledger, version.model)
    return next((one for one in reversed(known) if one.digest == version.contract), None)


def _refuse_changed(project: Project, version: Version) -> None:
    """Before a look is spent on promises that are no longer those of the version."""
    stated = _registered(project, version)
    if stated and stated.digest != project.document.digest:
        raise registration.changed(f"v{version.number}", stated.revision)


def _opened(project: Project, case: Case) -> Registration | None:
    """Puts the look on record; None where no contract was registered at all."""
    ledger, version = project.ledger, case.version
    stated = _registered(project, version)
    if stated is None:
        return None
    payload = {
        "number": version.number,
        "contract": version.contract,
        "since": case.window.since,
        "until": case.window.until,
        "rows": case.held,
    }
    with ledger.transaction():
        ledger.append("HoldoutOpened", version.model, project.actor, payload)
        look = state.looks(ledger, version.model, case.window)
        tried = state.tried(ledger, version.model, case.window)
    return Registration(
        contract=stated.digest,
        revision=stated.revision,
        position=stated.seq,
        version=f"v{version.number}",
        hold_out=case.window,
        look=look,
        attempt=tried.index(version.number) + 1,
    )


def _lives(project: Project, case: Case, judgement: Judgement, ends: Term) -> Iterator[Evidence]:
    """Against the live version until the certificate would end."""
    if case.champion:
        share = float(np.mean(judgement.held.label == 1))
        life = case.now, ends.not_after
        yield lives.compared(project, Candidate(case.version, case.champion.name, share, *life))


def _passed(project: Project, case: Case, judgement: Judgement, ends: Term) -> Answer:
    """Issues the certificate, signed by its author."""
    issued = _certificate(project, case, judgement, ends)
    envelope = seal.issued(issued, project.signer)
    sha = blobs.stored(project.ledger.blobs, dsse.encoded(envelope))
    payload = {
        "number": case.version.number,
        "certificate": sha,
        "blobs": [_evidence(project, judgement)],
    }
    kind = "Renewed" if case.version.status == "approved" else "Certified"
    project.ledger.append(kind, case.version.model, project.actor, payload)
    if ends.foretold:
        foretelling.frozen(project, ends.foretold)
    shown = papers.written(project, envelope, judgement.details)
    said = Answer(
        f"{issued.name} is good enough: {len(issued.gates) - len(judgement.waived)} gates hold"
        f"{_accepted(issued)}{_waived(judgement)}; valid until {issued.not_after:%Y-%m-%d}.",
        Verdict.PASS,
        judgement.evidence,
        (
            *_looked(case, judgement),
            *(waiving.told(one.waiver) for one in issued.waivers),
            f"until {issued.not_after:%Y-%m-%d}: {issued.term}",
            *_took(judgement),
            f"Certificate: {shown}",
            f"Waiting for: {issued.approver}",
        ),
        next=f"mainstay review {issued.version.name}",
        facts={
            "version": issued.version.name,
            "certificate": sha,
            "page": str(shown),
            "not_after": issued.not_after.isoformat(),
            "term": issued.term,
            "seconds": dict(judgement.seconds),
        },
        waived=tuple(one.clause for one in judgement.waived),
    )
    return _reported(project, issued.version.name, said, judgement)


def _refused(project: Project, case: Case, judgement: Judgement) -> Answer:
    """Records what fell short; a later hold-out may judge otherwise."""
    name = f"v{case.version.number}"
    evidence = _evidence(project, judgement)
    payload = {"number": case.version.number, "blobs": [evidence]}
    project.ledger.append("CertificateRefused", case.version.model, project.actor, payload)
    named = project.document.contract.certify.accept_unsure
    short = [one for one in judgement.gates if one.verdict is not Verdict.PASS]
    said = Answer(
        f"{case.version.model} {name} is not good enough yet:"
        f" {tally(judgement.evidence, judgement.waived)}.",
        judgement.verdict(named),
        judgement.evidence,
        (*_looked(case, judgement), *_took(judgement)),
        next=f"mainstay explain {name} '{short[0].clause}'",
        facts={
            "version": name,
            "evidence": evidence,
            "short": [*map(policy.judged, short)],
            "seconds": dict(judgement.seconds),
        },
        waived=tuple(one.clause for one in judgement.waived),
    )
    return _reported(project, name, said, judgement)


def _reported(project: Project, name: str, said: Answer, judgement: Judgement) -> Answer:
    place = project.places.certify / f"{name}.html"
    return papers.reported(project, place, f"{project.model} {name}", said, judgement.details)


def _ends(project: Project, case: Case, judgement: Judgement, foresight: str) -> Term:
    """No certificate outlives a waiver that it hangs on."""
    ends = terms.term(project, _judged(case, judgement), foresight)
    waivers = (one.waiver for one in _needed(case, judgement))
    first = min(waivers, key=lambda one: one.expires, default=None)
    if first is None or first.expires >= ends.not_after:
        return ends
    return ends._replace(not_after=first.expires, why=f"the waiver of {first.clause} ends then")


def _judged(case: Case, judgement: Judgement) -> terms.Judged:
    born = case.born.version
    trained = born.datasets[0].window
    since = trained.until if trained else case.window.since
    return terms.Judged(born, since, case.window, judgement.evidence, case.now)


def _foresight(project: Project, case: Case) -> str:
    """The digest of what was seen of how such models age; empty where nobody looked.

    Where the contract asks, it is looked at now, on training rows and before the hold-out opens.
    """
    born, document = case.born, project.document
    known = foretelling.foresight(project, document.digest, born.version.code)
    trained = born.version.datasets[0].window
    if known or trained is None or document.contract.certify.foresee == "on_request":
        return known
    found = foreseeing.aged(project, Window(trained.since, born.hold_out.until))
    if found is None:
        return ""
    with project.ledger.transaction():
        foretelling.foreseen(project, document.digest, born.version.code, found)
    return foretelling.foresight(project, document.digest, born.version.code)


def _foresee_champion(project: Project, case: Case) -> None:
    """Where the contract asks: how models of the live version's code age, in the same periods."""
    trained = case.born.version.datasets[0].window
    asked = project.document.contract.certify.foresee == "always"
    if case.champion is None or trained is None or not asked:
        return
    contract = project.document.digest
    code = versions.birth(project, versions.found(project, case.champion.name)).version.code
    if foretelling.foresight(project, contract, code):
        return
    project.tell(f"how models like {case.champion.name} age")
    period = Window(trained.since, case.born.hold_out.until)
    found = foreseeing.aged_by(project, period, case.champion.bundle)
    if found is not None:
        with project.ledger.transaction():
            foretelling.foreseen(project, contract, code, found)


def _certificate(project: Project, case: Case, judgement: Judgement, ends: Term) -> Certificate:
    contract = project.document.contract
    stated, waivers = judgement.registration, _needed(case, judgement)
    bundle = project.places.bundle(case.version.bundle)
    return Certificate(
        version=case.born.version,
        registered=Registered(stated.contract, stated.revision, stated.position, stated.look),
        datasets=(judgement.held.dataset,),
        gates=judgement.gates,
        files=digest.files(bundle),
        authors=_authors(project, case.version),
        approver=_approver(contract),
        scope=Scope(case.environment),
        issued=case.now,
        not_after=ends.not_after,
        term=ends.why,
        accepted_unsure=judgement.accepted(contract.certify.accept_unsure),
        not_covered=judgement.not_covered,
        baselines=tuple(one for one in judgement.evidence if one.clause.startswith(SIMPLER)),
        waivers=waivers,
        supersedes=case.version.certificate,
    )


def _needed(case: Case, judgement: Judgement) -> tuple[Signed, ...]:
    """The waivers that the certificate hangs on: of each gate that needs one, the newest."""
    excusing = (
        next(one for one in case.waivers if one.waiver.excuses(gate)) for gate in judgement.waived
    )
    return tuple(dict.fromkeys(excusing))


def _authors(project: Project, version: Version) -> tuple[str, ...]:
    """Keys of everybody who registered the contract, built the version or certifies it."""
    touched = [one.key for one in versions.makers(project, version)]
    return tuple(dict.fromkeys(key for key in (*touched, project.signer.id) if key))


def _approver(contract: Contract) -> str:
    """Who must sign: the approver the contract names, else its owner."""
    return contract.access.approver or contract.owner


def _evidence(project: Project, judgement: Judgement) -> str:
    """All evidence and details as a blob, for explain, review and pages."""
    record = papers.Record(judgement.evidence, judgement.not_covered, judgement.details)
    return blobs.stored(project.ledger.blobs, digest.canonical(record))


def _looked(case: Case, judgement: Judgement) -> tuple[str, ...]:
    since, until = case.window.since, case.window.until - timedelta(microseconds=1)
    look = judgement.registration.look
    few = ", ".join(judgement.not_covered)
    held = f"held out {since:%Y-%m-%d} to {until:%Y-%m-%d}, opened {_times(look)}"
    told = (held, f"not covered, too few rows: {few}" if few else "", case.changed)
    return tuple(filter(None, told))


def _took(judgement: Judgement) -> Iterator[str]:
    """`took 41 s: searching slices 9, simpler models 6, ...`: what a second was spent on."""
    longest = sorted(judgement.seconds.items(), key=lambda one: -one[1])
    parts = ", ".join(f"{step} {seconds:.0f}" for step, seconds in longest if seconds >= 1)
    if parts:
        yield f"took {sum(judgement.seconds.values()):.0f} s: {parts}"


def _times(look: int) -> str:
    return "once" if look == 1 else f"{look} times"


def _waived(judgement: Judgement) -> str:
    return f", {len(judgement.waived)} waived" if judgement.waived else ""


def _accepted(issued: Certificate) -> str:
    few = len(issued.accepted_unsure)
    return f", {few} of them unsure and accepted beforehand" if few else ""
