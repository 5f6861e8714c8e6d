"""`run`: whatever is outstanding, in order, until nothing is or somebody must act."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from mainstay.control import (
    assessing,
    blocking,
    building,
    canary,
    certifying,
    deploying,
    field,
    frozen,
    recalls,
    standing,
    unforeseen,
    versions,
    watching,
)
from mainstay.control.commands import Assess, Build, Certify, Deploy, Rollback, Run
from mainstay.control.field import Term
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.ledger import state
from mainstay.ledger.state import Version
from mainstay.life.deploy.shares import Parts
from mainstay.life.watch.flow import NOTICE

Step = Literal[
    "recall",
    "watch",
    "drop",
    "roll back",
    "shelter",
    "return",
    "assess",
    "build",
    "certify",
    "deploy",
    "promote",
    "renew",
    "replace",
    "try again",
    "",
]


class Stand(NamedTuple):
    """What the next step follows from.

    current: whether the newest version is of the contract as it stands. abandoned: whether it was
    rolled back, so that only a person may deploy it again. stale: whether what it
    learned ended too long ago for another try. act: the latest decision on
    the live version. healthy: whether the canary may take everything. ending: whether its
    certificate ends soon and nobody was asked for another. renewed: whether another is approved.
    recalled: whether a door dropped the canary. losing: what early labels say against the canary.
    frozen: whether an unforeseen event keeps the newest version from more than it has; blocked:
    whether a source does. shelter:
    whether somebody else is to answer because of it; over: whether it is over and still does.
    """

    newest: Version | None
    current: bool
    abandoned: bool
    stale: bool
    live: Parts
    act: str
    healthy: bool
    ending: bool
    renewed: bool
    recalled: bool = False
    losing: str = ""
    frozen: bool = False
    blocked: bool = False
    shelter: bool = False
    over: bool = False


def run(project: Project, command: Run) -> Answer:
    """Takes steps until none is left. Raises what the steps raise; what was done stays done."""
    done: list[tuple[Step, Answer]] = []
    while step := outstanding(_stand(project, done), frozenset(one for one, _ in done)):
        project.tell(f"{step}")
        done.append((step, STEPS[step](project, command)))
    return _answer(done) if done else standing.status(project)


def outstanding(stand: Stand, done: frozenset[Step]) -> Step:
    """The next step, "" where nothing is left to do or a person must act. Pure."""
    for step, wanted in (
        ("recall", stand.recalled),
        ("watch", bool(stand.live)),
        ("drop", bool(stand.losing)),
        ("roll back", stand.act == "roll back"),
        ("shelter", stand.shelter),
        ("return", stand.over),
        ("assess", _wants_candidate(stand) and not stand.live),
        ("build", _wants_candidate(stand)),
        ("certify", stand.newest is not None and stand.newest.status == "built"),
        ("try again", _wants_another_try(stand) and "certify" not in done),
        ("deploy", _wants_deployment(stand)),
        ("promote", stand.healthy and not (stand.frozen or stand.blocked)),
        ("replace", stand.renewed),
        ("renew", stand.ending and not _wants_candidate(stand)),
    ):
        if wanted and step not in done:
            return step  # type: ignore[return-value]  # the names above are Steps
    return ""


def _wants_candidate(stand: Stand) -> bool:
    """A first version, one for a new contract, one after a refusal, one that pays."""
    if stand.newest is None or not stand.current:
        return True
    if stand.live and stand.act != "retrain":
        return False
    over = stand.newest.status == "rejected" or (stand.newest.status == "refused" and stand.stale)
    return over or stand.abandoned or stand.newest.number in {one.version for one in stand.live[:1]}


def _wants_another_try(stand: Stand) -> bool:
    """A refused candidate, on the newest rows whose labels are known."""
    if stand.newest is None or stand.newest.status != "refused" or not stand.current:
        return False
    return not stand.stale and (not stand.live or stand.act == "retrain")


def _wants_deployment(stand: Stand) -> bool:
    if stand.newest is None or stand.newest.status != "approved" or not stand.current:
        return False
    if stand.abandoned or stand.frozen or stand.blocked:
        return False
    return stand.newest.number not in {part.version for part in stand.live}


def _stand(project: Project, done: list[tuple[Step, Answer]]) -> Stand:
    """The journal is read for a canary only once `watch` has brought it."""
    known = state.versions(project.ledger, project.model)
    newest = known[-1] if known else None
    live = deploying.live(project)
    last, term = field.decided(project), field.term(project) if live else None
    looked = "watch" in dict(done)
    healthy = looked and _is_healthy(project, live)
    rises = healthy or _waits(newest, live)
    ends = term is not None and term.not_after - clock.now() < NOTICE
    return Stand(
        newest=newest,
        current=newest is not None and newest.contract == project.document.digest,
        abandoned=newest is not None and deploying.abandoned(project, newest.number),
        stale=newest is not None and _is_stale(project, newest),
        live=live,
        act=last["act"] if last else "",
        healthy=healthy,
        ending=ends and _wants_term(project, term, live),
        renewed=term is not None and term.renewed,
        recalled=recalls.recalled(project) is not None,
        losing=_losing(project, live) if looked else "",
        frozen=newest is not None and bool(frozen.frozen(project, newest)),
        blocked=rises and newest is not None and bool(blocking.blocked(project, newest)),
        shelter=unforeseen.wants_shelter(project),
        over=unforeseen.is_over(project),
    )


def _wants_term(project: Project, term: Term | None, live: Parts) -> bool:
    """Whether nobody was asked for another certificate yet, and no source forbids one."""
    if term is None or term.renewed or term.waiting:
        return False
    return not blocking.blocked(project, versions.found(project, f"v{live[0].version}"))


def _is_healthy(project: Project, live: Parts) -> bool:
    """Whether a canary answers that may take everything."""
    if not live or live[-1].share == 1:
        return False
    return canary.judged(project).verdict is Verdict.PASS


def _waits(newest: Version | None, live: Parts) -> bool:
    """Whether an approved version answers nobody yet."""
    if newest is None or newest.status != "approved":
        return False
    return newest.number not in {one.version for one in live}


def _losing(project: Project, live: Parts) -> str:
    """Why labels that came already are against a canary; empty where they surely are not."""
    if not live or live[-1].share in (0, 1):
        return ""
    found = canary.early_labels(project)
    return found.note if found and found.verdict is Verdict.FAIL else ""


def _is_stale(project: Project, version: Version) -> bool:
    """Whether its own hold-out ended longer ago than a hold-out lasts."""
    ended = versions.birth(project, version).hold_out.until
    return clock.now() - ended > project.document.contract.certify.hold_out


def _tried_again(project: Project, command: Run) -> Answer:
    return certifying.certify(project, Certify(renew=True, environment=command.environment))


def _promoted(project: Project, command: Run) -> Answer:
    name, seen = f"v{deploying.live(project)[-1].version}", canary.judged(project)
    said = deploying.deploy(project, Deploy(name, 1.0, command.environment))
    return msgspec.structs.replace(said, evidence=(seen,), lines=(seen.note, *said.lines))


def _rolled_back(project: Project, _: Run) -> Answer:
    last = field.decided(project)
    return deploying.rollback(project, Rollback(last["because"] if last else ""))


def _recalled(project: Project, _: Run) -> Answer:
    """What a door did by itself, on record and in the routing of every door."""
    told = recalls.recalled(project)
    return deploying.rollback(project, Rollback(recalls.because(told) if told else ""))


def _dropped(project: Project, _: Run) -> Answer:
    """A canary that loses more, back to what was before it, with what the labels say as reason."""
    return deploying.rollback(project, Rollback(_losing(project, deploying.live(project))))


def _renewed(project: Project, command: Run) -> Answer:
    name = f"v{deploying.live(project)[0].version}"
    return certifying.certify(project, Certify(name, renew=True, environment=command.environment))


def _replaced(project: Project, command: Run) -> Answer:
    """The live version goes on with its newer certificate, at the share it has."""
    part = deploying.live(project)[0]
    return deploying.deploy(project, Deploy(f"v{part.version}", part.share, command.environment))


def _deployed(project: Project, command: Run) -> Answer:
    newest = state.versions(project.ledger, project.model)[-1]
    return deploying.deploy(project, Deploy(f"v{newest.number}", environment=command.environment))


STEPS: dict[str, Callable[[Project, Run], Answer]] = {
    "recall": _recalled,
    "watch": lambda project, _: watching.watch(project),
    "drop": _dropped,
    "roll back": _rolled_back,
    "shelter": lambda project, _: unforeseen.sheltered(project),
    "return": lambda project, _: unforeseen.returned(project),
    "assess": lambda project, _: assessing.assess(project, Assess()),
    "build": lambda project, _: building.build(
        project, Build(weighing=unforeseen.weighing(project))
    ),
    "certify": lambda project, command: certifying.certify(
        project, Certify(environment=command.environment)
    ),
    "deploy": _deployed,
    "promote": _promoted,
    "renew": _renewed,
    "replace": _replaced,
    "try again": _tried_again,
}


def _answer(done: list[tuple[Step, Answer]]) -> Answer:
    """The last step's words, after those of the steps before it."""
    said = [answer for _, answer in done]
    verdicts = [one.verdict for one in said if one.verdict]
    return Answer(
        said[-1].headline,
        next((one for one in (Verdict.FAIL, Verdict.UNSURE) if one in verdicts), Verdict.PASS),
        said[-1].evidence,
        (*(one.headline for one in said[:-1]), *said[-1].lines),
        next=said[-1].next,
        facts={"steps": {step: {**one.facts, "headline": one.headline} for step, one in done}},
    )
