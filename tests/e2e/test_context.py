"""A life with context that the door looks up: built, deployed, answered, held against training."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import conftest
import pytest
import small_project
from msgspec import json
from small_project import record

from mainstay.control.commands import Approve, Build, Certify, Deploy, RefreshContext
from mainstay.control.handle import answer, handle
from mainstay.control.queries import ContextSkew, ContextViews
from mainstay.core import settings
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places
from mainstay.life.serve.app import App
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.watching import Watch

AT = small_project.END - timedelta(minutes=30)


@pytest.fixture(scope="module")
def deployed(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """v2 of the small project looks the weather up, and answers everything."""
    folder = small_project.copied(born, tmp_path_factory.mktemp("looked") / "no-show")
    contract = folder / "contract.yaml"
    stated = contract.read_text().replace(
        "{latency_p99: 10s}", "{latency_p99: 10s, context: lookup}"
    )
    contract.write_text(stated.replace("within: 6h,", "within: 6h, freshness: 2d,"))
    with conftest.acting(folder, small_project.AUTHOR):
        handle(folder, Build())
        assert handle(folder, Certify("v2")).verdict is Verdict.PASS
        with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
            handle(folder, Approve("v2"))
        handle(folder, Deploy("v2", 1.0))
        yield folder


@contextmanager
def door(folder: Path) -> Iterator[App]:
    serving = Places(folder).serving
    watch = Watch(
        Place(serving, serving / "environments", "production"), Places(folder).door,
        folder / "keys" / "trust.json",
    )  # fmt: skip
    journal = Journal(Places(folder).door)
    app = App(watch, journal)
    watch.look()
    assert watch.refused == ""
    yield app
    app.shadows.stop()
    journal.close()
    watch.stop()


def asked(**changes: object) -> dict[str, object]:
    made = record(at=AT.isoformat(), town="north", **changes)
    return {name: value for name, value in made.items() if name != "rain" or "rain" in changes}


def weather(folder: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "weather.db")) as base, base:
        return base.execute(statement, values).fetchall()


@pytest.mark.slow
def test_what_the_door_looks_up_is_what_training_sees(deployed: Path) -> None:
    shown = answer(deployed, ContextViews())
    assert (shown.verdict, shown.facts["late"]) == (Verdict.PASS, {})
    newest = "SELECT rain FROM hourly WHERE town = 'north' ORDER BY seen_at DESC LIMIT 1"
    ((rain,),) = weather(deployed, newest)
    with door(deployed) as app:
        looked, sent, cold = (
            json.decode(app.door.handle(json.encode({"records": [one]}))[1])["answers"][0]
            for one in (asked(), asked(visit="v2", rain=rain), asked(visit="v3") | {"town": "east"})
        )
    assert (looked["score"], looked["flags"]) == (sent["score"], [])
    assert cold["flags"] == ["cold:weather"]

    same = answer(deployed, ContextSkew(AT))

    assert (same.verdict, same.facts["rows"]) == (Verdict.PASS, 2), same
    again = handle(deployed, RefreshContext())
    assert again.facts["unchanged"]

    change = "UPDATE hourly SET rain = rain + 1 WHERE town = 'north'"
    weather(deployed, change)
    other = answer(deployed, ContextSkew(AT))

    assert other.verdict is Verdict.FAIL
    found = {one["sent"]: one["differing"] for one in other.facts["columns"]}
    assert found == {False: 1, True: 1}
    assert not handle(deployed, RefreshContext()).facts["unchanged"]
