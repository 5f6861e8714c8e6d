"""What a door says of itself."""

import os
import threading
import time

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.life.serve import operating
from mainstay.life.serve.app import App
from mainstay.life.serve.operating import Said


def readyz(app: App) -> tuple[int, dict]:
    said = operating.readyz(app.parts)
    return said.status, json.decode(said.body)


@pytest.fixture
def live(app: App, serving: Serving) -> App:
    serving.publish(1)
    app.watch.look()
    return app


def test_a_door_has_started_when_it_followed_a_routing(app: App, serving: Serving) -> None:
    before = operating.startupz(app.parts).status
    serving.publish(1)
    app.watch.look()

    assert (before, operating.startupz(app.parts).status) == (503, 200)


def test_a_door_is_not_ready_while_a_version_scores_otherwise(live: App) -> None:
    before = readyz(live)
    live.watch.table.served[0].held.wrong = "8 of 8 golden rows came out otherwise"
    status, said = readyz(live)

    assert (before[0], before[1]["ready"]) == (200, True)
    assert (status, said["ready"]) == (503, False)
    assert said["reasons"] == ["v1: 8 of 8 golden rows came out otherwise"]


def test_a_door_that_lost_its_routing_is_ready_and_says_so(live: App, serving: Serving) -> None:
    (serving.folder / "routing.json").unlink()
    live.watch.look()
    status, said = readyz(live)
    answer = live.door.handle(json.encode({"records": [record()]}))

    assert (status, said["sequence"], answer[0]) == (200, 1, 200)
    assert "routing" in said["reasons"][0]


def test_a_disk_that_loses_answers_is_named(live: App) -> None:
    live.journal._room = 0
    live.door.handle(json.encode({"records": [record()]}))

    status, said = readyz(live)
    assert (status, said["lost"]) == (200, 1)
    assert said["reasons"] == ["1 answers are in no journal: the disk is or was full or slow"]


def test_a_disk_that_takes_long_is_named(live: App, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()
    monkeypatch.setattr(os, "fdatasync", lambda _: going.wait())
    monkeypatch.setattr(operating, "LAGGING", 0.05)
    live.door.handle(json.encode({"records": [record()]}))
    time.sleep(0.2)
    said = readyz(live)
    going.set()

    assert "the journal waits for its disk" in said[1]["reasons"][0]


def test_who_may_not_see_more_is_told_yes_or_no() -> None:
    said = operating.shortened(Said(503, b'{"ready":false,"model":"no-show"}'), "ready")

    assert said == Said(503, b'{"ready":false}')
