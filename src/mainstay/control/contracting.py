"""`contract check`, `explain`, `schema` and `diff`: the document, and the revisions on record."""

import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.contract import diff as differences
from mainstay.contract import document
from mainstay.contract import explain as clauses
from mainstay.contract import schema as schemas
from mainstay.contract.diff import Opens
from mainstay.contract.document import Document
from mainstay.contract.explain import Explained
from mainstay.control.project import Project
from mainstay.control.queries import DiffContract
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.life.build import build
from mainstay.trainer import training

OPENED: dict[Opens, str] = {
    "rebuild": "a version has to be built, certified and approved again",
    "recertify": "a version has to be certified and approved again",
    "re-approve": "a certificate has to be approved again",
    "watch": "only what is watched changes, from the next look on",
    "nothing": "nothing has to be done again",
}
NEXT: dict[Opens, str] = {
    "rebuild": "build", "recertify": "build", "re-approve": "build", "watch": "watch",
    "nothing": "status",
}  # fmt: skip
"""A version is bound to the text it was built for: whatever it asks again begins with a build."""


class Stated(NamedTuple):
    """A contract and how it is called."""

    name: str
    document: Document


def check(folder: Path) -> Answer:
    """Raises Mistakes with every one of them: of the text, then of names in tables and features."""
    places = Places(folder)
    read = document.read(places.contract)
    inputs = _checked_names(read, places)
    contract = read.contract
    return Answer(
        f"contract.yaml holds no mistake: {contract.model}, owned by {contract.owner}.",
        Verdict.PASS,
        lines=(
            f"{len(contract.objective.good_enough)} goals, {inputs} model inputs",
            f"{len(contract.data.fields)} fields, {len(contract.data.rules)} rules",
        ),
        next="mainstay assess",
        facts={"model": contract.model, "digest": read.digest},
    )


def explain(folder: Path) -> Answer:
    """Every clause, what it says here or by default, and where it is enforced."""
    read = document.read(Places(folder).contract)
    found = clauses.explained(read.contract)
    defaults = sum(not one.stated for one in found)
    return Answer(
        f"{read.contract.model}: {len(found)} clauses, {defaults} of them by default.",
        lines=tuple(map(_line, found)),
        next="mainstay contract check",
        facts={"clauses": [msgspec.to_builtins(one) for one in found]},
    )


def schema() -> Answer:
    """facts: the schema itself."""
    return Answer(
        "The language of contracts as a JSON Schema (2020-12).",
        next="mainstay contract check",
        facts={"schema": schemas.schema()},
    )


def diff(project: Project, query: DiffContract) -> Answer:
    """In words, what weighs most first. Raises Missing, Mistake, Mistakes."""
    old = _stated(project, query.old, newest=True)
    new = _stated(project, query.new, newest=False)
    found = differences.changes(old.document.contract, new.document.contract)
    opens = [one for one in differences.ORDER if any(each.opens == one for each in found)]
    said = f"{old.name} and {new.name} say the same" if not found else _opened(len(found), opens)
    return Answer(
        f"{new.document.contract.model}: {said}.",
        lines=tuple(f"{one.opens:<10}  {one.words}  {one.meaning}" for one in found),
        next=f"mainstay {NEXT[opens[0]] if opens else 'status'}",
        facts={
            "old": old.document.digest,
            "new": new.document.digest,
            "opens": opens,
            "changes": [{**msgspec.to_builtins(one), "words": one.words} for one in found],
        },
    )


def _opened(count: int, opens: list[Opens]) -> str:
    return f"{count} clause{'s' if count > 1 else ''} changed; {OPENED[opens[0]]}"


def _stated(project: Project, said: str, *, newest: bool) -> Stated:
    """A revision on record, a text, or by default one of both."""
    if not said and not newest:
        return Stated("contract.yaml", project.document)
    if said and not re.fullmatch(r"r?[1-9]\d*", said):
        return Stated("the other", document.parsed(said.encode(), project.places.contract))
    events = list(project.ledger.events(kind="ContractRegistered", subject=project.model))
    wanted = int(said.removeprefix("r")) if said else len(events)
    event = next((one for one in events if one.payload["revision"] == wanted), None)
    if event is None:
        known = f"known: r1 to r{len(events)}" if events else "mainstay build registers one"
        raise Missing(
            f"no revision {said or ''} of the contract is on record".replace("  ", " "), known
        )
    name = f"r{wanted}"
    text = str(event.payload["text"])
    return Stated(name, document.parsed(text.encode(), Path(f"{name} of contract.yaml")))


def _checked_names(read: Document, places: Places) -> int:
    """Names against the tables and features() as they are now; how many inputs there are."""
    order = build.Order(read, places, None, None, clock.now())
    rows = build.started(order).rows
    return len(training.checked_outputs(read, places, rows))


def _line(one: Explained) -> str:
    value = msgspec.json.encode(one.value).decode()
    where = ", ".join(one.where) or "for people"
    return f"{one.path}: {value}{'' if one.stated else ' (default)'}  {one.meaning} [{where}]"
