"""Commands on the engine that holds the data say what they say on DuckDB, row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pytest
import side_by_side
import small_project
from conftest import acting
from ibis.backends import BaseBackend
from pyarrow import parquet
from side_by_side import Engine, differences

from mainstay.contract import document
from mainstay.control.commands import Assess, Build, Certify, NewKey, Trust
from mainstay.control.handle import handle
from mainstay.core import clock, settings
from mainstay.core.answers import Answer
from mainstay.core.nouns import Column
from mainstay.core.places import Places
from mainstay.data import batch, observation, reading, rows
from mainstay.data.batch import Asked, Place

WANTED = (
    Column("visit", "string"), Column("at", "timestamp('UTC')"), Column("wait", "int64"),
    Column("kind", "string"), Column("rain", "float64"),
)  # fmt: skip
SHOWN = 'format: "%d.%m.%Y %H:%M:%S", zone: Europe/Vienna, clean: {wait: {missing: [3]}}'
AGREED = """\
take: [rain], sla: [
        {property: freshness, at_most: 20d},
        {property: completeness, element: rain, at_least: 0.9}]"""


class Silos(NamedTuple):
    """Where the tables of the small project stand, and the file that says what opens them."""

    url: str
    visits: str
    hourly: str
    access: Path


@pytest.fixture
def silos(theirs: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Silos:
    folder = small_project.written(tmp_path / "silos")
    tables = (parquet.read_table(folder / "data" / "visits.parquet"), weather(folder))
    names = [theirs.stored(one).get_name() for one in tables]
    url, access = theirs.name, tmp_path / "none.toml"
    access.touch(0o600)
    if theirs.name == "postgres":
        url, access = request.getfixturevalue("shop")
    return Silos(url, *(f"{url}#{name}" for name in names), access)


def weather(folder: Path) -> pa.Table:
    """Hours whose moments are text, as SQLite has them."""
    with sqlite3.connect(folder / "data" / "weather.db") as connection:
        rows = connection.execute("SELECT town, seen_at, rain FROM hourly").fetchall()
    connection.close()
    return pa.table(dict(zip(("town", "seen_at", "rain"), zip(*rows, strict=True), strict=True)))


@contextmanager
def project(folder: Path, silos: Silos, engine: str) -> Iterator[Path]:
    """The small project over these silos, while its author acts on an engine."""
    made = small_project.written(folder)
    contract = made / "contract.yaml"
    said = contract.read_text().replace('"sqlite:///data/weather.db#hourly"', f'"{silos.hourly}"')
    contract.write_text(said.replace("from: data/visits.parquet", f'from: "{silos.visits}"'))
    stated = {"MAINSTAY_ENGINE": engine, "MAINSTAY_SOURCES": str(silos.access)}
    with acting(made, small_project.AUTHOR), settings.given(stated):
        for name, role in ((small_project.AUTHOR, "author"), (small_project.APPROVER, "approver")):
            handle(made, NewKey(name))
            handle(made, Trust(name, role))
        yield made


def facts(answer: Answer) -> dict[str, object]:
    """All that it says, but where its pages lie."""
    said: dict[str, object] = msgspec.to_builtins(answer)
    said["facts"].pop("report", None)
    return said


def measured(answer: Answer) -> dict[str, object]:
    """What it judged by clause, but for how long answers took."""
    timed = ("latency", "simplest")
    judged = (one for one in answer.evidence if not one.clause.startswith(timed))
    return {f"{one.clause} {one.subject}": msgspec.to_builtins(one) for one in judged}


def kept(folder: Path) -> list[str]:
    """The digests of rows and bundles in a project."""
    places = Places(folder)
    return sorted(one.name for some in (places.snapshots, places.bundles) for one in some.iterdir())


def test_assess_says_the_same_where_the_tables_are(silos: Silos, tmp_path: Path) -> None:
    found = []
    for name, engine in (("here", "duckdb"), ("there", silos.url)):
        with project(tmp_path / name, silos, engine) as folder:
            found.append(facts(handle(folder, Assess())))

    assert differences(*found) == []
    assert found[0]["verdict"] == "pass"


@pytest.mark.slow
def test_a_version_has_the_same_digest_and_the_same_evidence(
    silos: Silos, born: Path, tmp_path: Path
) -> None:
    found = []
    for name, engine in (("here", "duckdb"), ("there", silos.url)):
        with project(tmp_path / name, silos, engine) as folder:
            small_project.furnished(folder, born)
            built, certified = handle(folder, Build()), handle(folder, Certify())
            found.append([facts(built), measured(certified), certified.verdict, kept(folder)])

    assert differences(*found) == []
    assert found[0][2] == "pass"


def test_what_sources_agreed_on_is_found_where_they_are(silos: Silos, tmp_path: Path) -> None:
    found = []
    for name, engine in (("here", "duckdb"), ("there", silos.url)):
        with project(tmp_path / name, silos, engine) as folder:
            contract = folder / "contract.yaml"
            contract.write_text(contract.read_text().replace("take: [rain]", AGREED))
            read = document.read(contract).contract
            reader = reading.reader(read, Places(folder))
            seen = observation.observed(read, reader, None, small_project.START, clock.now())
            found.append(msgspec.to_builtins([one.evidence for one in seen.judged]))
            assert reader.engine.name == (theirs_name(silos) if name == "there" else "duckdb")
            assert not seen.unknown

    assert differences(*found) == []
    assert {one["verdict"] for one in found[0]} == {"pass"}


@pytest.mark.slow
def test_the_rows_of_a_batch_are_the_same(silos: Silos, theirs: Engine, tmp_path: Path) -> None:
    """Their times are what clocks of a zone showed, and what they mean is set right."""
    found = []
    for name, engine in (("here", "duckdb"), ("there", silos.url)):
        with project(tmp_path / name, silos, engine) as folder:
            visits = shown(parquet.read_table(folder / "data" / "visits.parquet"))
            parquet.write_table(visits, folder / "shown.parquet")
            contract = folder / "contract.yaml"
            contract.write_text(contract.read_text().replace("time: at,", f"time: at, {SHOWN},"))
            address = f"{silos.url}#{theirs.stored(visits).get_name()}"
            found.append(batched(folder, address if name == "there" else "shown.parquet"))

    assert differences(*found) == []
    assert [one.name for one in found[0]["cuts"]] == ["2024-01", "2024-02"]
    assert "decisions: 52 of 3,000 values of wait codes for missing made null" in found[0]["notes"]


def shown(visits: pa.Table) -> pa.Table:
    """Visits that are not labelled yet, in no order, their moments as text."""
    rows = [
        {**row, "at": row["at"].astimezone(ZoneInfo("Europe/Vienna")).strftime("%d.%m.%Y %H:%M:%S")}
        for row in visits.drop_columns(["missed"]).to_pylist()
    ]
    return pa.Table.from_pylist([rows[at * 7 % len(rows)] for at in range(len(rows))])


def batched(folder: Path, table: str) -> dict[str, Any]:
    """The rows of a batch in their order, and all that is said of them."""
    read, places = document.read(folder / "contract.yaml").contract, Places(folder)
    reader = reading.for_batch(read, places, table, "250MB")
    place = Place(read, reader, WANTED, places.work / "draft.parquet")
    made = batch.found(place, Asked(table, None, None, clock.now()))
    with batch.readable(place, made, "month") as readable:
        order = readable.table.order_by(["at", "visit"])
        keys = order.visit.to_pyarrow().to_pylist()
        inside = made.table.get_backend().name == readable.table.get_backend().name
        assert inside is (reader.engine.name != "postgres")
        return {
            "cuts": readable.cuts, "notes": made.notes, "keys": keys,
            "rows": side_by_side.rows(readable.table.to_pyarrow(), "visit"),
        }  # fmt: skip


def test_one_question_over_two_silos_brings_its_answer_alone(
    silos: Silos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3,000 visits and 2,880 hours stay where they are."""
    with project(tmp_path / "shop", silos, silos.url) as folder:
        read = document.read(folder / "contract.yaml").contract
        reader = reading.reader(read, Places(folder))
        came = counting(monkeypatch, type(reader.engine))
        made = rows.assembled(read, reader, now=clock.now())
        wet = made.table.group_by("kind").aggregate(rain=made.table.rain.mean()).to_pyarrow()

    assert [one.rows for one in made.datasets] == [3000, 2880]
    assert wet.num_rows == 3
    assert 3 < sum(came) < 30


def counting(monkeypatch: pytest.MonkeyPatch, kind: type[BaseBackend]) -> list[int]:
    """How many rows each answer of engines of a kind has, from here on."""
    came, asked = list[int](), kind.to_pyarrow

    def counted(self: BaseBackend, *expr: object, **how: object) -> object:
        found = asked(self, *expr, **how)
        came.append(getattr(found, "num_rows", 1))
        return found

    monkeypatch.setattr(kind, "to_pyarrow", counted)
    return came


def theirs_name(silos: Silos) -> str:
    return "postgres" if silos.url.startswith("postgres") else "pyspark"
