"""Whether a version may answer: the rules of a certificate, the same for door, approver, auditor.

Every rule is one function: it returns the sentence that holds or raises Refused with its reason.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mainstay.core import digest
from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.core.nouns import Evidence, Verdict
from mainstay.seal import dsse, waiver
from mainstay.seal.certificate import Certificate, Environment, opened
from mainstay.seal.dsse import Envelope
from mainstay.seal.keys import Key, short
from mainstay.seal.trust import Principal, Trust
from mainstay.seal.waiver import Signed, Waiver


class Presented(NamedTuple):
    """A certificate whose signatures hold, also those of its waivers, and what is asked of it."""

    certificate: Certificate
    signers: tuple[Principal, ...]
    at: datetime
    environment: Environment
    bundle: Path | None


def verify(
    envelope: Envelope,
    trust: Trust,
    *,
    at: datetime,
    environment: Environment,
    bundle: Path | None,
) -> Certificate:
    """The certificate, if the version may answer at that time in that environment.

    bundle: its folder, None to leave the files unread. Raises Refused with the first reason not.
    """
    asked = presented(envelope, trust, at=at, environment=environment, bundle=bundle)
    for check in CHECKS.values():
        check(asked)
    return asked.certificate


def presented(
    envelope: Envelope,
    trust: Trust,
    *,
    at: datetime,
    environment: Environment,
    bundle: Path | None,
) -> Presented:
    """What the checks judge. Raises Refused unless every signature holds and the form is right."""
    if at.tzinfo is None:
        raise Mistake(f"the time {at} has no zone", hint=f"write {at.isoformat()}Z for UTC")
    signers = dsse.signers(envelope, trust)
    certificate = opened(envelope, trust)
    waived(certificate, trust)
    return Presented(certificate, signers, at, environment, bundle)


def waived(certificate: Certificate, trust: Trust) -> None:
    """Raises Refused for a waiver that may excuse nothing of this certificate."""
    for one in certificate.waivers:
        _waived(one, certificate, trust)


def approved(envelope: Envelope, approver: Key, trust: Trust) -> Envelope:
    """The envelope with the approval added. Raises Refused where the approval would not count."""
    both = dsse.countersigned(envelope, approver)
    approval(both, trust)
    return both


def approval(envelope: Envelope, trust: Trust) -> Principal:
    """Whose approval an envelope holds. Raises Refused where there is none that counts."""
    return _approval(opened(envelope, trust), dsse.signers(envelope, trust))


def _waived(one: Signed, certificate: Certificate, trust: Trust) -> None:
    waiver.refuse_authors(waiver.signer(one, trust), one.waiver, certificate.authors)
    version, about, clause = certificate.version, one.waiver.shortfall, one.waiver.clause
    found = (about.model, about.version, about.bundle, about.contract)
    if found != (version.model, version.name, version.bundle, version.contract):
        raise Refused(f"the waiver of {clause!r} is of {about.model} {about.version} as it was")
    if not waiver.in_force(one.waiver, certificate.issued):
        raise Refused(
            f"the waiver of {clause!r} was not in force when {certificate.name} was certified"
        )


def _author(asked: Presented) -> str:
    certificate = asked.certificate
    for one in asked.signers:
        if one.key in certificate.authors and "author" in one.roles:
            return f"issued by {one.name} ({short(one.key)})"
    raise Refused(
        f"no author of {certificate.name} has signed who is trusted as author",
        hint="mainstay trust NAME --role author",
    )


def _approver(asked: Presented) -> str:
    one = _approval(asked.certificate, asked.signers)
    return f"approved by {one.name} ({short(one.key)})"


def _approval(certificate: Certificate, signers: tuple[Principal, ...]) -> Principal:
    name = certificate.approver
    one = next((one for one in signers if one.name == name), None)
    if one is None:
        raise Refused(
            f"{name} has not approved {certificate.name}",
            hint=f"mainstay approve {certificate.version.name}, with the key of {name}",
        )
    if "approver" not in one.roles:
        raise Refused(
            f"{name} signed, but is not trusted as approver",
            hint=f"mainstay trust {name} --role approver",
        )
    if one.key in certificate.authors:
        raise Refused(
            f"{name} is an author of {certificate.name}: nobody approves their own work",
            hint="somebody else must approve it",
        )
    return one


def _time(asked: Presented) -> str:
    certificate, at = asked.certificate, asked.at
    if at < certificate.issued:
        raise Refused(
            f"{certificate.name} is certified only from {_moment(certificate.issued)} on",
            hint=f"it is {_moment(at)}: look at the clock",
        )
    if at >= certificate.not_after:
        raise Refused(
            f"the certificate of {certificate.name} expired at {_moment(certificate.not_after)}",
            hint="mainstay certify --renew judges it on newer rows",
        )
    return f"from {_moment(certificate.issued)} until {_moment(certificate.not_after)}"


def _environment(asked: Presented) -> str:
    allowed = asked.certificate.scope.environment
    if asked.environment != allowed:
        raise Refused(
            f"{asked.certificate.name} is certified for {allowed}, not for {asked.environment}",
            hint=f"mainstay certify --environment {asked.environment}",
        )
    return f"for {allowed}, at most {asked.certificate.scope.traffic:.0%} of the traffic"


def _gates(asked: Presented) -> str:
    certificate = asked.certificate
    if not certificate.gates:
        raise Refused(
            f"{certificate.name} passed no gate: nothing was judged",
            hint="mainstay certify judges every clause of the contract",
        )
    found = [_gate(gate, certificate) for gate in certificate.gates]
    excused = dict.fromkeys(one.expires for one in found if one)
    open_ = sum(gate.verdict != Verdict.PASS for gate in certificate.gates)
    waived = sum(one is not None for one in found)
    unsure = open_ - waived
    accepted = f", {unsure} of them unsure and accepted beforehand" if unsure else ""
    until = f", {waived} of them waived until {_moment(min(excused))}" if excused else ""
    return f"{len(certificate.gates)} gates{accepted}{until}"


def _gate(gate: Evidence, certificate: Certificate) -> Waiver | None:
    """What excuses it. Raises Refused where it needs that and there is nothing."""
    name = f"gate {gate.clause!r} on {gate.population!r}"
    if gate.limit is None or gate.verdict is None:
        raise Refused(f"{name} has no limit or no verdict: it gates nothing")
    judged = gate.limit.judge(gate.estimate) if gate.estimate is not None else Verdict.UNSURE
    if judged != gate.verdict:
        raise Refused(
            f"{name} says {gate.verdict}, but what it measured comes to {judged}",
            hint="the verdict was not made by the rule; do not trust who signed it",
        )
    excused = certificate.waiver(gate)
    unsure = gate.verdict == Verdict.UNSURE and gate.clause in certificate.accepted_unsure
    if gate.verdict != Verdict.PASS and not unsure and excused is None:
        raise Refused(f"{name} says {gate.verdict}", hint="only pass lets a version answer")
    return None if unsure else excused


def _bundle(asked: Presented) -> str:
    if asked.bundle is None:
        return "not looked at"
    wanted, found = asked.certificate.files, _files(asked.bundle)
    ways = {
        "was added": found.keys() - wanted.keys(),
        "was removed": wanted.keys() - found.keys(),
        "was changed": {path for path in wanted if found.get(path, wanted[path]) != wanted[path]},
    }
    told = [f"{path} {way}" for way, paths in ways.items() for path in sorted(paths)]
    if told:
        more = f", and {len(told) - 1} more" if len(told) > 1 else ""
        raise Refused(
            f"{asked.bundle} is not what was certified: {told[0]}{more}",
            hint="copy the bundle again from where it was built",
        )
    return f"{len(found)} files, {short(asked.certificate.version.bundle)}"


def _files(bundle: Path) -> dict[str, str]:
    if not bundle.is_dir():
        raise Missing(f"there is no bundle {bundle}")
    try:
        return digest.files(bundle)
    except ValueError as error:
        raise Refused(f"the bundle is not whole: {error}") from error


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


CHECKS: dict[str, Callable[[Presented], str]] = {
    "author": _author,
    "approval": _approver,
    "time": _time,
    "environment": _environment,
    "gates": _gates,
    "bundle": _bundle,
}
"""Rules by name, in the order they are told."""
