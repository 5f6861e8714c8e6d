"""`incident silence`: nobody is told until a time, for a stated reason; the record goes on."""

from datetime import timedelta

from mainstay.control import incidents, telling
from mainstay.control.commands import Silence
from mainstay.control.incidents import Held
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake

LONGEST = timedelta(days=30)


def silence(project: Project, command: Silence) -> Answer:
    """Raises Missing for no open incident, Mistake without a reason or for too long."""
    now = clock.now()
    if not command.because.strip():
        raise Mistake("a silence needs a reason", hint="--because '...'")
    if not now < command.until <= now + LONGEST:
        hint = f"at most {LONGEST.days} days from now, for example --for 2d"
        raise Mistake(f"a silence until {command.until:%Y-%m-%d %H:%M} UTC is none", hint)
    with project.ledger.transaction():
        one = found(project, command.incident)
        said = {"incident": one.incident.id, "until": command.until, "because": command.because}
        event = project.ledger.append("IncidentSilenced", one.incident.model, project.actor, said)
        telling.again(project, one, event, command.until)
    return Answer(
        f"Nobody is told of incident {one.incident.id} until {command.until:%Y-%m-%d %H:%M} UTC;"
        " it stays on record and in status.",
        lines=(one.finding.what,),
        next=f"mainstay incident show {one.incident.id}",
        facts={"incident": one.incident.id, "until": command.until, "because": command.because},
    )


def found(project: Project, incident: int) -> Held:
    """One that is open. Raises Missing with those that are."""
    known = incidents.held(project.ledger, project.model)
    one = next((one for one in known if one.incident.id == incident), None)
    if one is None:
        listed = ", ".join(str(one.incident.id) for one in known)
        hint = f"open: {listed}" if known else "none is open"
        raise Missing(f"there is no open incident {incident}", hint=hint)
    return one
