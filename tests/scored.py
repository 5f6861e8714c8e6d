"""A batch of the small project without a ledger: its bundle, its certificate, its sources."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import small_project
from ibis.backends.duckdb import Backend
from pyarrow import parquet
from small_project import START, Serving

from mainstay.bundle.runtime import Runtime
from mainstay.contract import document
from mainstay.contract.batch import Unit
from mainstay.data import batch, engine
from mainstay.data.batch import Asked
from mainstay.data.lineage import Born
from mainstay.data.partitions import Cut, cut
from mainstay.data.source import Reader
from mainstay.life.score import score
from mainstay.life.score.answers import Standing
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Begun, Made
from mainstay.life.score.score import Order, Scored
from mainstay.life.score.scoring import Scoring

NOW = small_project.AFTER


class Scene(NamedTuple):
    """folder: of the project, whose sources a test may change; out: where answers go."""

    folder: Path
    out: Path
    runtime: Runtime
    serving: Serving
    connection: Backend

    def order(self, unit: Unit = "day", **changes: object) -> Order:
        """Of everything, as v1 answers it."""
        contract = document.read(self.folder / "contract.yaml").contract
        certificate = self.serving.certificate()
        stated = self.runtime.manifest
        usual = Order(
            contract=contract,
            reader=Reader(self.connection, self.folder, self.folder / "staged"),
            asked=Asked("", None, None, NOW),
            standing=Standing(self.runtime, certificate, "c" * 12),
            made=Made("v1", self.serving.bundle.name, "c" * 64, holds=True),
            born=Born((), stated.columns, stated.outputs),
            layout=Layout(self.out),
            unit=unit,
            draft=self.folder / "draft.parquet",
            journal=self.folder / "journal",
            sequence=3,
            bundle=self.serving.bundle,
            environments=self.folder / "none",
        )
        return usual._replace(**changes)

    def scored(self, unit: Unit = "day", **changes: object) -> Scored:
        """A run."""
        return score.scored(self.order(unit, **changes))

    def scoring(self) -> tuple[Scoring, tuple[Cut, ...]]:
        """What its partitions share, and these."""
        order = self.order()
        stated = self.runtime.manifest
        place = batch.Place(order.contract, order.reader, stated.requested, order.draft)
        found = batch.found(place, order.asked)
        readable = batch.Readable(found.table.cache(), ())
        cuts = cut(readable.table, "at", "day")
        begun = Begun(NOW, batch.sources(found), order.made, over=False)
        return score.shared(order, readable._replace(cuts=cuts), begun), cuts

    def files(self) -> dict[str, bytes]:
        """All that readers see."""
        paths = sorted(self.out.rglob("*.parquet"))
        return {str(one.relative_to(self.out)): one.read_bytes() for one in paths}


def scene(serving: Serving, runtime: Runtime, tmp_path: Path) -> Scene:
    """Sources of their own, with wrong waits on the second day."""
    folder = small_project.written(tmp_path / "batch")
    connection = engine.connect(tmp_path)
    return Scene(folder, tmp_path / "out", runtime, serving, connection)


DAY = timedelta(days=1)
SOME = Asked("", START, START + 4 * DAY, NOW)


class Killed(BaseException):
    """No time for anything."""


def spoil(scene: Scene) -> None:
    """The second day is gone, the rows of the third are others."""
    path = scene.folder / "data" / "visits.parquet"
    table = parquet.read_table(path)
    day = pc.and_(pc.greater_equal(table["at"], START + DAY), pc.less(table["at"], START + 2 * DAY))
    late = pc.greater_equal(table["at"], START + 2 * DAY)
    waits = pc.if_else(late, 59, table["wait"])
    table = table.set_column(table.column_names.index("wait"), "wait", waits)
    parquet.write_table(table.filter(pc.invert(day)), path)


def changed(scene: Scene, change: dict[str, object], day: int) -> None:
    """The first visit of a day, otherwise."""
    path = scene.folder / "data" / "visits.parquet"
    table = parquet.read_table(path)
    at = next(
        place for place, moment in enumerate(table["at"].to_pylist()) if moment >= START + day * DAY
    )
    visits = table.to_pylist()
    visits[at] |= change
    parquet.write_table(pa.Table.from_pylist(visits, table.schema), path)
