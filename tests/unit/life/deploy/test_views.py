"""Generations made of sources."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import queues
from pyarrow import parquet

from mainstay.bundle import points
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.views import Current, Folder, View
from mainstay.contract import document
from mainstay.data import engine, rows
from mainstay.data.source import Reader
from mainstay.life.build import looking
from mainstay.life.deploy import views
from mainstay.life.deploy.views import Asked, Refreshed

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUT = START + 30 * HOUR
CONTRACT = queues.contract(
    "weather: {from: weather.parquet, on: [town, day], as_of: made, within: 3h,"
    " take: [rain, temp]}",
    "towns: {from: towns.csv, on: town, take: [people]}",
    rest="serve: {context: lookup}\n",
)
REQUEST = tuple(RequestColumn(name, "string") for name in ("town", "day", "rain", "people"))


def weather(folder: Path, hours: int) -> None:
    made = [START + at * HOUR for at in range(hours)]
    table = pa.table(
        {"town": ["a"] * hours, "day": pa.array([1] * hours), "made": made,
         "rain": [float("inf")] + [0.5 * at for at in range(1, hours)], "temp": range(hours)}
    )  # fmt: skip
    parquet.write_table(table, folder / "weather.parquet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    visits = {"id": ["v"], "at": [START], "town": ["a"], "day": [1], "long": [True]}
    parquet.write_table(pa.table(visits), tmp_path / "visits.parquet")
    (tmp_path / "towns.csv").write_text("town,people\na,100\nb,\n")
    weather(tmp_path, 25)
    (tmp_path / "context").mkdir()
    return tmp_path


def refreshed(folder: Path, cut: datetime = CUT) -> Refreshed:
    contract = document.parsed(CONTRACT.encode(), Path("contract.yaml")).contract
    reader = Reader(engine.connect(folder), folder, folder / "staged")
    asked = Asked(contract, rows.opened(contract, reader), looking.lookups(contract, REQUEST))
    return views.refreshed((asked,), Folder(folder / "context"), cut)


def found(folder: Path, current: Current, name: str, *on: object) -> bytes | None:
    (view,) = (one for one, stated in current.views.items() if stated.name == name)
    with closing(Folder(folder / "context").opened(current)) as store:
        return store.found(view, [points.key(on)])[0]


def test_a_generation_holds_every_view_of_what_is_known(folder: Path) -> None:
    made = refreshed(folder).current

    by_name = {one.name: one for one in made.views.values()}
    assert by_name["towns"] == View("towns", None, 2, 2, by_name["towns"].source)
    newest = points.moment(START + 24 * HOUR)
    assert (by_name["weather"].newest, by_name["weather"].keys) == (newest, 1)
    assert by_name["weather"].points == 19  # a day before the cut, and what was known then
    blob = found(folder, made, "weather", "a", 1)
    assert points.known(blob, points.moment(CUT)).members == b'"rain":12.0'
    assert points.known(found(folder, made, "towns", "b"), 0).members == b'"people":null'
    assert found(folder, made, "weather", "a", 2) is None


def test_infinity_is_written_as_the_door_reads_it(folder: Path) -> None:
    weather(folder, 1)

    blob = found(folder, refreshed(folder).current, "weather", "a", 1)

    assert points.known(blob, points.moment(CUT)).members == b'"rain":1e999'


def test_sources_as_they_were_are_good_for_longer(folder: Path) -> None:
    first = refreshed(folder)
    later = refreshed(folder, CUT + HOUR)
    weather(folder, 26)
    fresh = refreshed(folder, CUT + 2 * HOUR)

    assert (first.unchanged, later.unchanged, fresh.unchanged) == (False, True, False)
    assert later.current.generation == first.current.generation
    assert later.current.cut == CUT + HOUR
    assert fresh.current.generation > first.current.generation


def test_a_view_of_a_source_as_it_was_is_kept_as_it_is(folder: Path) -> None:
    first = refreshed(folder)
    weather(folder, 26)
    fresh = refreshed(folder, CUT + 2 * HOUR)

    assert (first.kept, fresh.kept, fresh.unchanged) == (0, 1, False)
    assert found(folder, fresh.current, "towns", "a") == found(folder, first.current, "towns", "a")
    blob = found(folder, fresh.current, "weather", "a", 1)
    assert points.known(blob, points.moment(CUT)).members == b'"rain":12.5'


def test_what_is_gone_is_made_anew(folder: Path) -> None:
    first = refreshed(folder).current
    (folder / "context" / f"{first.generation}.views").unlink()

    again = refreshed(folder, CUT + HOUR)

    assert (again.kept, again.unchanged) == (0, False)
    assert points.known(found(folder, again.current, "towns", "b"), 0).members == b'"people":null'


def test_rows_of_later_are_not_seen_and_come_when_they_are_due(folder: Path) -> None:
    early = refreshed(folder, START + 10 * HOUR)
    later = refreshed(folder, START + 11 * HOUR)

    blob = found(folder, early.current, "weather", "a", 1)
    assert blob is None or points.known(blob, 2**62).members == b'"rain":5.0'
    assert not later.unchanged
