"""Changes of data as events, by builds, looks and batches of the small project."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import lived
import small_project

from mainstay.control import project as projects
from mainstay.control import remembering
from mainstay.control.commands import Build, Score, Watch
from mainstay.control.handle import answer, handle
from mainstay.control.queries import DataChanges, Life, Sources


def kinds(folder: Path, **asked: str) -> list[tuple[str, str]]:
    facts = answer(folder, DataChanges(**asked)).facts["changes"]
    return [(each["kind"], each["column"]) for one in facts for each in one["changes"]]


def test_the_first_build_is_remembered_and_no_change(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        known = remembering.newest(opened)
        events = list(opened.ledger.events(kind=remembering.KIND))

    assert {name: len(some) for name, some in known.columns.items()} == {
        "decisions": 7, "weather": 3,
    }  # fmt: skip
    assert (len(events), events[0].payload["changes"]) == (1, [])
    assert answer(as_author, DataChanges()).headline == "No change of data is on record."


def renamed(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as base, base:
        base.execute("ALTER TABLE hourly ADD COLUMN wind REAL")


def test_a_look_that_finds_another_column_leaves_an_event_that_names_what_it_touches(
    live: Path,
) -> None:
    lived.answered(live, range(1, 3))
    renamed(live)

    handle(live, Watch())
    found = answer(live, DataChanges()).facts["changes"]

    (one,) = found
    (each,) = one["changes"]
    assert (one["occasion"], one["versions"]) == ("look", ("v1",))
    assert one["decisions"] == 2 * lived.PER_DAY
    assert (each["kind"], each["source"], each["what"]) == ("added", "weather", "wind is new")
    lived.answered(live, range(3, 4))
    handle(live, Watch())
    assert kinds(live) == [("added", "wind")]
    assert answer(live, Sources()).facts["supply"]["changes"][0]["seq"] == one["seq"]
    told = [
        each for each in answer(live, Life()).facts["life"]["moments"] if each["lane"] == "data"
    ]
    assert [each["what"] for each in told] == ["weather: wind is new"]


def test_a_batch_leaves_an_event_of_its_own(live: Path) -> None:
    renamed(live)

    handle(live, Score(since=small_project.END - timedelta(days=1)))

    (one,) = answer(live, DataChanges()).facts["changes"]
    assert (one["occasion"], one["versions"]) == ("batch scores", ("v1",))
    assert one["decisions"] > 20
    assert kinds(live) == [("added", "wind")]


def test_a_batch_tells_what_moved_beside_training_and_records_it_once(live: Path) -> None:
    with closing(sqlite3.connect(live / "data" / "weather.db")) as base, base:
        base.execute("UPDATE hourly SET rain = rain * 25.4 + 40")

    days = [handle(live, Score(since=small_project.END - timedelta(days=each))) for each in (2, 1)]
    said = days[0]

    (moved,) = said.facts["moved"]
    (line,) = [one for one in said.lines if "beside the rows v1 was trained on" in one]
    assert (moved["source"], moved["column"]) == ("weather", "rain")
    assert moved["far"]["low"] > 1
    assert line.startswith("▲ rain by +")
    (one,) = answer(live, DataChanges()).facts["changes"]
    assert one["occasion"] == "batch scores"
    assert "beside the rows v1 was trained on" in one["changes"][0]["what"]
    assert kinds(live) == [("moved", "rain")]


def test_a_batch_like_training_tells_nothing(live: Path) -> None:
    said = handle(live, Score(since=small_project.END - timedelta(days=5)))

    assert said.facts["moved"] == []
    assert kinds(live) == []
    assert handle(live, Score(since=small_project.END - timedelta(days=5))).facts["moved"] is None


def test_a_build_tells_what_means_something_else_and_what_moved_since_the_version_before(
    as_author: Path,
) -> None:
    contract = as_author / "contract.yaml"
    contract.write_text(contract.read_text().replace("unit: mm, between: [0, 100]",
                                                     "unit: inch, between: [0, 100]"))  # fmt: skip
    with closing(sqlite3.connect(as_author / "data" / "weather.db")) as base, base:
        base.execute("UPDATE hourly SET rain = rain / 25.4")

    handle(as_author, Build())
    said = answer(as_author, DataChanges(source="weather"))

    assert kinds(as_author) == [("unit", "rain"), ("moved", "rain")]
    assert kinds(as_author, column="wait") == []
    assert "build v2" in said.lines[0]
    assert "rain: unit was mm and is inch; it feeds rain" in said.lines[1]
