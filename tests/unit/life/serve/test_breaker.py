"""The circuit of a version opens and closes by itself."""

import os
import signal
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.operation import Breaker as Bounds
from mainstay.bundle.operation import Operation
from mainstay.core import notices
from mainstay.life.serve import breaker, operating, watching
from mainstay.life.serve.app import App
from mainstay.life.serve.breaker import too_many

BAD = {"wait": 1000}


@pytest.fixture
def live(app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    serving.publish(1)
    return looked(app)


def looked(app: App) -> App:
    app.watch.look()
    app.health.look()
    app.breaker.look()
    return app


def asked(app: App, *records: object) -> list[dict]:
    status, reply, _ = app.door.handle(json.encode({"records": records}))
    assert status in (200, 422), reply
    return json.decode(reply).get("answers", [])


def by(app: App) -> tuple[str, list[str]]:
    (answer,) = asked(app, record())
    return answer["decided_by"], answer["flags"]


def broken(app: App, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("bad handle")

    for name in names:
        engine = app.watch.table.served[0].held.runtime.engine
        monkeypatch.setattr(engine, name, fails, raising=False)


def test_a_native_engine_that_raises_opens_the_circuit_and_closes_it_again(
    live: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        broken(live, patch, ("score", "scores"))
        at_once = by(live)
        live.breaker.look()
        opened, status = by(live), operating.readyz(live.parts).status
        reasons = json.decode(operating.readyz(live.parts).body)["reasons"]
        live.breaker.look()
        half_open = by(live)
    live.breaker.look()

    assert at_once == ("baseline", ["engine"])
    assert opened == half_open == ("baseline", ["engine", "circuit"])
    assert status == 200
    assert any("bad handle" in reason for reason in reasons)
    assert by(live) == ("model", [])
    assert live.breaker.openings == 1
    told = [(one.kind, one.version) for one in notices.read(live.watch.log)]
    assert told == [("opened", "v1"), ("closed", "v1")]


def test_a_row_that_no_engine_survives_takes_the_model_from_nobody_else(
    live: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = live.watch.table.served[0].held.runtime.engine
    score = engine.score

    def picky(inputs: list[float]) -> float:
        if 59.0 in inputs:
            raise RuntimeError("this row, always")
        return score(inputs)

    monkeypatch.setattr(engine, "score", picky)
    said = [asked(live, record(wait=59))[0]["decided_by"] for _ in range(20)]
    live.breaker.look()

    assert set(said) == {"baseline"}
    assert by(live) == ("model", [])
    assert live.breaker.openings == 0


def test_golden_rows_that_come_out_otherwise_open_it(live: App) -> None:
    live.watch.table.served[0].held.wrong = "8 of 8 golden rows came out otherwise"
    live.breaker.look()
    opened = by(live)
    live.breaker.look()

    assert opened == ("baseline", ["engine", "circuit"])
    assert by(live) == ("model", [])


def test_a_killed_process_opens_it_until_it_is_back(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RETRY", 0.0)
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    serving.publish(1, serving.with_a_worker())
    looked(app)
    served = app.watch.table.served[0]
    before = by(app), served.away
    os.kill(served.held.runtime.engine.process, signal.SIGKILL)
    while served.held.runtime.engine.alive:
        time.sleep(0.01)
    app.breaker.look()
    opened = by(app), served.away
    looked(app)

    assert before == (("model", []), True)
    assert opened == (("baseline", ["engine", "circuit"]), False)
    assert by(app) == ("model", [])


def test_whoever_fails_again_soon_is_tried_less_often(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "PAUSE", 0.01)
    serving.publish(1)
    looked(app)
    pauses = []
    for _ in range(4):
        app.watch.table.served[0].held.wrong = "wrong"
        app.breaker.look()
        (standing,) = app.breaker._seen.values()
        pauses.append(standing.pause)
        while app.watch.table.served[0].held.circuit.open:
            time.sleep(0.01)
            app.breaker.look()

    assert pauses == [0.01, 0.02, 0.04, 0.08]


def test_too_many_stopped_rows_mark_the_others_and_stop_no_answer(live: App) -> None:
    for _ in range(60):
        asked(live, record(**BAD))
    live.breaker.look()
    marked = by(live)
    ready = operating.readyz(live.parts)
    for _ in range(120):
        asked(live, record())
    live.breaker.look()

    assert marked == ("model", ["breaches"])
    assert ready.status == 200
    assert "rules stop 100% of the newest 60 rows" in ready.body.decode()
    assert by(live) == ("model", [])
    assert [one.kind for one in notices.read(live.watch.log)] == ["opened", "closed"]


def test_the_fallback_answers_where_the_contract_says_so(app: App, serving: Serving) -> None:
    operation = Operation(breaker=Bounds(0.5, 60.0, 10, "fallback"))
    serving.publish(1, serving.changed(operation=operation))
    looked(app)
    for _ in range(10):
        asked(app, record(**BAD))
    app.breaker.look()

    assert by(app) == ("baseline", ["breaches", "circuit"])


def test_what_is_over_is_forgotten(app: App, serving: Serving) -> None:
    operation = Operation(breaker=Bounds(0.5, 0.05, 10, "flag"))
    serving.publish(1, serving.changed(operation=operation))
    looked(app)
    for _ in range(10):
        asked(app, record(**BAD))
    app.breaker.look()
    marked = by(app)
    for _ in range(2):
        time.sleep(0.06)
        app.breaker.look()

    assert marked == ("model", ["breaches"])
    assert by(app) == ("model", [])


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_few_rows_say_nothing(rows: int, stopped: int) -> None:
    found = too_many(Bounds(least_rows=50), rows, min(stopped, rows))

    assert not found or rows >= 50
