"""Commands on the engine that holds the data say what they say on DuckDB, row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec
import pyarrow as pa
import pytest
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
from mainstay.core.places import Places
from mainstay.data import observation, reading, rows

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
    access = tmp_path / "sources.toml"
    access.write_text("")
    url = theirs.name
    if theirs.name == "postgres":
        there = urlsplit(request.getfixturevalue("address"))
        url = f"postgres://{there.username}@{there.hostname}:{there.port}{there.path}"
        secret = unquote(str(there.password))
        access.write_text(f'[sources.shop]\nat = "{url}"\nsecret = "{secret}"\n')
    access.chmod(0o600)
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
