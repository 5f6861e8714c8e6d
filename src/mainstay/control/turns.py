"""What ran, what came of it, and its log: the answers to `runs`."""

import msgspec

from mainstay.control import scheduling
from mainstay.control.jobs import JOBS
from mainstay.control.project import Project
from mainstay.control.queries import OneRun, Runs
from mainstay.core import clock, nearest
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Verdict
from mainstay.ledger import leases, runs, state
from mainstay.ledger.runs import Run

GLYPHS = {
    "done": "●", "failed": "◆", "waiting": "▲", "due": "·", "running": "·", "cancelled": "○",
}  # fmt: skip


def asked(project: Project, query: Runs | OneRun) -> Answer:
    """Raises Missing for a run that is not known."""
    match query:
        case Runs():
            return _listed(project, query)
        case OneRun():
            return _one(project, query)


def _listed(project: Project, query: Runs) -> Answer:
    for said, known in ((query.job, JOBS), (query.state, GLYPHS)):
        if said and said not in known:
            raise Mistake(f"{said} is no job and no state", hint=nearest.hint(said, known))
    found = runs.listed(project.ledger, project.model, query.last, query.job, query.state)
    waiting = [one for one in found if one.state == "waiting"]
    return Answer(
        _sentence(found),
        lines=tuple(_line(one) for one in reversed(found)),
        next=f"mainstay runs show {(waiting or found)[0].id}" if found else "mainstay worker",
        facts={
            "model": project.model,
            "runs": [msgspec.to_builtins(one) for one in found],
            "jobs": scheduling.told(project),
        },
    )


def _one(project: Project, query: OneRun) -> Answer:
    run = runs.one(project.ledger, query.id)
    if run is None or run.model != project.model:
        raise Missing(f"there is no run {query.id}", hint="mainstay runs list")
    lines = runs.tail(project.ledger, run.id, query.lines)
    return Answer(
        f"run {run.id}, {run.job}: {_state(run)}.",
        _verdict(run),
        lines=(
            f"due {run.due[:16]}, attempt {run.attempts}"
            + (f", {run.missed} turns before it were missed" if run.missed else ""),
            *((run.headline,) if run.headline else ()),
            *(f"{one.time[11:19]}  {one.text}" for one in lines),
        ),
        next="mainstay runs list",
        facts={
            "run": msgspec.to_builtins(run),
            "lines": [msgspec.to_builtins(one) for one in lines],
            "lease": msgspec.to_builtins(leases.of(project.ledger, runs.name(run.id))),
            "usual": runs.usual(project.ledger, run),
            "now": clock.machine(),
            "version": _awaited(project, run),
        },
    )


def _awaited(project: Project, run: Run) -> str:
    """The version whose approval a run waits for; empty where it waits for nobody."""
    if run.state != "waiting":
        return ""
    known = state.versions(project.ledger, project.model)
    return next((f"v{one.number}" for one in reversed(known) if one.status == "certified"), "")


def _sentence(found: tuple[Run, ...]) -> str:
    if not found:
        return "Nothing ran yet."
    count = {state: sum(one.state == state for one in found) for state in GLYPHS}
    told = ", ".join(f"{count[state]} {state}" for state in GLYPHS if count[state])
    return f"The last {len(found)} runs: {told}."


def _line(run: Run) -> str:
    mark = GLYPHS[run.state]
    return (
        f"{mark} {run.id:>5}  {run.due[:16]}  {run.job:<8} {run.state:<8} {run.headline}".rstrip()
    )


def _state(run: Run) -> str:
    return f"waits for {run.waits}" if run.state == "waiting" else run.state


def _verdict(run: Run) -> Verdict | None:
    """That of what it came to; unsure while it is not over, broken where it failed."""
    if run.state == "failed":
        return Verdict.FAIL
    if run.state == "cancelled":
        return None
    if run.state != "done":
        return Verdict.UNSURE
    return Verdict(run.verdict) if run.verdict else None
