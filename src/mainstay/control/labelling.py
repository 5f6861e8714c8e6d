"""`labels`: what became of earlier decisions, on record."""

from pathlib import PurePosixPath

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from mainstay.control import versions
from mainstay.control.commands import Labels, SendLabels
from mainstay.control.project import Project
from mainstay.core import clock, digest, durable, pseudonyms, settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.core.typed import TEXT
from mainstay.data import journal
from mainstay.data import labels as arriving
from mainstay.data.labels import Kept, Received, Shape
from mainstay.data.source import Reader
from mainstay.life.build import build

SENT = (".csv", ".parquet", ".jsonl")
"""Endings of what can be sent."""


def labels(project: Project, command: Labels) -> Answer:
    """Takes a file of labels in, or nothing of it.

    Raises Missing before the first version, Conflict, and Mistake as data.labels does.
    """
    stated, places, now = shape(project), project.places, clock.now()
    engine = build.opened(places)
    reader = Reader(engine, places.folder, places.staged)
    said = arriving.opened(reader, command.file, stated, now)
    said = said._replace(table=_hidden(project, stated, said.table))
    before = kept(project, stated)
    found = arriving.received(said, engine, stated, before)
    if not found.digest:
        return Answer(
            f"Nothing new: {found.rows:,} labels, all received before.", facts=_facts(found)
        )
    _recorded(project, stated, before, found)
    return _answer(found, _unknown(project, engine, stated, said.table))


def sent(project: Project, command: SendLabels) -> Answer:
    """The same from content that came over HTTP; of its name only the ending is read.

    Raises Mistake for another ending: a database is never opened that somebody sent.
    """
    ending = PurePosixPath(command.name).suffix.lower()
    if ending not in SENT:
        raise Mistake(
            f"labels are sent as {', '.join(SENT)}, not as {ending or 'a file without ending'}",
            hint="mainstay labels in the project's folder reads the rest",
        )
    folder = project.places.work
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"labels-{digest.of_bytes(command.content)}{ending}"
    try:
        path.write_bytes(command.content)
        return labels(project, Labels(str(path.resolve())))
    finally:
        path.unlink(missing_ok=True)


def _hidden(project: Project, stated: Shape, table: ir.Table) -> ir.Table:
    """Keys as the door writes them down, before anything of the file is kept."""
    name = stated.key.name
    if name not in project.document.contract.serve.journal.pseudonymise:
        return table
    secret, arrow = pseudonyms.read(settings.keys_folder()), table.to_pyarrow()
    of = pseudonyms.of_text if stated.key.type == TEXT else pseudonyms.of_integer
    place = arrow.column_names.index(name)
    keys = pa.array([of(secret, one) for one in arrow[name].to_pylist()], arrow[name].type)
    return ibis.memtable(arrow.set_column(place, name, keys)).cast(table.schema())


def shape(project: Project) -> Shape:
    """Key and label as the newest version was trained on them. Raises Missing."""
    contract, version = project.document.contract, versions.found(project)
    address = contract.data.decisions.source
    datasets = versions.birth(project, version).version.datasets
    columns = next((one.columns for one in datasets if one.uri == address), None)
    if columns is None:
        raise Missing(f"v{version.number} was not built from {address}", hint="mainstay build")
    return arriving.shape(contract, columns)


def kept(project: Project, stated: Shape) -> Kept:
    """The files of labels that the ledger names, of this key and label."""
    named = (stated.key.name, stated.label.name)
    said = [
        event.payload
        for event in project.ledger.events(kind="LabelsReceived", subject=project.model)
    ]
    files = [one["digest"] for one in said if (one["key"], one["label"]) == named]
    return Kept(project.places.labels, tuple(files))


def _recorded(project: Project, stated: Shape, before: Kept, found: Received) -> None:
    """The event, once the file is safe. Raises Conflict where other labels came meanwhile."""
    folder = project.places.labels
    durable.sync(folder / f"{found.digest}.parquet")
    durable.sync(folder)
    payload = {**found._asdict(), "key": stated.key.name, "label": stated.label.name}
    with project.ledger.transaction():
        if kept(project, stated) != before:
            raise Conflict("other labels were received meanwhile", hint="do it again")
        project.ledger.append("LabelsReceived", project.model, project.actor, payload)


def _unknown(project: Project, engine: Backend, stated: Shape, table: ir.Table) -> int:
    """How many keys the journal does not know, as far as it was brought."""
    key = stated.key.name
    asked = journal.read(engine, project.places.journal, (stated.key,))
    strange = table.select(key).distinct().anti_join(asked.select(key), key)
    counted: int = strange.count().to_pyarrow().as_py()
    return counted


def _answer(found: Received, unknown: int) -> Answer:
    strange = f"▲ {unknown:,} of their keys are not in the journal"
    torn = f"▲ {found.contradicting:,} keys have two labels by the same time: neither counts"
    return Answer(
        f"Received {found.rows:,} labels: {found.new:,} new, {found.repeated:,} repeated,"
        f" {found.corrected:,} corrected.",
        lines=(*((strange,) if unknown else ()), *((torn,) if found.contradicting else ())),
        next="mainstay status",
        facts={**_facts(found), "unknown": unknown},
    )


def _facts(found: Received) -> dict[str, object]:
    return {**found._asdict(), "unchanged": not found.digest}
