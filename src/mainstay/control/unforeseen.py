"""What follows from an unforeseen event: who answers while it is open, and which version may help.

Who answers changes by a deployment of its own, on record with its reason and signed as any other.
"""

from datetime import timedelta

from mainstay.control import deploying, field, frozen, publish
from mainstay.control.deploying import Why
from mainstay.control.policy import Facts
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Refused
from mainstay.core.nouns import Verdict
from mainstay.core.weighing import Weighing
from mainstay.life.deploy import shares
from mainstay.life.deploy.shares import Part, Parts
from mainstay.life.watch import estimated
from mainstay.life.watch.order import Finding, Order, Watched
from mainstay.seal.certificate import Environment

LEARNT = 7
"""Windows of an event that must be trained on, before a version may count them more."""
NOBODY = ("baseline", "person")
"""Answers for which the champion keeps its place without a share."""


def facts(order: Order, found: Watched) -> Facts:
    """One look, with what its event lets hope for."""
    return Facts(
        order.contract,
        found.evidence,
        found.findings,
        found.comparison,
        found.event,
        weighted(order, found),
        order.not_after - order.now,
    )


def weighted(order: Order, found: Watched) -> str:
    """Why a version that learns other weights may help against the event; empty where none may."""
    event = found.event
    if event is None or order.champion.since >= event.window.since:
        return ""
    match order.contract.watch.unforeseen.train:
        case "recent" if order.now - event.window.since >= _ripe(order):
            return (
                "a version is built in which labelled rows since then count as much as all before"
            )
        case "alike" if event.columns and not _refuted(found):
            return (
                "the inputs moved and no label says that the same rows turn out otherwise:"
                " a version is built in which rows like those of now count more"
            )
        case _:
            return ""


def _ripe(order: Order) -> timedelta:
    """How old an event is when rows of it are before a hold-out, with known labels."""
    stated = order.contract
    return stated.certify.hold_out + stated.data.label.known_after + LEARNT * order.width


def _refuted(found: Watched) -> bool:
    return any(one.clause == estimated.CLAUSE and one.open for one in found.findings)


def weighing(project: Project) -> Weighing | None:
    """How the next version is to weigh its rows; None without an event, or where it says `all`."""
    event = frozen.opened(project)
    how = project.document.contract.watch.unforeseen.train
    if event is None or how == "all":
        return None
    return Weighing(how, event[1].window.since)


def wants_shelter(project: Project) -> bool:
    """Whether an event is open after which nobody has said yet who answers.

    What a person deploys during an event stays. Nothing changes where no certificate holds.
    """
    event, stated = frozen.opened(project), project.document.contract.watch.unforeseen
    if event is None or stated.answer == "model":
        return False
    newest = publish.history(project)[-1]
    return newest.seq < event[0].id and field.term(project).not_after > clock.now()


def sheltered(project: Project) -> Answer:
    """Hands the answers to who the contract names, until the event is over."""
    event = frozen.opened(project)
    assert event is not None, "somebody asked whether there is one"
    finding = event[1]
    publish.trusted_signer(project)
    with project.ledger.transaction():
        answer, parts, environment = _stead(project)
        because = f"{finding.what}: {finding.action}"
        deploying.recorded(project, "Deployed", parts, environment, Why(because, answer))
    publish.published(project)
    return _answer(finding, f"Something unforeseen: {_who(answer, parts)}.")


def _stead(project: Project) -> tuple[str, Parts, Environment]:
    """Who answers, in which shares; the baseline where no version before the live one can."""
    answer = str(project.document.contract.watch.unforeseen.answer)
    environment = publish.said(publish.history(project)[-1]).environment
    if answer == "previous":
        number = shares.before(deploying.history(project))
        before = (Part(number, 1.0),) if number is not None else ()
        if before and _holds(project, before, environment):
            return answer, before, environment
        answer = "baseline"
    return answer, (Part(deploying.live(project)[0].version, 0.0),), environment


def _holds(project: Project, parts: Parts, environment: Environment) -> bool:
    try:
        return bool(deploying.given_shares(project, parts, environment))
    except Refused as error:
        project.tell(f"v{parts[0].version} cannot answer: {error}")
        return False


def is_over(project: Project) -> bool:
    """Whether somebody stands in for a version because of an event that is not open any more."""
    events = publish.history(project)
    if not events or publish.said(events[-1]).unforeseen not in NOBODY:
        return False
    return frozen.opened(project) is None and field.term(project).not_after > clock.now()


def returned(project: Project) -> Answer:
    """The version answers again that did before the event."""
    publish.trusted_signer(project)
    with project.ledger.transaction():
        newest = publish.said(publish.history(project)[-1])
        parts = (Part(newest.shares[0].version, 1.0),)
        because = "the unforeseen event is over: labels since then show every goal met"
        deploying.recorded(project, "Deployed", parts, newest.environment, Why(because))
    publish.published(project)
    said = f"The unforeseen event is over: {deploying.told(parts)}"
    return Answer(said, Verdict.PASS, next="mainstay status", facts={"answer": "model"})


def _who(answer: str, parts: Parts) -> str:
    name = f"v{parts[0].version}"
    words = {
        "baseline": f"the baseline of {name} answers everything",
        "person": f"a person decides everything, {name} nothing",
        "previous": f"{name} answers everything",
    }
    return words[answer]


def _answer(finding: Finding, headline: str) -> Answer:
    return Answer(
        headline,
        Verdict.FAIL,
        lines=(f"◆ {finding.what}: {finding.cause}. {finding.owner}: {finding.action}",),
        next="mainstay status",
        facts={"columns": list(finding.columns), "since": finding.window.since},
    )
