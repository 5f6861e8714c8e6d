"""kill -9 in the middle of a refresh: doors find all of one generation, or all of another.

The harness counts only because it catches writers that are planted: one that fills the views in
place, one that names a generation before the last of its views.
"""

import os
import random
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
import queues
from forked import Forked, forked
from pyarrow import parquet
from redis import Redis

from mainstay.bundle import points
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import Current, Folder, Shelf
from mainstay.core.errors import Unavailable

KILLS = int(os.environ.get("MAINSTAY_TEST_KILLS", "30"))
KEYS = 1_500
START = datetime(2024, 1, 1, tzinfo=UTC)
CONTRACT = queues.contract(
    "weather: {from: weather.parquet, on: town, as_of: made, take: [rain]}",
    "winds: {from: winds.parquet, on: town, as_of: made, take: [wind]}",
    "towns: {from: towns.csv, on: town, take: [people]}",
    rest="serve: {context: lookup}\n",
)
VIEWS = {"weather": "rain", "winds": "wind"}
"""Views that each refresh makes anew, and what they bring; that of towns is kept."""
PROGRAM = """
import os, sys
from datetime import datetime
from pathlib import Path
from mainstay.bundle import redis_views
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import Folder, writing
from mainstay.contract import document
from mainstay.data import engine, rows
from mainstay.data.source import Reader
from mainstay.life.build import looking
from mainstay.life.deploy import views
redis_views.PART = 300
{mutant}
folder, cut, url = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
shelf = Server(url, folder.name) if url else Folder(folder / "context")
contract = document.read(folder / "contract.yaml").contract
sources = rows.opened(contract, Reader(engine.connect(folder), folder, folder / "staged"))
request = tuple(RequestColumn(name, "string") for name in ("town", "rain", "wind", "people"))
asked = views.Asked(contract, sources, looking.lookups(contract, request))
os.write(1, b"ready\\n")
with writing(folder / "context"):
    views.refreshed((asked,), shelf, cut)
os.write(1, b"done\\n")
"""
IN_PLACE = """
from mainstay.bundle import views as stores
whole = stores._view
def in_place(self, cut, made, before):
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
        base.execute(f"CREATE TABLE {stores.table(one.id)} (key BLOB PRIMARY KEY, points BLOB)")
        whole(base, stores.table(one.id), one.view, slow(one.rows or ()))
stores.Folder.written = in_place
"""
SHARED_IN_PLACE = """
def in_place(self, cut, made, before):
    stands = self.current()
    for one in made:
        self._filled(stands.generation, one, one.rows)
        os.write(1, b"half\\n")
        import time; time.sleep(5)
redis_views.Server.written = in_place
"""
NAMED_EARLY = """
from mainstay.bundle.views import Current
def early(self, cut, made, before):
    generation, made = "99999999", list(made)
    self._put(Current(generation, cut, {one.id: one.view for one in made}))
    for one in made:
        self._filled(generation, one, one.rows)
        os.write(1, b"half\\n")
        import time; time.sleep(5)
redis_views.Server.written = early
"""


class Place(NamedTuple):
    """Sources and a contract; where generations of them are kept: url is of a Redis, or nothing."""

    folder: Path
    url: str

    @property
    def shelf(self) -> Shelf:
        """Where its generations are."""
        return Server(self.url, self.folder.name) if self.url else Folder(self.folder / "context")

    def written(self, number: int) -> None:
        """Everywhere it rains and blows as much as the number of the refresh, in two rows."""
        towns = [f"t{at}" for at in range(KEYS)]
        made = [START] * KEYS + [START + timedelta(hours=1)] * KEYS
        for name, column in VIEWS.items():
            table = pa.table({"town": towns * 2, "made": made, column: [number] * KEYS * 2})
            parquet.write_table(table, self.folder / f"{name}.parquet")

    def begun(self, number: int, mutant: str = "") -> Forked:
        """A refresh that has imported all it needs."""
        cut = START + timedelta(hours=2, seconds=number)
        program = PROGRAM.format(mutant=mutant)
        command = forked(program, str(self.folder), cut.isoformat(), self.url)
        assert command.stdout.readline() == "ready\n"
        return command


@pytest.fixture(params=["folder", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    visits = {"id": ["v"], "at": [START], "town": ["t0"], "long": [True]}
    parquet.write_table(pa.table(visits), tmp_path / "visits.parquet")
    towns = "".join(f"t{at},7\n" for at in range(KEYS))
    (tmp_path / "towns.csv").write_text(f"town,people\n{towns}")
    url = request.getfixturevalue("redis") if request.param == "redis" else ""
    made = Place(tmp_path, url)
    made.written(0)
    assert made.begun(0).rest() == "done\n"
    return made


def flaws(place: Place) -> tuple[list[str], set[int]]:
    """What a door would stumble over, and of which refreshes the values are that it finds."""
    current = place.shelf.current()
    assert current
    keys = [points.key([f"t{at}"]) for at in range(KEYS)]
    try:
        with closing(place.shelf.opened(current)) as store:
            by_name = {one.name: store.found(view, keys) for view, one in current.views.items()}
    except Unavailable as error:
        return [str(error)], set()
    lost = sum(blob is None for blobs in by_name.values() for blob in blobs)
    people = {_number("people", blob) for blob in by_name.pop("towns") if blob}
    values = {_number(VIEWS[name], blob) for name, blobs in by_name.items()
              for blob in blobs if blob}  # fmt: skip
    found = [f"{lost} keys are lost"] if lost else []
    found += [f"rows of {len(values)} generations"] if len(values) > 1 else []
    return found + ([f"towns of {people}"] if people != {7} else []), values


def _number(column: str, blob: bytes) -> int:
    known = points.known(blob, points.moment(START + timedelta(hours=2)))
    assert known
    return int(known.members.removeprefix(f'"{column}":'.encode()))


def left(place: Place, before: Current) -> list[str]:
    """What is kept and neither of the generation in force nor of the one before it."""
    if not place.url:
        kept = [path.name for path in (place.folder / "context").iterdir()]
        return [name for name in kept if name.startswith(".new-")]
    client = Redis.from_url(place.url)
    prefix, current = f"mainstay:{place.folder.name}", place.shelf.current()
    assert current
    both = {f"{prefix}:{view.lies or one.generation}:{name}".encode()
            for one in (before, current) for name, view in one.views.items()}  # fmt: skip
    there = {name for name in client.keys(f"{prefix}:*") if client.type(name) == b"hash"}
    return sorted(map(str, both ^ there | both ^ client.smembers(f"{prefix}:hashes")))


@pytest.mark.slow
def test_views_survive_kills_at_any_point(place: Place) -> None:
    chance, killed, stands = random.Random(7), 0, 0
    began = time.monotonic()
    assert place.begun(0).rest() == "done\n"
    lasted = time.monotonic() - began
    for number in range(1, KILLS + 1):
        place.written(number)
        command, began = place.begun(number), time.monotonic()
        command.process.join(chance.uniform(0, lasted))
        command.process.kill()
        ended = command.rest() == "done\n"
        lasted = time.monotonic() - began if ended else lasted
        killed += not ended

        found, values = flaws(place)

        assert found == []
        (seen,) = values
        assert seen in ({number} if ended else {stands, number})
        stands = seen

    assert killed > KILLS / 3
    place.written(KILLS + 1)
    before = place.shelf.current()
    assert place.begun(KILLS + 1).rest() == "done\n"
    assert flaws(place) == ([], {KILLS + 1})
    assert left(place, before) == []


@pytest.mark.parametrize(
    ("place", "mutant"),
    [("folder", IN_PLACE), ("redis", SHARED_IN_PLACE), ("redis", NAMED_EARLY)],
    indirect=["place"],
)
def test_the_harness_sees_a_writer_that_is_not_whole(place: Place, mutant: str) -> None:
    place.written(1)
    command = place.begun(1, mutant)
    assert command.stdout.readline() == "half\n"
    command.process.kill()
    command.rest()

    assert flaws(place)[0] != []
