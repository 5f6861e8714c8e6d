"""`find`: models, versions, incidents, fields and clauses that hold a text."""

from collections.abc import Iterator

import msgspec

from mainstay.contract import explain as clauses
from mainstay.contract import odcs
from mainstay.contract.model import Contract
from mainstay.control import incidents
from mainstay.control.project import Project
from mainstay.control.queries import Find
from mainstay.core.answers import Answer
from mainstay.data import lineage
from mainstay.ledger import state

MOST = 50


class Found(msgspec.Struct, frozen=True):
    """kind: model, version, incident, source, column, field or clause. says: what it is."""

    model: str
    kind: str
    name: str
    says: str


def find(project: Project, query: Find) -> Answer:
    """Those whose name holds it first; at most fifty."""
    words = query.text.casefold().split()
    every = [one for one in _every(project) if holds(f"{one.name} {one.says}", words)]
    every.sort(key=lambda one: not holds(one.name, words))
    found = every[:MOST] if words else []
    more = f", the first {MOST} of them" if len(every) > MOST else ""
    return Answer(
        f"{len(every):,} found{more}." if words else "Nothing was asked for.",
        lines=tuple(f"{one.kind:<9}{one.name}: {one.says}" for one in found),
        facts={"text": query.text, "found": [msgspec.to_builtins(one) for one in found]},
    )


def holds(text: str, words: list[str]) -> bool:
    """Whether a text has all of the words, whatever their case."""
    folded = text.casefold()
    return all(word in folded for word in words)


def columns(contract: Contract) -> Iterator[Found]:
    """Those of sources of which people should know something."""
    for name in lineage.sources(contract):
        for column, about in odcs.source(contract, name).columns.items():
            personal = "personal" if about.personal else ""
            says = "; ".join(filter(None, (about.meaning, about.classification, personal)))
            yield Found(contract.model, "column", f"{name}.{column}", says)


def _every(project: Project) -> Iterator[Found]:
    contract = project.document.contract
    yield Found(contract.model, "model", contract.model, contract.objective.decision)
    for version in state.versions(project.ledger, project.model):
        yield Found(
            contract.model, "version", f"v{version.number}", f"{contract.model}, {version.status}"
        )
    for one in incidents.every(project.ledger, project.model):
        state_ = "over" if one.closed else "open"
        says = f"{one.finding.what}: {one.finding.cause} ({state_})"
        yield Found(contract.model, "incident", str(one.incident.id), says)
    for name in lineage.sources(contract):
        about = odcs.source(contract, name).about
        meaning = about.meaning if about and about.meaning else "what it promised, what it feeds"
        yield Found(contract.model, "source", name, meaning)
    yield from columns(contract)
    for name, field in contract.data.fields.items():
        yield Found(contract.model, "field", name, f"{field.type} {field.unit or ''}".rstrip())
    for clause in clauses.explained(contract):
        yield Found(contract.model, "clause", clause.path, clause.meaning)
