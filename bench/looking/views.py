"""A context of ten numbers by entity, and the door's way through it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from mainstay.bundle import points
from mainstay.bundle.completing import Completed, Completer
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.points import Point
from mainstay.bundle.views import Shelf, Store, writing
from mainstay.contract import document
from mainstay.core.typed import INTEGER, NUMBER, TEXT, TIME
from mainstay.data import engine, rows
from mainstay.data.source import Reader
from mainstay.life.build import looking
from mainstay.life.deploy import views

NAMES = [f"x{at}" for at in range(10)]
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
CONTRACT = f"""\
mainstay: 1
model: bench
owner: bench
objective: {{decision: Measure., task: binary, baseline: {{constant: 0.5}}}}
data:
  decisions: {{from: decisions.parquet, key: id, time: at}}
  context:
    entity: {{from: rows.parquet, on: eid, as_of: ts, within: 1d, take: [{", ".join(NAMES)}]}}
  label: {{column: late, known_after: 1d}}
serve: {{context: lookup}}
"""
REQUEST = (
    RequestColumn("id", TEXT, "key"), RequestColumn("at", TIME, "time"),
    RequestColumn("eid", INTEGER), *(RequestColumn(name, NUMBER) for name in NAMES),
)  # fmt: skip
_ENCODE = msgspec.json.Encoder().encode


class Stated(msgspec.Struct):
    """What is read of a manifest."""

    request: tuple[RequestColumn, ...]
    lookups: tuple[Lookup, ...]


class Asked(NamedTuple):
    """A door's way through the generation in force, whose only view has this id."""

    completer: Completer
    store: Store
    view: str

    def completed(self, body: bytes) -> Completed:
        """The request with its context."""
        return self.completer.completed(body, self.store, NOW)

    def looked_up(self, entity: int) -> Point | None:
        """What is known of an entity now: from its number to its ten values, as they are sent."""
        (blob,) = self.store.found(self.view, (points.key((entity,)),))
        return points.known(blob, points.moment(NOW)) if blob else None


def written(project: Path, entities: int, seed: int) -> Path:
    """Contract and sources: one row an entity, an hour old."""
    random = np.random.default_rng(seed)
    columns = {name: random.random(entities) for name in NAMES}
    when = pa.array([NOW - timedelta(hours=1)] * entities, pa.timestamp("us", "UTC"))
    table = pa.table({"eid": np.arange(entities), "ts": when, **columns})
    parquet.write_table(table, project / "rows.parquet")
    decided = {"id": ["a"], "at": [NOW], "eid": [0], "late": [True]}
    parquet.write_table(pa.table(decided), project / "decisions.parquet")
    (project / "contract.yaml").write_text(CONTRACT)
    return project


def folder(project: Path) -> Path:
    """Where generations lie."""
    return project / "context"


def refreshed(project: Path, shelf: Shelf) -> Asked:
    """Makes a generation, the whole way."""
    contract = document.read(project / "contract.yaml").contract
    reader = Reader(engine.connect(project), project, project / "staged")
    lookups = looking.lookups(contract, REQUEST)
    asked = views.Asked(contract, rows.opened(contract, reader), lookups)
    with writing(folder(project)):
        found = views.refreshed((asked,), shelf, NOW).current
    completer = Completer(Stated(REQUEST, lookups))  # type: ignore[arg-type]  # all that is read
    return Asked(completer, shelf.opened(found), lookups[0].view)


def request(entities: list[int]) -> bytes:
    """Of so many records without their context."""
    at = NOW.isoformat()
    records = [{"id": f"d{one}", "at": at, "eid": one} for one in entities]
    return _ENCODE({"records": records})
