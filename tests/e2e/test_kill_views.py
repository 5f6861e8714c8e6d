"""kill -9 in the middle of a refresh: doors find all of one generation, or all of another.

The harness counts only because it catches a writer that is planted to fill the file in place.
"""

import os
import random
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import queues
from forked import Forked, forked
from pyarrow import parquet

from mainstay.bundle import points
from mainstay.bundle.views import Folder
from mainstay.core.errors import Unavailable

KILLS = int(os.environ.get("MAINSTAY_TEST_KILLS", "30"))
KEYS = 1_500
START = datetime(2024, 1, 1, tzinfo=UTC)
CONTRACT = queues.contract(
    "weather: {from: weather.parquet, on: town, as_of: made, take: [rain]}",
    rest="serve: {context: lookup}\n",
)
PROGRAM = """
import os, sys
from datetime import datetime
from pathlib import Path
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.views import Folder, writing
from mainstay.contract import document
from mainstay.data import engine, rows
from mainstay.data.source import Reader
from mainstay.life.build import looking
from mainstay.life.deploy import views
{mutant}
folder, cut = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
contract = document.read(folder / "contract.yaml").contract
sources = rows.opened(contract, Reader(engine.connect(folder), folder, folder / "staged"))
request = tuple(RequestColumn(name, "string") for name in ("town", "rain"))
asked = views.Asked(contract, sources, looking.lookups(contract, request))
os.write(1, b"ready\\n")
with writing(folder / "context"):
    views.refreshed((asked,), Folder(folder / "context"), cut)
os.write(1, b"done\\n")
"""
MUTANT = """
from mainstay.bundle import views as stores
whole = stores._view
def in_place(self, cut, made):
    path = self._file(self.current())
    path.unlink()
    def slow(rows):
        for number, row in enumerate(rows):
            if number == 100:
                base.execute("COMMIT"); base.execute("BEGIN")
                os.write(1, b"half\\n")
                import time; time.sleep(5)
            yield row
    import sqlite3
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("BEGIN")
    for one in made:
        whole(base, one._replace(rows=slow(one.rows)))
stores.Folder.written = in_place
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    visits = {"id": ["v"], "at": [START], "town": ["t0"], "long": [True]}
    parquet.write_table(pa.table(visits), tmp_path / "visits.parquet")
    written(tmp_path, 0)
    begun(tmp_path, 0).rest()
    return tmp_path


def written(folder: Path, number: int) -> None:
    """Everywhere it rains as many as the number of the refresh, in two rows."""
    towns = [f"t{at}" for at in range(KEYS)]
    made = [START] * KEYS + [START + timedelta(hours=1)] * KEYS
    table = pa.table({"town": towns * 2, "made": made, "rain": [number] * KEYS * 2})
    parquet.write_table(table, folder / "weather.parquet")


def begun(folder: Path, number: int, mutant: str = "") -> Forked:
    cut = START + timedelta(hours=2, seconds=number)
    command = forked(PROGRAM.format(mutant=mutant), str(folder), cut.isoformat())
    assert command.stdout.readline() == "ready\n"
    return command


def flaws(folder: Path) -> tuple[list[str], set[bytes]]:
    """What a door would stumble over, and the values it finds."""
    shelf = Folder(folder / "context")
    current = shelf.current()
    assert current
    (view,) = current.views
    keys = [points.key([f"t{at}"]) for at in range(KEYS)]
    at = points.moment(START + timedelta(hours=2))
    try:
        with closing(shelf.opened(current)) as store:
            blobs = store.found(view, keys)
    except Unavailable as error:
        return [str(error)], set()
    lost = sum(blob is None for blob in blobs)
    values = {points.known(blob, at).members for blob in blobs if blob}
    found = [f"{lost} keys are lost"] if lost else []
    return found + ([f"rows of {len(values)} generations"] if len(values) > 1 else []), values


@pytest.mark.slow
def test_views_survive_kills_at_any_point(folder: Path) -> None:
    chance, killed, stands = random.Random(7), 0, 0
    began = time.monotonic()
    assert begun(folder, 0).rest() == "done\n"
    lasted = time.monotonic() - began
    for number in range(1, KILLS + 1):
        written(folder, number)
        command, began = begun(folder, number), time.monotonic()
        command.process.join(chance.uniform(0, lasted))
        command.process.kill()
        ended = command.rest() == "done\n"
        lasted = time.monotonic() - began if ended else lasted
        killed += not ended

        found, values = flaws(folder)

        assert found == []
        (value,) = values
        seen = int(value.removeprefix(b'"rain":'))
        assert seen in ({number} if ended else {stands, number})
        stands = seen

    assert killed > KILLS / 3
    written(folder, KILLS + 1)
    assert begun(folder, KILLS + 1).rest() == "done\n"
    assert flaws(folder) == ([], {b'"rain":%d' % (KILLS + 1)})
    assert not list((folder / "context").glob(".new-*"))


def test_the_harness_sees_a_writer_that_fills_in_place(folder: Path) -> None:
    written(folder, 1)
    command = begun(folder, 1, MUTANT)
    assert command.stdout.readline() == "half\n"
    command.process.kill()
    command.rest()

    assert flaws(folder)[0] != []
