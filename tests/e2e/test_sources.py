"""Silos that come late, half, changed or twice: told, and nothing is made of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import lived
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import small_project
from pyarrow import parquet

from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, Deploy, NewKey, Run, Trust, Watch
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Incidents, Status
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Broken, Refused
from mainstay.core.nouns import Evidence, Verdict

pytestmark = pytest.mark.slow
DECISIONS = (
    "from: data/visits*.parquet, sla: [{property: throughput, over: 2d, at_least: 65},"
    " {property: uniqueness, at_least: 1, on_breach: quarantine}]"
)
WEATHER = (
    "take: [rain], sla: [{property: freshness, at_most: 26h}, {property: availability, at_least: 1,"
    " on_breach: warn}]"
)


def key(folder: Path, name: str) -> dict[str, str]:
    return {
        "MAINSTAY_KEY": name, "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_CLOCK": str(folder / "clock"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def born(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live under a contract with its sources; do not change it."""
    folder = small_project.written(tmp_path_factory.mktemp("born") / "clinic")
    small_project.furnished(folder, born)
    path = folder / "contract.yaml"
    text = path.read_text().replace("from: data/visits.parquet", DECISIONS)
    path.write_text(text.replace("take: [rain]", WEATHER))
    lived.grown(folder, range(1))
    lived.set_clock(folder, small_project.AFTER)
    with settings.given(key(folder, small_project.AUTHOR)):
        for name, role in ((small_project.AUTHOR, "author"), (small_project.APPROVER, "approver")):
            handle(folder, NewKey(name))
            handle(folder, Trust(name, role))
        handle(folder, Build())
        handle(folder, Certify())
        with settings.given(key(folder, small_project.APPROVER)):
            handle(folder, Approve("v1"))
        handle(folder, Deploy("v1", 1.0))
    return folder


@pytest.fixture
def clinic(born: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, while its author acts."""
    folder = small_project.copied(born, tmp_path / "clinic")
    with settings.given(key(folder, small_project.AUTHOR)):
        yield folder


def days(folder: Path, some: range, *, silos: bool = True) -> Answer:
    """They pass, with the rows of the silos or without, and are looked at."""
    if silos:
        lived.grown(folder, some)
    lived.answered(folder, some)
    return handle(folder, Watch())


def evidence(said: Answer, clause: str) -> Evidence:
    return next(one for one in said.evidence if one.clause == clause)


def opened(said: Answer) -> dict[str, dict[str, object]]:
    """Incidents of sources that a look opened, by clause and source."""
    return {
        f"{one['clause']}, {one['columns'][0]}": one
        for one in said.facts["opened"]
        if one["clause"] in ("freshness", "sla", "schema")
    }


def visits(folder: Path) -> pa.Table:
    return parquet.read_table(folder / "data" / "visits.parquet")


def weather(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as base, base:
        for one in statements:
            base.execute(one)


def test_a_late_file_is_told_to_its_owner_and_stops_what_would_be_made_of_it(clinic: Path) -> None:
    calm = days(clinic, range(1, 4))
    late = days(clinic, range(4, 6), silos=False)

    assert opened(calm) == {}
    assert evidence(calm, "freshness, weather").verdict is Verdict.PASS
    assert evidence(calm, "throughput, decisions").verdict is Verdict.PASS
    assert set(opened(late)) == {"freshness, weather", "sla, decisions"}
    told = opened(late)["freshness, weather"]
    assert (told["owner"], told["blocks"]) == ("owner of weather", True)
    assert str(told["what"]).endswith("at most 26 h is agreed; it feeds rain")
    assert late.facts["decision"] == "ask"
    assert "build" not in handle(clinic, Run()).facts["steps"]
    with pytest.raises(Broken, match="training is stopped"):
        handle(clinic, Build())
    listed = answer(clinic, Incidents())
    assert any("freshness of weather" in line for line in listed.lines)
    assert any("it feeds rain" in line for line in answer(clinic, Status()).lines)

    lived.grown(clinic, range(4, 6))
    over = days(clinic, range(6, 8))

    assert opened(over) == {}
    assert {one["clause"] for one in over.facts["closed"]} >= {"freshness", "sla"}
    assert evidence(over, "freshness, weather").verdict is Verdict.PASS


def test_half_the_volume_is_told_and_no_canary_goes_further(clinic: Path) -> None:
    days(clinic, range(1, 4))
    lived.grown(clinic, range(4, 8))
    table = visits(clinic)
    since = pa.scalar(small_project.END + timedelta(days=4), table["at"].type)
    new = pc.greater_equal(table["at"], since)
    second = pa.array([at % 2 == 0 for at in range(table.num_rows)])
    kept = table.filter(pc.or_(pc.invert(new), second))
    parquet.write_table(kept, clinic / "data" / "visits.parquet")

    half = days(clinic, range(4, 8), silos=False)

    told = opened(half)["sla, decisions"]
    assert str(told["what"]).startswith("throughput of decisions is 60 rows, at least 65 rows is")
    assert told["owner"] == "owner of the decisions"
    handle(clinic, Deploy("v1", 0.5))
    with pytest.raises(Refused, match="promotion is stopped: throughput of decisions is 60 rows"):
        handle(clinic, Deploy("v1", 1.0))


def test_a_column_of_another_type_is_told_with_what_it_feeds_and_the_look_goes_on(
    clinic: Path,
) -> None:
    days(clinic, range(1, 3))
    lived.grown(clinic, range(3, 5))
    weather(
        clinic,
        "CREATE TABLE other (town TEXT, seen_at TEXT, rain TEXT)",
        "INSERT INTO other SELECT town, seen_at, rain || ' mm' FROM hourly",
        "DROP TABLE hourly",
        "ALTER TABLE other RENAME TO hourly",
    )

    changed = days(clinic, range(3, 5), silos=False)

    told = opened(changed)["schema, weather"]
    assert told["what"] == "weather: rain was float64 and is string; it feeds rain"
    assert (told["blocks"], changed.facts["windows"]) == (True, 2)
    assert evidence(changed, "freshness, weather").verdict is Verdict.UNSURE
    with pytest.raises(Broken, match="rain was float64 and is string; it feeds rain: training is"):
        handle(clinic, Build())


def test_a_partition_that_came_twice_is_set_aside_and_counted(clinic: Path) -> None:
    parquet.write_table(visits(clinic).slice(0, 500), clinic / "data" / "visits-again.parquet")

    built = handle(clinic, Build())

    assert any(
        line.startswith("▲ 500 rows of decisions are set aside: uniqueness of decisions is 0.8596")
        for line in built.lines
    )
    (aside,) = (clinic / ".mainstay" / "quarantine").iterdir()
    assert parquet.read_table(aside).num_rows == 1000
    with projects.opened(clinic) as project:
        events = list(project.ledger.events(kind="Built"))
    learned = [one.payload["birth"]["version"]["datasets"][0] for one in events]
    assert learned[0]["digest"] == learned[1]["digest"]
