"""`status`: one sentence, who must act, and the next command."""

from typing import NamedTuple

import msgspec

from mainstay.contract.document import Document
from mainstay.control import (
    deploying,
    field,
    foretelling,
    incidents,
    matters,
    papers,
    recalls,
    shadowing,
    versions,
    watching,
)
from mainstay.control.foretelling import Foretold
from mainstay.control.incidents import Group
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import GLYPHS, Answer, worst
from mainstay.core.errors import MainstayError
from mainstay.core.nouns import Verdict
from mainstay.ledger import state
from mainstay.ledger.state import Version
from mainstay.life.deploy.shares import Parts
from mainstay.seal import certificate as seal
from mainstay.seal import checks

ACTS = {
    "keep": "keep serving {0}",
    "retrain": "{0} ages, retraining pays",
    "wait": "keep serving {0} and wait",
    "propose": "{0} ages, retraining pays and waits for a person",
    "freeze": "something unforeseen happens to {0}",
    "roll back": "{0} is worse than what was before it",
    "ask": "what {0} is given has changed",
}
"""How the acts of control.policy are told of a version."""


class Told(NamedTuple):
    """One sentence, its verdict, the next command after `mainstay`."""

    what: str
    verdict: Verdict
    following: str


def status(project: Project) -> Answer:
    """How the model stands. Nothing measured in the field yet is said so, never as health."""
    document = project.document
    known = state.versions(project.ledger, document.contract.model)
    newest = known[-1] if known else None
    live = deploying.live(project)
    balance = field.last_balance(project)
    burning = incidents.concerning(project.ledger, document.contract.model)
    foretold = _forecast(project, live)
    told = _sentence(project, newest, live)
    return Answer(
        f"{document.contract.model}  {told.what}",
        told.verdict,
        lines=(
            *field.told(balance),
            *_foretold(foretold),
            *(line for one in burning for line in matters.lines(one)),
            *shadowing.lines(project),
            *_separation(project, document),
            *_versions(known, live),
        ),
        next=f"mainstay {told.following}",
        facts={
            "model": document.contract.model,
            "owner": document.contract.owner,
            "must_act": _must_act(document, newest, burning, told),
            "versions": {f"v{one.number}": one.status for one in known},
            "shares": {f"v{part.version}": part.share for part in live},
            "balance": msgspec.to_builtins(balance),
            "forecast": msgspec.to_builtins(foretold),
            "incidents": [matters.fact(one) for one in burning],
            "waiting": next((f"v{one.number}" for one in known if one.status == "certified"), ""),
        },
    )


def _forecast(project: Project, live: Parts) -> Foretold | None:
    """Of who answers most; None where nothing was foretold of it."""
    if not live:
        return None
    return foretelling.standing(project, versions.found(project, f"v{live[0].version}"))


def _foretold(one: Foretold | None) -> tuple[str, ...]:
    return (f"lasts: {one.version} is {foretelling.line(one)}",) if one else ()


def _must_act(
    document: Document, newest: Version | None, burning: tuple[Group, ...], told: Told
) -> str:
    """Whose turn it is: the approver's, that of whose matter is open, the owner's; or nobody's."""
    contract = document.contract
    if newest and newest.status == "certified":
        return contract.access.approver or contract.owner
    if burning:
        return burning[0].lead.finding.owner
    resting = told.verdict is Verdict.PASS and told.following == "watch"
    return "" if resting else contract.owner


def _sentence(project: Project, newest: Version | None, live: Parts) -> Told:
    document = project.document
    if newest is None:
        return Told("▲ no version yet.", Verdict.UNSURE, "assess")
    name = f"v{newest.number}"
    if newest.contract != document.digest:
        what = f"▲ contract.yaml changed since {name} was built."
        return Told(what, Verdict.UNSURE, "build")
    return _by_status(project, newest, live)


def _by_status(project: Project, newest: Version, live: Parts) -> Told:
    name = f"v{newest.number}"
    match newest.status:
        case "built":
            return Told(f"▲ {name} is built and not judged.", Verdict.UNSURE, f"certify {name}")
        case "refused":
            return _beside(project, live, _refused(project, newest, name))
        case "certified":
            contract = project.document.contract
            who = contract.access.approver or contract.owner
            return Told(f"▲ {name} waits for {who}.", Verdict.UNSURE, f"review {name}")
        case "approved":
            return _approved(project, newest, live)
        case "rejected":
            return _beside(project, live, Told(f"◆ {name} was rejected.", Verdict.FAIL, "build"))


def _beside(project: Project, live: Parts, candidate: Told) -> Told:
    """Who answers comes first: a candidate that fell short changes nothing of it."""
    if not live:
        return candidate
    standing = _approved(project, versions.found(project, f"v{live[0].version}"), live)
    return standing._replace(what=f"{standing.what} {candidate.what[2:]}")


def _refused(project: Project, version: Version, name: str) -> Told:
    """Not good enough, or not known to be: the record says which."""
    if worst(papers.record(project, version).evidence) is Verdict.FAIL:
        return Told(f"◆ {name} is not good enough.", Verdict.FAIL, f"explain {name}")
    what = f"▲ {name} is not known to be good enough."
    return Told(what, Verdict.UNSURE, f"explain {name}")


def _approved(project: Project, version: Version, live: Parts) -> Told:
    """Green only while its certificate holds: in term, signed, every file as it was judged."""
    name = f"v{version.number}"
    envelope, trust = papers.envelope(project, version), project.trust
    issued = seal.opened(envelope, trust)
    bundle = project.places.bundle(version.bundle)
    try:
        checks.verify(
            envelope, trust, at=clock.now(), environment=issued.scope.environment, bundle=bundle
        )
    except MainstayError as error:
        return Told(
            f"◆ {name} may not answer: {error}.", Verdict.FAIL, f"verify certificate {name}"
        )
    if version.number in {part.version for part in live}:
        return _answering(project, live)
    what = f"● {name} is approved by {issued.approver}, until {issued.not_after:%Y-%m-%d}."
    return Told(what, Verdict.PASS, f"deploy {name}")


def _answering(project: Project, live: Parts) -> Told:
    """The latest decision on the live version; what nobody has measured there is no health."""
    name, share, last = f"v{live[-1].version}", live[-1].share, field.decided(project)
    dropped = recalls.recalled(project)
    if dropped:
        return Told(f"◆ {recalls.because(dropped)}.", Verdict.FAIL, "run")
    if share < 1:
        beside = f"v{live[0].version}" if len(live) > 1 else "the baseline"
        what = f"▲ {name} is canary for {share:.0%} beside {beside}, not measured yet."
        return Told(what, Verdict.UNSURE, f"deploy {name} --live")
    if last is None:
        what = f"▲ {name} is live, not measured in the field yet."
        return Told(what, Verdict.UNSURE, "watch")
    verdict = Verdict(last["verdict"])
    following = watching.following(last["act"], last["because"]).removeprefix("mainstay ")
    what = f"{GLYPHS[verdict]} {ACTS[last['act']].format(name)}: {last['because']}."
    return Told(what, verdict, "watch" if following == "status" else following)


def _separation(project: Project, document: Document) -> tuple[str, ...]:
    """Which separation of duties is in force, said plainly."""
    approver = document.contract.access.approver or document.contract.owner
    bound = project.trust.named(approver)
    if bound is None or "approver" not in bound.roles:
        return (f"nobody can approve: {approver} is not trusted as approver",)
    return (f"separation: a distinct key of {approver}; two keys on one machine are only that",)


def _versions(known: tuple[Version, ...], live: Parts) -> tuple[str, ...]:
    answers = {part.version: f", answers {part.share:.0%}" for part in live}
    return tuple(f"v{one.number}  {one.status}{answers.get(one.number, '')}" for one in known)
