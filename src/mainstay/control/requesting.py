"""`features`: the rows a request would carry, as JSON lines, for trying a door and for replay."""

from collections.abc import Iterator

import ibis.expr.types as ir
import msgspec

from mainstay.bundle import manifest
from mainstay.control import deploying
from mainstay.control.commands import Features
from mainstay.control.project import Project
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Missing
from mainstay.data import dialect, reading, rows
from mainstay.ledger import state
from mainstay.ledger.state import Version

BATCH = 10_000


def features(project: Project, command: Features) -> Answer:
    """Writes one record per decision since then, in the order of time; the label is not in it.

    Raises Missing before a version is approved, and what data.rows raises.
    """
    version = _version(project)
    stated = manifest.read(project.places.bundle(version.bundle), version.bundle)
    contract, places = project.document.contract, project.places
    found = rows.assembled(
        contract,
        reading.reader(contract, places),
        since=command.since,
        now=clock.now(),
    )
    decisions = contract.data.decisions
    wanted = [column.name for column in stated.request]
    key = dialect.ordered(found.table[decisions.key])
    table = found.table.order_by([decisions.time, key]).select(wanted)
    out = project.places.folder / (command.out or "requests.jsonl")
    written = 0
    with out.open("wb") as file:
        for record in _records(table):
            file.write(msgspec.json.encode(record) + b"\n")
            written += 1
    return Answer(
        f"Wrote {written:,} records as v{version.number} takes them to {out}.",
        next="mainstay status",
        facts={"version": f"v{version.number}", "records": written, "file": str(out)},
    )


def _version(project: Project) -> Version:
    """The live one, else the newest that is approved."""
    live = deploying.live(project)
    known = [
        one
        for one in state.versions(project.ledger, project.model)
        if one.status == "approved" and (not live or one.number == live[0].version)
    ]
    if not known:
        raise Missing(f"{project.model} has no approved version", hint="mainstay status")
    return known[-1]


def _records(table: ir.Table) -> Iterator[dict[str, object]]:
    for batch in table.to_pyarrow().to_batches(BATCH):
        yield from batch.to_pylist()
