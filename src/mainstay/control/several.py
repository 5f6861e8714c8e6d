"""What is asked of all models of a team at once: how they stand, what burns, what waits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from mainstay.control import (
    briefs,
    impacting,
    judging,
    matters,
    project,
    reading,
    roles,
    team,
)
from mainstay.control.briefs import Standing
from mainstay.control.finding import MOST, Found, columns, holds
from mainstay.control.project import Project
from mainstay.control.queries import (
    Approvals,
    Find,
    History,
    Impact,
    Incident,
    Incidents,
    OfProject,
    Record,
    Status,
    VerifyLedger,
)
from mainstay.control.roles import Principal
from mainstay.core import clock
from mainstay.core.answers import GLYPHS, RANK, Answer
from mainstay.core.errors import MainstayError, Mistake
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.core.progress import Tell
from mainstay.data import lineage
from mainstay.ledger import state
from mainstay.ledger.state import Version

DECIDED = 15
"""Decisions of all models that a list holds: each is looked up in its project (bench.pages)."""


def answer(folder: Path, query: OfProject, tell: Tell, by: Principal | None) -> Answer:
    """Raises Mistake for what only one model can answer."""
    with opened(folder, tell, by) as made:
        match query:
            case Incidents() | Incident():
                return matters.asked(made, query)
            case Approvals():
                return _approvals(made, query)
            case Find():
                return _found(made, query)
            case Status():
                return _status(made)
            case History() | Record() | VerifyLedger():
                return _on_record(made, query)
            case Impact():
                return impacting.of_team(made, query)
            case _:
                raise Mistake(
                    "this is asked of one model, and here is a team of them",
                    hint="--folder of its project, or MAINSTAY_URL=.../models/NAME",
                )


def _on_record(made: Project, query: History | Record | VerifyLedger) -> Answer:
    match query:
        case History():
            return reading.history(made, query)
        case Record():
            return reading.record(made, query)
        case VerifyLedger():
            return reading.verify_ledger(made, query)


def opened(folder: Path, tell: Tell, by: Principal | None) -> Project:
    """The team as one project without a contract, that speaks of what who asks may read.

    Of a project it is the project, also before it has a contract.
    """
    made = project.of_people(folder, tell, by)
    return replace(made, models=readable(made.places, by)) if by and made.places.is_team else made


def readable(places: Places, by: Principal) -> frozenset[str]:
    """Models of the team that somebody may read."""
    now = clock.machine()
    return frozenset(
        name for name in team.members(places) if "read" in roles.permissions(by, name, now)
    )


def _status(made: Project) -> Answer:
    """A line for each, the worst first."""
    some = sorted(briefs.refreshed(made), key=lambda one: RANK[one.shown.verdict])
    broken = [one for one in some if one.shown.verdict is Verdict.FAIL]
    holding = sum(one.shown.verdict is Verdict.PASS for one in some)
    return Answer(
        f"{len(some)} models: {len(broken)} broken, {holding} hold,"
        f" {len(some) - len(broken) - holding} unsure or unknown.",
        briefs.worst(tuple(some)),
        lines=tuple(_line(one) for one in some),
        next=f"mainstay --folder {some[0].folder} status" if some else "mainstay init",
        facts={"models": [fact(one) for one in some]},
    )


def _line(one: Standing) -> str:
    shown = one.shown
    return f"{GLYPHS[shown.verdict]} {one.model}  {shown.version}  {shown.sentence[2:]}"


def fact(one: Standing) -> dict[str, object]:
    """Of one, for a script."""
    shown = one.shown
    return {
        "model": one.model, "owner": shown.owner, "version": shown.version, "at": shown.at,
        "verdict": shown.verdict, "sentence": shown.sentence, "fresh": one.fresh,
        "questions": msgspec.to_builtins(shown.questions),
        "tasks": msgspec.to_builtins(shown.tasks),
    }  # fmt: skip


def _approvals(made: Project, query: Approvals) -> Answer:
    """Of all models: what waits, then what was decided last."""
    waiting = _ours(made, state.standing(made.ledger, "certified"))
    past = state.standing(made.ledger, "approved", "rejected", most=min(query.last, DECIDED))
    facts = {
        "waiting": list(_told(made, waiting)),
        "decided": list(_told(made, _ours(made, past))),
    }
    return Answer(
        f"{len(waiting)} {'version waits' if len(waiting) == 1 else 'versions wait'} for a"
        " signature."
        if waiting
        else "Nothing waits for a signature.",
        Verdict.UNSURE if waiting else None,
        facts=facts,
    )


def _told(made: Project, some: tuple[Version, ...]) -> Iterator[dict[str, object]]:
    folders = team.members(made.places)
    for one in some:
        if one.model in folders:
            with project.opened(folders[one.model]) as opened_:
                yield judging.queued(opened_, one)


def _ours(made: Project, some: tuple[Version, ...]) -> tuple[Version, ...]:
    return tuple(one for one in some if not made.elsewhere(one.model))


def _found(made: Project, query: Find) -> Answer:
    """Models, versions, open incidents, sources and fields; a clause is sought in one model."""
    words = query.text.casefold().split()
    every = [one for one in _every(made) if holds(f"{one.name} {one.says}", words)]
    every.sort(key=lambda one: not holds(one.name, words))
    found = every[:MOST] if words else []
    more = f", the first {MOST} of them" if len(every) > MOST else ""
    return Answer(
        f"{len(every):,} found{more}." if words else "Nothing was asked for.",
        lines=tuple(f"{one.model} {one.kind:<9}{one.name}: {one.says}" for one in found),
        facts={"text": query.text, "found": [msgspec.to_builtins(one) for one in found]},
    )


def _every(made: Project) -> Iterator[Found]:
    for model, folder in team.members(made.places).items():
        if not made.elsewhere(model):
            yield from _of_contract(model, folder)
    for one in state.standing(made.ledger, "approved", "certified", "refused"):
        if not made.elsewhere(one.model):
            yield Found(one.model, "version", f"v{one.number}", f"{one.model}, {one.status}")
    for each in state.open_incidents(made.ledger):
        if not made.elsewhere(each.model):
            says = f"{each.model}: {each.what} (open)"
            yield Found(each.model, "incident", str(each.id), says)


def _of_contract(model: str, folder: Path) -> Iterator[Found]:
    try:
        contract = project.contract(Places(folder).contract).contract
    except MainstayError:
        return
    yield Found(model, "model", model, contract.objective.decision)
    for name in lineage.sources(contract):
        yield Found(model, "source", name, f"of {model}")
    yield from columns(contract)
    for name, field in contract.data.fields.items():
        yield Found(model, "field", name, f"{field.type} {field.unit or ''} of {model}")
