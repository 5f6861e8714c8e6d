"""`runs cancel`: nobody does a run any more, for a reason on record."""

from mainstay.control.commands import CancelRun
from mainstay.control.project import Project
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.ledger import runs


def cancel(project: Project, command: CancelRun) -> Answer:
    """Takes the run from whoever is at it. Raises Missing, Mistake without a reason, Conflict."""
    because = command.because.strip()
    if not because:
        raise Mistake("calling off a run needs its reason", hint='--because "..."')
    run = runs.one(project.ledger, command.run)
    if run is None or run.model != project.model:
        raise Missing(f"there is no run {command.run}", hint="mainstay runs list")
    who = project.actor
    with project.ledger.transaction():
        runs.cancelled(project.ledger, run.id, f"called off by {who.name}: {because}")
        said = {"run": run.id, "job": run.job, "because": because}
        project.ledger.append("RunCancelled", project.model, who, said)
    lines = ("Whoever is at it stops at its next step; what it left on record stays.",)
    return Answer(
        f"run {run.id}, {run.job}, is called off.",
        lines=lines if run.state == "running" else (),
        next="mainstay runs list",
        facts=said,
    )
