"""`contract check` and `contract explain`: the document alone, without a ledger."""

from pathlib import Path

import msgspec

from mainstay.contract import document
from mainstay.contract import explain as clauses
from mainstay.contract.document import Document
from mainstay.contract.explain import Explained
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.life.build import build
from mainstay.trainer import training


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


def _checked_names(read: Document, places: Places) -> int:
    """Names against the tables and features() as they are now; how many inputs there are."""
    order = build.Order(read, places, None, None, clock.now())
    rows = build.started(order).rows
    return len(training.checked_outputs(read, places, rows))


def _line(one: Explained) -> str:
    value = msgspec.json.encode(one.value).decode()
    where = ", ".join(one.where) or "for people"
    return f"{one.path}: {value}{'' if one.stated else ' (default)'}  {one.meaning} [{where}]"
