"""The sources of a model as its contract and the newest look know them, and what they feed."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from mainstay.contract.model import Contract
from mainstay.contract.origins import known_as
from mainstay.contract.sources import DECISIONS
from mainstay.control import (
    cataloguing,
    conflicts,
    deploying,
    incidents,
    looks,
    mending,
    remembering,
    versions,
)
from mainstay.control.alike import Conflict
from mainstay.control.mending import Mended
from mainstay.control.project import Project
from mainstay.control.queries import DataChanges
from mainstay.control.remembering import Noted
from mainstay.core.answers import RANK, Answer
from mainstay.core.nouns import Evidence, Verdict
from mainstay.data import lineage
from mainstay.data.lineage import Born
from mainstay.ledger import state

LATEST = 10
"""Occasions on which something changed, that the page shows."""


class SourceStanding(msgspec.Struct, frozen=True):
    """One source. address: where it lies. promises: what was agreed or watched, as last measured.

    incidents: numbers of open ones that it is the cause of. feeds: inputs made of it.
    """

    name: str
    address: str
    columns: int
    rows: int
    promises: tuple[Evidence, ...]
    incidents: tuple[int, ...]
    feeds: tuple[str, ...]

    @property
    def verdict(self) -> Verdict | None:
        """The worst of what has a limit; None where nothing was measured."""
        if self.incidents:
            return Verdict.FAIL
        judged = [
            one.limit.judge(one.estimate) for one in self.promises if one.limit and one.estimate
        ]
        return min(judged, key=RANK.__getitem__, default=None)


class FieldStanding(msgspec.Struct, frozen=True):
    """A column that something is known of or made of. agreed: in words. feeds: inputs of it.

    known: what people should know of it, in words.
    """

    name: str
    source: str
    type: str
    unit: str
    agreed: str
    feeds: tuple[str, ...]
    known: str = ""


class Supply(msgspec.Struct, frozen=True):
    """All that the page of data shows. at: of the newest look, None before there was one."""

    model: str
    decision: str
    version: str
    at: datetime | None
    sources: tuple[SourceStanding, ...]
    fields: tuple[FieldStanding, ...]
    inputs: tuple[str, ...]
    changes: tuple[Noted, ...] = ()
    mended: tuple[Mended, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def asked(project: Project) -> Answer:
    """Worst first; facts: all of it."""
    made = supply(project)
    broken = [one.name for one in made.sources if one.verdict is Verdict.FAIL]
    unknown = sum(one.verdict is None for one in made.sources)
    rest = f"; {unknown} not looked at yet" if unknown else ""
    total = len(made.sources)
    told = (
        f"{len(broken)} of {total} sources break a promise: {', '.join(broken)}"
        if broken
        else f"No source of {total} breaks a promise"
    )
    verdict = min((one.verdict for one in made.sources), key=RANK.__getitem__)
    return Answer(
        f"{told}{rest}.",
        verdict,
        lines=(
            *(f"{one.name}: {len(one.feeds)} inputs" for one in made.sources),
            *(one.sentence for one in made.mended),
        ),
        next="mainstay incident list" if broken else "mainstay watch",
        facts={"supply": msgspec.to_builtins(made)},
    )


def supply(project: Project) -> Supply:
    """As of the newest look; inputs and rows are of the version that answers, or the newest."""
    contract, version = project.document.contract, answering(project)
    born = versions.born(project, version) if version else None
    seen = looks.newest(project)
    return Supply(
        model=contract.model,
        decision=contract.objective.decision,
        version=f"v{version.number}" if version else "",
        at=seen.at if seen else None,
        sources=tuple(sorted(_sources(project, born, seen), key=lambda one: RANK[one.verdict])),
        fields=tuple(_fields(contract, born)),
        inputs=tuple(one.name for one in born.outputs) if born else (),
        changes=remembering.noted(project, DataChanges())[:LATEST],
        mended=mending.found(project),
        conflicts=conflicts.on_record(project).open,
    )


def answering(project: Project) -> state.Version | None:
    """The live version, else the newest; None before one was built."""
    known = state.versions(project.ledger, project.model)
    live = deploying.live(project)
    if live:
        return next(one for one in known if one.number == live[0].version)
    return known[-1] if known else None


def _sources(
    project: Project, born: Born | None, seen: looks.Look | None
) -> Iterator[SourceStanding]:
    contract, held = project.document.contract, incidents.held(project.ledger, project.model)
    found = seen.evidence if seen else ()
    for name in lineage.sources(contract):
        address = lineage.address(contract, name)
        read = [one for one in born.datasets if one.uri == address] if born else []
        yield SourceStanding(
            name,
            address,
            len(read[0].columns) if read else 0,
            read[0].rows if read else 0,
            tuple(one for one in found if _speaks_of(one.clause, name)),
            tuple(one.incident.id for one in held if name in one.finding.columns),
            lineage.inputs_of(contract, born, name) if born else (),
        )


def _speaks_of(clause: str, name: str) -> bool:
    """`schema, weather` and `sla, weather, rows a day` speak of weather."""
    return name in clause.split(", ")[1:]


def _fields(contract: Contract, born: Born | None) -> Iterator[FieldStanding]:
    """Those the contract agrees on first, then what is read, then what is only known."""
    told = {(one.source, one.column): one.known for one in cataloguing.entries(contract)}
    names = dict.fromkeys((*contract.data.fields, *(born.request if born else ())))
    yield from (_field(contract, born, name, told) for name in names)
    for (source, column), known in told.items():
        if column and not set(known_as(contract, source, column)) & names.keys():
            yield FieldStanding(column, source, "", "", "", (), known)


def _field(
    contract: Contract, born: Born | None, name: str, told: dict[tuple[str, str], str]
) -> FieldStanding:
    taken = {
        each.name: (source, each.column)
        for source, one in contract.data.context.items()
        for each in one.take
    }
    source, column = taken.get(name, (DECISIONS, name))
    clause = contract.data.fields.get(name)
    return FieldStanding(
        name,
        source,
        clause.type if clause else "",
        clause.unit if clause else "",
        _agreed(clause.model_dump(exclude_defaults=True)) if clause else "",
        lineage.inputs(contract, born, source, (column,)) if born else (),
        told.get((source, column), ""),
    )


def _agreed(stated: dict[str, object]) -> str:
    """What is written of it, but for type and unit."""
    rest = {name: value for name, value in stated.items() if name not in ("type", "unit")}
    return ", ".join(f"{name} {_value(value)}" for name, value in rest.items())


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return " to ".join("open" if each is None else _value(each) for each in value)
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
