"""`impact`: what a change of a source would break or move, and who must be told of it first."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.bundle import runtime
from mainstay.contract.model import Contract
from mainstay.control import following, roles, sourcing, team, telling, versions
from mainstay.control import project as projects
from mainstay.control.channels.note import Note
from mainstay.control.commands import TellImpact
from mainstay.control.project import Project
from mainstay.control.queries import Impact
from mainstay.control.roles import Seat
from mainstay.core import clock, nearest
from mainstay.core.answers import GLYPHS, RANK, Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Evidence, Verdict
from mainstay.core.places import Places
from mainstay.data import becoming, lineage, openlineage, reading, rows, schema
from mainstay.data.openlineage import Named
from mainstay.data.source import Reader
from mainstay.ledger import state
from mainstay.life.assess import impact as life
from mainstay.life.assess.impact import Asked, Replayed

TOLD = "ImpactTold"
METHOD = "recent decisions given again with the change and without it; days and entities as blocks"
_LABELS = ("LabelsReceived", "LabelsVouched")
_HEARS = {
    "data-engineer": "looks after sources", "ml-engineer": "looks after what answers",
    "data-scientist": "looks after the model", "approver": "approves versions",
}  # fmt: skip


class Person(msgspec.Struct, frozen=True):
    """Somebody who must be told, and why."""

    name: str
    why: str


class Hit(msgspec.Struct, frozen=True):
    """What the change does to one model. source: what its contract calls the source."""

    model: str
    version: str
    source: str
    found: life.Impact
    told: tuple[Person, ...]

    @property
    def verdict(self) -> Verdict:
        """Broken where something stops, unsure where answers move or nobody knows."""
        found, again = self.found, self.found.replayed
        if found.breaks:
            return Verdict.FAIL
        if not found.read or (again and not _moves(again)):
            return Verdict.PASS
        return Verdict.UNSURE


def impact(project: Project, query: Impact) -> Answer:
    """Of the project's model. Raises Mistake for an unknown source, column or change."""
    return _answer(query, _of_one(project, query))


def of_team(made: Project, query: Impact) -> Answer:
    """Of every model of a team that reads the source, by whatever name."""
    return _answer(query, _of_all(made, query))


def tell(opened: Project, command: TellImpact) -> Answer:
    """The same, on record at each model, and put aside for the people it names.

    Who is told by no channel still stands in the answer: somebody must tell them.
    """
    query = Impact(command.field, command.becomes, command.rows, command.days)
    hits = (_of_all if opened.places.is_team else _of_one)(opened, query)
    answer = _answer(query, hits)
    with opened.ledger.transaction():
        taken = max(_told(opened, query, one) for one in hits)
    how = f"put aside for {taken} channels" if taken else "no channel takes mentions: tell them"
    told = (*answer.lines, f"on record; {how}")
    return msgspec.structs.replace(answer, lines=told, facts={**answer.facts, "channels": taken})


def _told(opened: Project, query: Impact, one: Hit) -> int:
    """How many channels take it."""
    names, lines = tuple(dict.fromkeys(each.name for each in one.told)), tuple(_lines(one))
    said = {
        "field": query.field, "becomes": query.becomes, "version": one.version,
        "verdict": one.verdict, "told": [msgspec.to_builtins(each) for each in one.told],
        "says": list(lines),
    }  # fmt: skip
    event = opened.ledger.append(TOLD, one.model, opened.actor, said)
    title = f"{query.field} is to become {query.becomes}: {one.model}"
    note = Note(
        f"{one.model}-{event.seq}", "mention", event.time, (one.model,), title,
        "\n".join((f"{event.actor.name} says before it is done:", title, *lines)),
        telling.link(opened, f"/models/{one.model}/life"), to=names,
    )  # fmt: skip
    return telling.noted(opened, note, lambda each: getattr(each, "mentions", False))


def _of_one(project: Project, query: Impact) -> tuple[Hit, ...]:
    wanted = _wanted({project.model: project.places.folder}, query)
    return tuple(_hits(project, query, wanted))


def _of_all(made: Project, query: Impact) -> tuple[Hit, ...]:
    folders = {
        name: folder
        for name, folder in team.members(made.places).items()
        if not made.elsewhere(name)
    }
    wanted = _wanted(folders, query)
    hits: list[Hit] = []
    for folder in folders.values():
        with projects.opened(folder, made.tell, made.by) as one:
            hits += _hits(one, query, wanted)
    return (*hits, *_followed(made, folders, hits))


def _followed(made: Project, folders: dict[str, Path], hits: list[Hit]) -> Iterator[Hit]:
    """Models that read what batches of those write whose answers move, and so on; each once."""
    seen = {one.model for one in hits if one.found.read}
    moved = [one.model for one in hits if one.verdict is not Verdict.PASS]
    while moved:
        by = moved.pop(0)
        written = following.outputs(made.ledger, by)
        for name, folder in folders.items() if written else ():
            found = [one.name for one in _sources(folder) if following.reads(one.place, written)]
            if name in seen or not found:
                continue
            with projects.opened(folder, made.tell, made.by) as project:
                hit = _behind(project, found[0], by)
            if hit.found.read:
                seen.add(name)
                moved.append(name)
                yield hit


def _behind(project: Project, source: str, by: str) -> Hit:
    """Nothing is given again: what it will read is known once the other was scored anew."""
    contract, version = project.document.contract, sourcing.answering(project)
    born = versions.born(project, version) if version else None
    inputs = lineage.inputs(contract, born, source, following.ANSWERS) if born else ()
    why = f"{source} is what batches of {by} wrote: it moves with them, by how much nobody knows"
    found = life.Impact(read=bool(inputs) or born is None, inputs=inputs, why=why)
    name = f"v{version.number}" if version else ""
    return Hit(contract.model, name, source, found, _people(project, contract))


def _wanted(folders: dict[str, Path], query: Impact) -> frozenset[Named]:
    """Where the source lies that is meant, by its address or a name that some contract gives it."""
    source, _, column = query.field.rpartition(".")
    if not source or not column:
        hint = "for example weather.temp, or data/weather.csv.temp"
        raise Mistake(f"{query.field!r} names no column of a source", hint)
    known = [one for folder in folders.values() for one in _sources(folder)]
    found = frozenset(one.place for one in known if source in (one.name, one.address))
    if not found:
        names = sorted({one.name for one in known})
        raise Mistake(f"no source is called {source}", nearest.hint(source, names))
    return found


class _Source(NamedTuple):
    """As a contract calls and writes it, and where that is."""

    name: str
    address: str
    place: Named


def _sources(folder: Path) -> Iterator[_Source]:
    contract = projects.contract(Places(folder).contract).contract
    for name in lineage.sources(contract):
        place = openlineage.source(contract, folder, name)
        yield _Source(name, lineage.address(contract, name), place)


def _hits(project: Project, query: Impact, wanted: frozenset[Named]) -> Iterator[Hit]:
    contract, places = project.document.contract, project.places
    for one in _sources(places.folder):
        if one.place in wanted:
            yield _hit(project, contract, query, one.name)


def _hit(project: Project, contract: Contract, query: Impact, source: str) -> Hit:
    version = sourcing.answering(project)
    if version is None:
        found = life.Impact(read=True, why="no version was built: what hangs on it is not known")
        return Hit(contract.model, "", source, found, _people(project, contract))
    project.tell(f"giving decisions of {contract.model} again")
    places, name = project.places, f"v{version.number}"
    reader = reading.reader(contract, places)
    change = _change(contract, reader, source, query)
    opened = runtime.opened(
        places.bundle(version.bundle), places.environments, expected=version.bundle, version=name
    )
    try:
        asked = Asked(
            contract, reader, opened, versions.born(project, version), clock.now(),
            query.rows, query.days, contract.train.seed,
        )  # fmt: skip
        found = life.impact(asked, source, change)
    finally:
        opened.close()
    return Hit(contract.model, name, source, found, _people(project, contract))


def _change(contract: Contract, reader: Reader, source: str, query: Impact) -> becoming.Becoming:
    column = query.field.rpartition(".")[2]
    types = schema.types(rows.named(contract, reader, source).table)
    if column not in types:
        raise Mistake(f"{source} has no column {column}", nearest.hint(column, types))
    fields = contract.data.fields
    named = (one for one in lineage.called(contract, source, column) if one in fields)
    unit = next((fields[one].unit or "" for one in named), "")
    return becoming.becoming(query.becomes, column, types, unit)


def _people(project: Project, contract: Contract) -> tuple[Person, ...]:
    """The owner, who signs, who looks after it here, and who sends labels; each once."""
    found = [Person(contract.owner, "owner")]
    if contract.access.approver:
        found.append(Person(contract.access.approver, "approver"))
    now = clock.machine()
    for one in state.grants(project.ledger):
        seat = Seat(one.role, one.model, state.moment(one.expires) if one.expires else None)
        held = roles.permissions(roles.Principal(one.name, (seat,)), contract.model, now)
        if one.role in _HEARS and held:
            found.append(Person(one.name, _HEARS[one.role]))
    senders = project.ledger.events(kind=_LABELS, subject=contract.model)
    found += [Person(one.actor.name, "sends labels") for one in senders]
    return tuple(dict.fromkeys(found))


def _moves(again: Replayed) -> bool:
    """Also where it is not known: that is no rest."""
    return (
        again.before != again.after
        or any(one is None or one.value != 0 for one in (again.moved, again.money))
        or (again.flipped is not None and again.flipped.value != 0)
    )


def _answer(query: Impact, hits: tuple[Hit, ...]) -> Answer:
    if not hits:
        raise Missing(f"nothing reads {query.field}", hint="mainstay status")
    broken = [one.model for one in hits if one.verdict is Verdict.FAIL]
    moved = [one.model for one in hits if one.verdict is Verdict.UNSURE]
    told = {"breaks": broken, "moves": moved}
    said = "; ".join(f"{', '.join(some)} {what}" for what, some in told.items() if some)
    said = said or f"no answer of {', '.join(one.model for one in hits)} moves"
    return Answer(
        f"Were {query.field} to become {query.becomes}: {said}.",
        min((one.verdict for one in hits), key=RANK.__getitem__),
        tuple(each for one in hits for each in _evidence(one)),
        tuple(line for one in hits for line in _lines(one)),
        facts={"field": query.field, "becomes": query.becomes,
               "models": [{**msgspec.to_builtins(one), "verdict": one.verdict} for one in hits]},
    )  # fmt: skip


def _evidence(one: Hit) -> Iterator[Evidence]:
    again = one.found.replayed
    if again is None:
        return
    found = {
        "scores move by": again.moved, "decisions that flip": again.flipped,
        "money moves by, per 1,000": again.money,
    }  # fmt: skip
    for clause, seen in found.items():
        if seen is not None:
            yield Evidence(
                clause=f"{one.model}: {clause}", subject=one.version, method=METHOD,
                population=f"{again.rows:,} decisions", window=again.window, estimate=seen,
            )  # fmt: skip


def _lines(one: Hit) -> Iterator[str]:
    feeds = ", ".join(one.found.inputs) or "no input"
    what = f"feeds {feeds}" if one.found.read else "nothing is made of it"
    yield f"{GLYPHS[one.verdict]} {one.model} {one.version}: {what}"
    yield from (f"    ◆ {each}" for each in one.found.breaks)
    if one.found.why and not one.found.breaks:
        yield f"    ▲ {one.found.why}"
    if one.found.replayed:
        yield f"    {_guard(one.found.replayed)}"
    people = "; ".join(f"{each.name} ({each.why})" for each in one.told)
    yield f"    tell {people}"


def _guard(again: Replayed) -> str:
    changed = [
        f"{name} {was:,} → {again.after[name]:,}"
        for name, was in again.before.items()
        if again.after[name] != was
    ]
    span = f"{again.window.since:%Y-%m-%d} to {again.window.until:%Y-%m-%d}"
    what = ", ".join(changed) or "the guard does the same"
    return f"of {again.rows:,} decisions, {span}: {what}"
