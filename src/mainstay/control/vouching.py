"""`incident vouch`: somebody says that labels in doubt are right, for a reason, under his key."""

from datetime import datetime

from mainstay.control import publish, silencing
from mainstay.control.commands import Vouch
from mainstay.control.policy import DOUBTED
from mainstay.control.project import Project
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Event, Window
from mainstay.life.watch.order import LABELS, Finding, Vouched

KIND = "LabelsVouched"


def vouch(project: Project, command: Vouch) -> Answer:
    """From the next look on they count, and explain nothing. Raises Missing for no open incident,

    Mistake without a reason or for one that doubts no label, Refused for a key nobody trusts.
    """
    if not command.because.strip():
        raise Mistake("to vouch for labels needs a reason", hint="--because '...'")
    publish.trusted_signer(project)
    with project.ledger.transaction():
        one = silencing.found(project, command.incident)
        kinds = _kinds(one.finding)
        if not kinds:
            hint = "what is wrong with anything else ends when it is mended"
            raise Mistake(f"incident {command.incident} doubts no labels", hint=hint)
        since, until = one.finding.window.since, _seen(project, one.finding.window.until)
        said = {
            "incident": command.incident, "kinds": list(kinds), "since": since,
            "until": until, "because": command.because,
        }  # fmt: skip
        project.ledger.append(KIND, one.incident.model, project.actor, said)
    return Answer(
        f"The labels of decisions from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC are"
        f" right, {project.actor.name} says: they count from the next look on.",
        lines=(one.finding.what,),
        next="mainstay watch",
        facts=said,
    )


def vouched(project: Project) -> tuple[Vouched, ...]:
    """All that was vouched for of a model's labels, by kind."""
    return tuple(
        Vouched(kind, Window(_moment(event, "since"), _moment(event, "until")))
        for event in project.ledger.events(kind=KIND, subject=project.model)
        for kind in event.payload["kinds"]
    )


def of(project: Project, model: str) -> dict[int, Event]:
    """By incident, the newest that was said of its labels."""
    every = project.ledger.events(kind=KIND, subject=model)
    return {event.payload["incident"]: event for event in every}


def _seen(project: Project, least: datetime) -> datetime:
    """The end of the newest window looked at; an incident that lasts is on record as it began."""
    looks = project.ledger.events(kind="WindowJudged", subject=project.model)
    return max((_moment(event, "until") for event in looks), default=least)


def _kinds(found: Finding) -> tuple[str, ...]:
    return tuple(one for one in found.columns if found.clause == LABELS and one in DOUBTED)


def _moment(event: Event, name: str) -> datetime:
    return datetime.fromisoformat(event.payload[name])
