"""Proposals of an assessment that a person accepts: clauses of the contract, or steps to take.

What cleans a source is written as its `clean`, and holds wherever it is read. A step that is code
becomes the first line of features(), which says what the door and every fit see; one that only
words can say is listed above it, for whoever takes it. What was accepted is proposed no more.
"""

import ast
from collections.abc import Iterator

import msgspec

from mainstay.contract import document, edits
from mainstay.contract.clean import CleanClause
from mainstay.contract.model import Contract
from mainstay.control.project import Project
from mainstay.core import durable
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Mistake
from mainstay.core.places import Places
from mainstay.life.assess.assessment import Assessment
from mainstay.life.assess.proposals import Proposal, written

MARK, OPEN = "# Cleaning, accepted: ", "# Cleaning, to be done: "


def accepted(project: Project, earlier: object, numbers: tuple[int, ...]) -> Answer:
    """Writes the proposals of these numbers, from 1. earlier: the answer they were read in.

    Raises Conflict where nobody has read them as things stand, Mistake for a number there is not.
    """
    if not earlier:
        raise Conflict(
            "nothing was proposed as things stand now: contract, code or rows have changed",
            hint="read what  mainstay assess  proposes, then accept it by its number",
        )
    answer = msgspec.convert(earlier, Answer, strict=False)
    there = msgspec.convert(answer.facts.get("proposals", []), tuple[Proposal, ...])
    chosen = tuple(_chosen(there, number) for number in dict.fromkeys(numbers))
    clauses = tuple(one for one in chosen if one.stated)
    steps = tuple(one for one in chosen if not one.stated)
    written = (*_clauses(project, clauses), *_steps(project.places, steps))
    count = f"{len(chosen)} proposals" if len(chosen) > 1 else "1 proposal"
    said = f"{answer.facts['model']}: {count} accepted; no row was changed."
    return Answer(said, lines=written, next="mainstay assess")


def lines(proposals: tuple[Proposal, ...]) -> Iterator[str]:
    """Each with its number, and how to accept one."""
    for at, one in enumerate(proposals, start=1):
        yield f"proposal {at}: {one.sentence}"
    if proposals:
        yield "accept one by its number: mainstay assess --accept 1"


def without_accepted(assessment: Assessment, places: Places) -> Assessment:
    """An assessment that proposes no step again that stands in features.py or model.py."""
    files = (one for one in (places.features, places.model) if one.is_file())
    code = "\n".join(one.read_text(encoding="utf-8") for one in files)
    marks = [
        (one, [f"{mark}{one.name}: " for mark in (MARK, OPEN)]) for one in assessment.proposals
    ]
    kept = tuple(one for one, some in marks if not any(mark in code for mark in some))
    return msgspec.structs.replace(assessment, proposals=kept)


def _chosen(there: tuple[Proposal, ...], number: int) -> Proposal:
    if not 1 <= number <= len(there):
        known = f"there are 1 to {len(there)}" if there else "nothing is proposed"
        raise Mistake(f"there is no proposal {number}", hint=known)
    return there[number - 1]


def _clauses(project: Project, chosen: tuple[Proposal, ...]) -> Iterator[str]:
    """All of them are right before the first is written."""
    path = project.places.contract
    content = path.read_bytes()
    said = []
    for one in chosen:
        members = _members(document.parsed(content, path).contract, one)
        content = edits.with_clause(content, one.place, members, path)
        said.append(f"{'.'.join(one.place[:-1])}: {edits.entry(one.place[-1], members)}")
    if chosen:
        durable.write(path, content)
    yield from (f"contract.yaml: {one}" for one in said)


def _members(contract: Contract, one: Proposal) -> dict[str, str]:
    """As they are written; codes and spellings beside those that stand there."""
    stated = dict(one.stated)
    before = _standing(contract, one) if one.cleans else None
    match stated.get("missing"):
        case list() as codes if before and before.missing:
            stated["missing"] = [*dict.fromkeys((*before.missing, *codes))]
    match stated.get("spelled"):
        case dict() as meant if before and before.spelled:
            stated["spelled"] = {**before.spelled, **meant}
    return {name: written(value) for name, value in stated.items()}


def _standing(contract: Contract, one: Proposal) -> CleanClause | None:
    """What the contract says of the cleaning of a column."""
    data = contract.data
    _, kind, *names = one.place
    clean = data.decisions.clean if kind == "decisions" else data.context[names[0]].clean
    return clean.get(one.place[-1])


def _steps(places: Places, chosen: tuple[Proposal, ...]) -> Iterator[str]:
    """Below the others that stand there already, so that they are taken in the order accepted."""
    code = places.features.read_text(encoding="utf-8") if chosen else ""
    for one in chosen:
        at, indent, line = _place(code, one)
        lines = code.splitlines(keepends=True)
        code = "".join((*lines[:at], f"{indent}{line}\n", *lines[at:]))
        yield f"features.py:{at + 1}: {line}"
    if chosen:
        durable.write(places.features, code.encode())


def _place(code: str, one: Proposal) -> tuple[int, str, str]:
    """After how many lines of features.py, how far in, and what is written there."""
    oddity = one.oddity
    found = _features(code)
    if found and _is_code(oddity.step):
        first = found.body[1 if ast.get_docstring(found, clean=False) else 0]
        written = f"row = row.mutate(**{{{one.column!r}: {oddity.step}}})"
        if one.column.isidentifier():
            written = f"row = row.mutate({one.column}={oddity.step})"
        lines, at = code.splitlines(), first.lineno - 1
        while MARK in lines[at]:
            at += 1
        line = f"{written}  {MARK}{one.name}: {oddity.says}"
        return at, " " * first.col_offset, line
    at = found.lineno - 1 if found else 0
    return at, "", f"{OPEN}{one.name}: {oddity.says}; {oddity.step}"


def _features(code: str) -> ast.FunctionDef | None:
    """features(row) with a body of its own lines; None where it is written in another way."""
    for one in ast.parse(code).body:
        if isinstance(one, ast.FunctionDef) and one.name == "features":
            named = [each.arg for each in one.args.args] == ["row"]
            rest = one.body[1:] if ast.get_docstring(one, clean=False) else one.body
            return one if named and rest and rest[0].lineno > one.lineno else None
    return None


def _is_code(step: str) -> bool:
    """Whether a step is an expression of the row, and not what to do in words."""
    try:
        return not isinstance(ast.parse(step, mode="eval").body, ast.Name)
    except SyntaxError:
        return False
