"""`labels --ask`: which decisions to label next, within a budget, on record with their chances."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from mainstay.control import field, incidents
from mainstay.control.commands import AskLabels
from mainstay.control.project import Project
from mainstay.core import clock, digest
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Mistake, Refused
from mainstay.core.nouns import Event
from mainstay.ledger import blobs
from mainstay.ledger.chain import Head
from mainstay.life.watch import ask as drawing
from mainstay.life.watch.design import Ask

OUT = "to_label.csv"
KIND = "LabelsAsked"


class Budget(NamedTuple):
    """What may still be asked for: None without a budget; again: when more may be."""

    left: int | None
    again: datetime | None


def ask(project: Project, command: AskLabels) -> Answer:
    """Draws rows, writes them down and then to a file; the same ask again gives the same rows.

    Raises Mistake, Refused where the budget is spent or keys are hidden, Missing before a
    deployment.
    """
    _check(project, command)
    last = _repeated(project, command.count)
    if last is not None:
        return _answer(project, command, field.ask(project, last), fresh=False)
    allowed = budget(project)
    if allowed.left == 0:
        again = f"{allowed.again:%Y-%m-%d %H:%M} UTC" if allowed.again else ""
        raise Refused("all labels of the budget were asked for", hint=f"more from {again} on")
    count = min(command.count, command.count if allowed.left is None else allowed.left)
    before = project.ledger.head()
    held = incidents.held(project.ledger, project.model)
    order = field.order(project, clock.now(), held)
    found = drawing.asked(order, count, _seed(project, count))
    if found is None:
        return Answer(
            "Nothing to ask: each newest answer has its label, or was asked for, or is too young.",
            next="mainstay status",
            facts={"asked": 0, "budget_left": allowed.left},
        )
    _recorded(project, command, found, before)
    return _answer(project, command, found, fresh=True)


def budget(project: Project) -> Budget:
    """By what was asked for within the length of the budget, until now."""
    stated = project.document.contract.data.label.budget
    if stated is None:
        return Budget(None, None)
    many, length = stated
    spent = [one for one in _events(project) if one.time > clock.now() - length]
    left = max(many - sum(one.payload["rows"] for one in spent), 0)
    return Budget(left, spent[0].time + length if spent else None)


def _check(project: Project, command: AskLabels) -> None:
    if command.count <= 0:
        raise Mistake(f"--ask {command.count} asks for nothing", hint="ask for one label or more")
    contract = project.document.contract
    key = contract.data.decisions.key
    if key in contract.serve.journal.pseudonymise:
        raise Refused(
            f"the journal holds {key} as pseudonyms, by which nobody could label a decision",
            hint="choose decisions where their keys are known, and bring labels as usual",
        )


def _events(project: Project) -> list[Event]:
    return list(project.ledger.events(kind=KIND, subject=project.model))


def _repeated(project: Project, count: int) -> Event | None:
    """The last ask, where it was for as many and nothing of the model is on record since."""
    newest = project.ledger.newest(1, subject=project.model)
    same = newest and newest[0].kind == KIND and newest[0].payload["asked"] == count
    return newest[0] if same else None


def _seed(project: Project, count: int) -> int:
    """By what is on record: whoever holds the ledger can draw again."""
    return int(digest.of_value([str(project.ledger.head()), count])[:16], 16)


def _recorded(project: Project, command: AskLabels, found: Ask, before: Head) -> None:
    """Raises Conflict where something else came on record meanwhile: another ask, perhaps."""
    sha = blobs.stored(project.places.blobs, digest.canonical(found))
    payload = {
        "version": found.design.version, "asked": command.count, "rows": len(found.rows),
        "of": found.design.rows, "since": found.design.window.since,
        "until": found.design.window.until, "blobs": [sha],
    }  # fmt: skip
    with project.ledger.transaction():
        if project.ledger.head() != before:
            raise Conflict("something else was recorded meanwhile", hint="do it again")
        project.ledger.append(KIND, project.model, project.actor, payload)


def _answer(project: Project, command: AskLabels, found: Ask, *, fresh: bool) -> Answer:
    stated = project.document.contract.data.decisions
    out = project.places.folder / (command.out or OUT)
    drawing.written(out, stated.key, stated.time, found.rows)
    left = budget(project).left
    count, random = len(found.rows), sum(one.random for one in found.rows)
    again = "" if fresh else " again, as nothing is on record since"
    return Answer(
        f"Asked for {count:,} labels of {found.design.rows:,} answers{again}: {out}.",
        lines=(
            f"{random:,} at random, {count - random:,} where a label is worth most: {_why(found)}",
            *(() if left is None else (f"{left:,} of the budget are left",)),
        ),
        next="mainstay labels FILE",
        facts={
            "asked": count, "of": found.design.rows, "random": random, "file": str(out),
            "repeated": not fresh, "budget_left": left,
            "rows": [msgspec.to_builtins(one) for one in found.rows],
        },
    )  # fmt: skip


def _why(found: Ask) -> str:
    """How many rows each reason speaks for; a row may have several."""
    reasons = [name for one in found.rows for name in one.why if name != drawing.RANDOM]
    counts = {name: reasons.count(name) for name in dict.fromkeys(reasons)}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none stands out"
