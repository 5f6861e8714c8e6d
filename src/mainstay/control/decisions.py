"""`decisions`: what was asked about one key and answered to it, as the journal has it."""

from typing import Any

import pyarrow.compute as pc

from mainstay.bundle import manifest
from mainstay.control import field, labelling
from mainstay.control.project import Project
from mainstay.control.queries import Decisions
from mainstay.core import pseudonyms, settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import TEXT
from mainstay.data import journal
from mainstay.data.records import (
    AT,
    BREACHES,
    DECISION,
    FLAGS,
    OUTCOME,
    PLACE,
    RESERVED,
    SCORE,
    VERSION,
)
from mainstay.ledger import state
from mainstay.life.build import build

MASK = "hidden"
MOST = 100
_ANSWER = {
    "at": AT, "outcome": OUTCOME, "decision": DECISION, "score": SCORE, "version": VERSION,
    "place": PLACE,
}  # fmt: skip
_GUARD = {"flags": FLAGS, "breaches": BREACHES}
_OWN = frozenset(one.name for one in RESERVED)


def decisions(project: Project, query: Decisions) -> Answer:
    """The newest answers to a key, newest first, with the record each was given for.

    What the contract hides from the journal is masked here, also where it is a pseudonym, or was
    written down before it was hidden. Raises Missing for a key the journal does not know, Mistake
    for one of another type.
    """
    name, found, private = (
        labelling.shape(project).key.name,
        _found(project, query),
        hidden(project),
    )
    told = [_row(one, private) for one in _newest(found, query.last)]
    return Answer(
        f"{name} {query.key} was asked about {_times(found.num_rows)}; newest first:",
        lines=tuple(map(_line, told)),
        next=f"mainstay explain {told[0]['answer']['version'] or 'v1'}",
        facts={"key": query.key, "asked": found.num_rows, "decisions": told},
    )


def rows(project: Project, query: Decisions) -> list[dict[str, Any]]:
    """The same as they were written down, nothing masked: not to be shown. Raises as decisions."""
    return _newest(_found(project, query), query.last)


def _found(project: Project, query: Decisions) -> Any:
    key = labelling.shape(project).key
    known = state.versions(project.ledger, project.model)
    columns = field.requested(project, (one.bundle for one in known))
    table = journal.read(build.opened(project.places), project.places.journal, columns)
    found = table.filter(table[key.name] == _value(project, key, query.key)).to_pyarrow()
    if not found.num_rows:
        raise Missing(
            f"the journal knows nothing of {key.name} {query.key}",
            hint="answers are brought by mainstay watch or mainstay run",
        )
    return found


def _newest(found: Any, most: int) -> list[dict[str, Any]]:
    order = pc.sort_indices(found, sort_keys=[(AT, "descending")])
    taken: list[dict[str, Any]] = found.take(order[: min(most, MOST)]).to_pylist()
    return taken


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _value(project: Project, key: Column, text: str) -> str | int:
    """The key as the journal has it."""
    if key.type != TEXT and not text.lstrip("-").isdecimal():
        raise Mistake(f"{text!r} is no {key.name}: it is a whole number")
    if key.name not in project.document.contract.serve.journal.pseudonymise:
        return text if key.type == TEXT else int(text)
    secret = pseudonyms.read(settings.keys_folder())
    if key.type == TEXT:
        return pseudonyms.of_text(secret, text)
    return pseudonyms.of_integer(secret, int(text))


def hidden(project: Project) -> frozenset[str]:
    """Columns that only say who it is, by the contract and by every version there was."""
    stated = project.document.contract.serve.journal
    named = {*stated.drop, *stated.pseudonymise}
    for one in state.versions(project.ledger, project.model):
        named |= manifest.read(project.places.bundle(one.bundle), one.bundle).private.keys()
    return frozenset(named)


def _row(row: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    record = {
        name: MASK if name in hidden else value for name, value in row.items() if name not in _OWN
    }
    guarded = {name: (row[column] or "").split() for name, column in _GUARD.items()}
    answer = {name: row[column] for name, column in _ANSWER.items()}
    return {"record": record, "answer": answer, "guard": guarded}


def _line(row: dict[str, Any]) -> str:
    answer = row["answer"]
    score = "" if answer["score"] is None else f", score {answer['score']:.4g}"
    given = ", ".join(f"{name} {value}" for name, value in row["record"].items())
    by = f"{answer['outcome']} {answer['version'] or ''}".rstrip()
    return f"{answer['at']:%Y-%m-%d %H:%M}  {answer['decision']} by {by}{score}: {given}"
