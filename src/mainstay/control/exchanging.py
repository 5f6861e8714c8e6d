"""`contract export` and `contract import`: the data of a contract for others, and of others."""

from pathlib import Path

import yaml

from mainstay.contract import document, edits, odcs, odcs_read
from mainstay.contract.odcs_read import Edit
from mainstay.control.commands import ImportContract
from mainstay.core import durable
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistake, Mistakes
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.data import lineage, reading, rows
from mainstay.life.assess.proposals import written


def export(folder: Path) -> Answer:
    """facts.text: a data contract of ODCS 3.1, with the columns that the sources have now.

    Raises Mistakes, and what data.rows raises for a source that cannot be read.
    """
    places = Places(folder)
    read = document.read(places.contract)
    reader = reading.reader(read.contract, places)
    names = lineage.sources(read.contract)
    columns = {name: rows.shape(read.contract, reader, name) for name in names}
    made = odcs.exported(read.contract, read.digest, columns)
    text = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=100)
    return Answer(
        f"The data of {read.contract.model} by ODCS 3.1: {len(columns)} sources, "
        f"{sum(map(len, columns.values()))} columns.",
        facts={"text": text, "document": made},
    )


def taken_in(folder: Path, command: ImportContract) -> Answer:
    """Writes what the contract does not state yet; every other byte of it is kept.

    Raises Mistake where the text is no data contract, Mistakes where the contract is wrong.
    """
    places = Places(folder)
    read = document.read(places.contract)
    found = odcs_read.read(read.contract, _document(command.text), command.source)
    content, said, refused = read.path.read_bytes(), [], []
    for one in found.edits:
        try:
            members = {name: written(value) for name, value in one.members.items()}
            content = edits.with_clause(content, one.place, members, read.path)
            said.append(f"contract.yaml: {_told(one)}")
        except Mistakes as mistakes:
            refused += [f"{_told(one)} is not held: {each.what}" for each in mistakes.findings]
    if said:
        durable.write(read.path, content)
    left = (*found.left, *refused)
    return Answer(
        f"{read.contract.model}: {len(said)} clauses taken in, {len(left)} not held or kept.",
        Verdict.UNSURE if left else Verdict.PASS,
        lines=(*said, *(f"▲ {one}" for one in left)),
        next="mainstay contract check",
        facts={"written": said, "left": list(left)},
    )


def _document(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f" in line {place.line + 1}" if place else ""
        raise Mistake(f"this is no YAML{where}", "name a data contract of ODCS 3.1") from error


def _told(one: Edit) -> str:
    members = {name: written(value) for name, value in one.members.items()}
    return f"{'.'.join(one.place[:-1])}: {edits.entry(one.place[-1], members)}"
