"""A model in a process of its own."""

import asyncio
import os
import signal
import time
from contextlib import suppress

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.bundle.runtime import Matrix
from mainstay.core.errors import Unavailable
from mainstay.life.serve import away, watching
from mainstay.life.serve.app import App
from mainstay.life.serve.away import Away


@pytest.fixture
def engine(app: App, serving: Serving) -> Away:
    """That of a served version."""
    serving.publish(1, serving.with_a_worker())
    app.watch.look()
    found = app.watch.table.served[0].held.runtime.engine
    assert isinstance(found, Away), app.watch.refused or app.watch.table.served[0].reason
    return found


def by(app: App) -> tuple[str, list[str]]:
    """Who decides an ordinary row, and its flags."""
    answer = said(app, record())["answers"][0]
    return answer["decided_by"], answer["flags"]


def test_a_model_in_its_own_process_answers_like_the_native_one(
    app: App, engine: Away, serving: Serving
) -> None:
    away_said = said(app, record())["answers"][0]
    serving.publish(2)
    app.watch.look()
    native = said(app, record())["answers"][0]

    assert away_said["score"] == native["score"]
    assert away_said["decided_by"] == native["decided_by"] == "model"


def test_one_request_of_many_records_is_one_call_of_the_model(
    app: App, engine: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    said_by, original = engine._original.said, engine._original
    counted = lambda matrix, patience: (asked.append(len(matrix)), said_by(matrix, patience))[1]  # noqa: E731
    monkeypatch.setattr(original, "said", counted)
    records = [
        record(visit=f"v{n}", wait=n % 60, rain=999.0 if n == 7 else 1.5) for n in range(500)
    ]

    answers = said(app, *records, record(wait=-1))["answers"]

    assert asked == [499]
    assert [one["key"] for one in answers[:500]] == [one["visit"] for one in records]
    assert [one["decided_by"] for one in answers[5:9]] == ["model", "model", "baseline", "model"]
    assert answers[500]["rejected"]
    assert answers[3]["score"] == said(app, records[3])["answers"][0]["score"]


def test_a_dead_process_leaves_the_baseline_until_it_was_started_again(
    app: App, engine: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.kill(engine.process, signal.SIGKILL)
    dead = by(app)
    with pytest.raises(Unavailable, match="is started again"):
        engine.score([0.0])
    reason = app.watch.table.served[0].silenced(None)
    monkeypatch.setattr(watching, "RETRY", 0)
    app.watch.look()

    assert dead == ("baseline", ["engine"])
    assert "was killed by SIGKILL" in reason
    assert by(app) == ("model", [])
    assert app.watch.table.served[0].silenced(None) == ""


def test_a_process_that_hangs_is_ended_and_the_baseline_answers(
    app: App, engine: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(away, "PATIENCE", 0.5)
    os.kill(engine.process, signal.SIGSTOP)
    began = time.monotonic()
    hung, after = by(app), by(app)
    took = time.monotonic() - began
    monkeypatch.setattr(watching, "RETRY", 0)
    app.watch.look()

    assert hung == after == ("baseline", ["engine"])
    assert took < 5
    assert by(app) == ("model", [])


def test_a_loop_asks_the_process_itself_and_hears_when_it_is_gone(app: App, engine: Away) -> None:
    rows = app.watch.table.served[0].held.runtime.inputs([json.encode(record())] * 3)

    async def asked() -> list[object]:
        first = await engine.asked(rows)
        found = await answered(engine, rows)
        broken = await engine.asked(rows[:, :1])  # too few columns: a mistake of the model's
        os.kill(engine.process, signal.SIGKILL)
        return [first, broken, await engine.asked(rows), found.tolist()]

    *nothing, found = asyncio.run(asked())
    end = time.monotonic() + 5
    while engine.alive and time.monotonic() < end:  # its other line hears of it too
        time.sleep(0.01)
    engine.start()

    assert nothing == [None, None, None]
    assert found == engine.scores(rows).tolist()


def test_a_process_that_hangs_is_ended_for_a_loop_too(
    app: App, engine: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(away, "PATIENCE", 0.3)
    rows = app.watch.table.served[0].held.runtime.inputs([json.encode(record())])

    async def asked() -> object:
        await answered(engine, rows)
        os.kill(engine.process, signal.SIGSTOP)
        return await engine.asked(rows)

    assert asyncio.run(asked()) is None
    assert not engine.alive


def test_who_goes_away_meanwhile_ends_no_process(app: App, engine: Away) -> None:
    rows = app.watch.table.served[0].held.runtime.inputs([json.encode(record())])

    async def asked() -> bool:
        await answered(engine, rows)
        task = asyncio.create_task(engine.asked(rows))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return task.cancelled() and await engine.asked(rows) is not None

    assert asyncio.run(asked())
    assert engine.alive


async def answered(engine: Away, rows: Matrix) -> Matrix:
    """The scores, once there is a line."""
    for _ in range(500):
        if (found := await engine.asked(rows)) is not None:
            return found
        await asyncio.sleep(0.01)
    pytest.fail("no line was made")


def said(app: App, *records: object) -> dict:
    status, body, _ = app.door.handle(json.encode({"records": records}))
    assert status == 200
    return json.decode(body)
