"""When each job is due, who changed that, and what is planned of it."""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from mainstay.control import publish, rhythm, team
from mainstay.control.commands import RunNow, Schedule, Unschedule
from mainstay.control.jobs import JOBS, Job
from mainstay.control.project import Project
from mainstay.control.rhythm import EACH_WINDOW, Rhythm, Windows
from mainstay.core import clock, nearest
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Missing, Mistake, Refused
from mainstay.ledger import runs, state
from mainstay.ledger.projections import text

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Planned(NamedTuple):
    """A job with the rhythm it has; since: no turn before that counts; own: somebody gave it."""

    job: str
    rhythm: Rhythm
    since: datetime
    own: bool


def changed(project: Project, command: Schedule | Unschedule | RunNow) -> Answer:
    """Raises Mistake for an unknown job or a rhythm that cannot be read, Conflict, Missing."""
    if command.job not in JOBS:
        raise Mistake(f"{command.job} is no job", hint=nearest.hint(command.job, JOBS))
    if command.job not in jobs(project):
        places = project.places.team
        first = min(team.members(places)) if places else ""
        raise Conflict(f"{command.job} concerns the record of the team: it is a job of {first}")
    match command:
        case Schedule():
            return _scheduled(project, command)
        case Unschedule():
            return _unscheduled(project, command)
        case RunNow():
            return _asked_for(project, command)


def listed(project: Project) -> Answer:
    """Every job, its rhythm, its next turn and how the last one ended."""
    facts = told(project)
    return Answer(
        f"{project.model}: {sum(bool(one['next']) for one in facts)} of {len(facts)} jobs are"
        " on, as far as a worker runs.",
        lines=tuple(_line(one) for one in facts),
        next="mainstay runs list",
        facts={"model": project.model, "jobs": facts},
    )


def told(project: Project) -> list[dict[str, object]]:
    """Of every job what it does, its rhythm, its next turn and its newest run."""
    return [_fact(project, one) for one in rhythms(project)]


def planned(project: Project) -> tuple[str, ...]:
    """Plan the newest turn that is due of each job; what was missed before it is one turn.

    Nothing before the first event: a project in which nothing happened has nothing outstanding.
    """
    now, field = clock.now(), windows(project)
    found: list[str] = []
    for one in rhythms(project):
        newest = runs.last(project.ledger, project.model, one.job)
        after = max(one.since, state.moment(newest)) if newest else one.since
        turn = rhythm.turn(one.rhythm, field, after, now)
        if turn and runs.planned(project.ledger, project.model, one.job, *turn):
            found.append(one.job)
    return tuple(found)


def following(project: Project) -> datetime | None:
    """The next turn of any job; None where none has a rhythm."""
    field, now = windows(project), clock.now()
    turns = (rhythm.following(one.rhythm, field, now) for one in rhythms(project))
    return min(filter(None, turns), default=None)


def rhythms(project: Project) -> tuple[Planned, ...]:
    """Of every job that is done here: the one somebody gave it, else its own.

    What concerns a team's record as a whole is done by the first of its projects alone.
    """
    given = state.schedules(project.ledger, project.model)
    first = _time(project, 1) or clock.now()
    found: list[Planned] = []
    for name, job in jobs(project).items():
        own = given.get(name)
        if own:
            since = _time(project, own.seq) or first
            found.append(Planned(name, Rhythm(own.rhythm, own.zone), since, own=True))
        else:
            usual = job.usual(project.document.contract)
            found.append(Planned(name, usual, first, own=False))
    return tuple(found)


def jobs(project: Project) -> dict[str, Job]:
    """Those that are done in a project."""
    places = project.places.team
    elsewhere = places is not None and project.model != min(team.members(places))
    return {name: one for name, one in JOBS.items() if not (elsewhere and one.of_record)}


def windows(project: Project) -> Windows:
    """As the watch lays them: from the midnight before the first answer; UTC days before any."""
    deployed = publish.history(project)
    first = deployed[0].time if deployed else _EPOCH
    since = first.replace(hour=0, minute=0, second=0, microsecond=0)
    return Windows(since, project.document.contract.watch.window)


def _scheduled(project: Project, command: Schedule) -> Answer:
    if command.rhythm:
        rhythm.checked(command.rhythm, command.zone)
    said = {"job": command.job, "rhythm": command.rhythm, "zone": command.zone}
    project.ledger.append("Scheduled", project.model, project.actor, said)
    return _told(project, command.job)


def _unscheduled(project: Project, command: Unschedule) -> Answer:
    if command.job not in state.schedules(project.ledger, project.model):
        raise Missing(f"{command.job} has no rhythm of its own", hint="mainstay schedule list")
    project.ledger.append("Unscheduled", project.model, project.actor, {"job": command.job})
    return _told(project, command.job)


def _asked_for(project: Project, command: RunNow) -> Answer:
    _refuse_approver(project, command.job)
    number = runs.planned(project.ledger, project.model, command.job, _free(project, command.job))
    if not number:
        raise Conflict(f"{command.job} is to be done already", hint="mainstay runs list")
    runs.said(project.ledger, number, f"asked for by {project.actor.name}")
    return Answer(
        f"Planned {command.job} now, as run {number}; a worker will do it.",
        next=f"mainstay runs show {number}",
        facts={"run": number, "job": command.job},
    )


def _refuse_approver(project: Project, job: str) -> None:
    """Raises Refused for who approves what the job makes; the makers of a run are its worker's."""
    contract = project.document.contract
    approver = contract.access.approver or contract.owner
    if JOBS[job].makes and project.by and project.by.name == approver:
        raise Refused(
            f"{approver} approves versions here: nobody has a hand in what they approve",
            hint="somebody else must ask for it",
        )


def _free(project: Project, job: str) -> datetime:
    """Now, or right after the turn that was planned for now: in a replay the clock stands still."""
    newest = runs.last(project.ledger, project.model, job)
    after = state.moment(newest) + timedelta(microseconds=1) if newest else _EPOCH
    return max(clock.now(), after)


def _told(project: Project, job: str) -> Answer:
    one = next(one for one in rhythms(project) if one.job == job)
    fact = _fact(project, one)
    return Answer(
        f"{job}: {_words(one.rhythm)}, next {fact['next'] or 'never'}.",
        next="mainstay schedule list",
        facts=fact,
    )


def _fact(project: Project, one: Planned) -> dict[str, object]:
    coming = rhythm.following(one.rhythm, windows(project), clock.now())
    newest = runs.listed(project.ledger, project.model, 1, one.job)
    return {
        "job": one.job,
        "says": JOBS[one.job].says,
        "rhythm": one.rhythm.words,
        "zone": one.rhythm.zone,
        "own": one.own,
        "next": text(coming) if coming else "",
        "last": msgspec.to_builtins(newest[0]) if newest else None,
    }


def _line(fact: dict[str, object]) -> str:
    when = _words(Rhythm(str(fact["rhythm"]), str(fact["zone"])))
    last = fact["last"]
    ended = f"last {last['state']}" if isinstance(last, dict) else "never ran"
    return f"{fact['job']:<8} {when:<28} {str(fact['next'])[:16]:<17} {ended}"


def _words(one: Rhythm) -> str:
    if not one.words:
        return "stopped"
    return one.words if one.words == EACH_WINDOW else f"{one.words} {one.zone}"


def _time(project: Project, seq: int) -> datetime | None:
    """Of an event, by its number."""
    found = project.ledger.rows("SELECT time FROM event WHERE seq = ?", seq)
    return state.moment(found[0][0]) if found else None
