"""Proposals of an assessment that a person accepts: clauses of the contract, or steps to take.

What cleans a source is written as its `clean`, and holds wherever it is read. A step is a remark
above train() in model.py, for features.py says what the door and every fit see: whoever accepts a
step writes it there. What was accepted is proposed no more.
"""

import re
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

MARK = "# Cleaning, accepted: "
TRAIN = re.compile(r"^def train\(", re.MULTILINE)


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
    """An assessment that proposes no step again that stands in model.py."""
    code = places.model.read_text(encoding="utf-8") if places.model.is_file() else ""
    kept = tuple(one for one in assessment.proposals if f"{MARK}{one.name}: " not in code)
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
    said = [f"{MARK}{one.name}: {one.oddity.says}; {one.oddity.step}" for one in chosen]
    if said:
        code = places.model.read_text(encoding="utf-8")
        found = TRAIN.search(code)
        at = found.start() if found else len(code)
        remarks = "".join(f"{line}\n" for line in said)
        durable.write(places.model, f"{code[:at]}{remarks}{code[at:]}".encode())
    for one in chosen:
        yield f"model.py: remark above train(); take the step in features.py: {one.oddity.step}"
