"""Requests of which more than scores is to be told, to models in processes of their own."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle.operation import Operation
from mainstay.core import entries, journals
from mainstay.life.serve import ahead, plain, tracing
from mainstay.life.serve.app import DURABILITY, App
from mainstay.life.serve.away import Away
from mainstay.life.serve.handle import Asked
from mainstay.seal.routing import Shadow

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FLAGGED = record(visit="odd", kind="odd")
SEVERAL = [
    *(record(visit=f"v{at}", patient=f"p{at}", wait=at) for at in range(6)),
    FLAGGED,
    record(visit="wet", rain=200.0),  # the fallback answers
    record(visit="late", wait=-1),  # rejected
]


@pytest.fixture
def two(app: App, serving: Serving) -> App:
    """v1 and v2 beside it, each in a process of its own."""
    shares = serving.with_a_worker(1), serving.with_a_worker(2, seed=9)
    serving.publish(1, *(structs.replace(one, share=0.5) for one in shares))
    app.watch.look()
    assert app.watch.refused == ""
    return app


@pytest.fixture
def alone(app: App, serving: Serving) -> App:
    serving.publish(1, serving.with_a_worker(operation=Operation(concurrency=2)))
    app.watch.look()
    assert app.watch.refused == ""
    return app


class NoThread:
    """In place of the threads that wait."""

    def submit(self, *_: object) -> None:
        pytest.fail("a thread waits")


def body(*records: object, **members: object) -> bytes:
    return json.encode({"records": records, **members})


def engines(app: App) -> list[Away]:
    found = [one.held.runtime.engine for one in app.watch.table.served]
    assert all(isinstance(one, Away) for one in found)
    return found


def by_the_loop(app: App, ask: Callable[[], Awaitable[Any]], *, threads: bool = False) -> Any:
    """What is said once this loop has its lines, and no thread may wait."""

    async def asked() -> Any:
        for one, engine in zip(app.watch.table.served, engines(app), strict=True):
            row = one.held.runtime.inputs([json.encode(record())])
            for _ in range(500):
                if await engine.asked(row) is not None:
                    break
                await asyncio.sleep(0.01)
        if not threads:
            app._waiting = app._beside = NoThread()
        return await ask()

    return asyncio.run(asked())


def unused(app: App) -> bool:
    """Whether nobody holds a runtime or a place any more."""
    return not any(one.held._using or one.held.waiting for one in app.watch.table.served)


def test_records_of_two_versions_are_answered_as_by_a_thread(two: App) -> None:
    requests = [body(*some) for some in (SEVERAL, SEVERAL[:1], SEVERAL[-1:])]
    threaded = [two.door.handle(one)[:2] for one in requests]

    async def asked() -> list[Any]:
        return [await two._predict(one, "", ack=False) for one in requests]

    assert by_the_loop(two, asked) == threaded
    answers = [one for one in json.decode(threaded[0][1])["answers"] if "rejected" not in one]
    assert {one["version"] for one in answers} == {"v1", "v2"}
    assert sum(one["decided_by"] == "model" for one in answers) == 7
    assert unused(two)


def test_a_request_with_a_trace_is_written_down_with_it(alone: App, serving: Serving) -> None:
    trace = tracing.parent([(tracing.HEADER, TRACE)])

    status, _ = by_the_loop(alone, lambda: alone._predict(body(record()), trace, ack=True))

    (entry,) = (entries.entry(frame) for frame in journals.read(serving.log))
    assert (status, entry.trace) == (200, TRACE.decode())


def test_who_waits_for_the_disk_hears_where_it_is_full(alone: App) -> None:
    alone.journal._room = 0
    headers = {DURABILITY: b"ack"}

    status, _ = by_the_loop(alone, lambda: alone.exchanged("", body(record()), headers))

    assert status == 503
    assert unused(alone)


def test_a_version_named_answers(two: App) -> None:
    said = by_the_loop(two, lambda: two.exchanged("v2", body(record()), {}))

    assert json.decode(said[1])["answers"][0]["version"] == "v2"
    assert json.decode(said[1])["answers"][0]["flags"] == ["named"]


def test_reasons_that_a_process_does_not_give_take_no_thread(alone: App) -> None:
    said = by_the_loop(alone, lambda: alone._predict(body(record(), explain=True), "", ack=False))

    (answer,) = json.decode(said[1])["answers"]
    assert answer["reasons"] is None
    assert answer["why_none"] == "a model in its own process gives no reasons"


def test_a_shadow_hears_of_it(app: App, serving: Serving) -> None:
    shadow = Shadow("v2", serving.changed(2, seed=9).bundle, 1.0)
    serving.publish(1, serving.with_a_worker(), shadow=shadow)
    app.watch.look()

    by_the_loop(app, lambda: app._predict(body(FLAGGED), "", ack=False))
    app.shadows.look()

    assert app.shadows.standing().scored == 1


def test_the_trial_hears_how_long_the_model_took(two: App, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []
    saw = lambda *told: heard.append(told[-1])  # noqa: E731 - one line says it
    monkeypatch.setattr(two.watch.table.trial, "saw", saw)

    async def slowly() -> object:
        for engine in engines(two):
            slow_down(engine, monkeypatch)
        return await two._predict(body(record()), "", ack=False)

    by_the_loop(two, slowly)

    assert heard
    assert heard[0] > 0.1


def slow_down(engine: Away, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = engine.asked

    async def later(matrix: Any) -> Any:
        await asyncio.sleep(0.1)
        return await asked(matrix)

    monkeypatch.setattr(engine, "asked", later)


def test_a_process_that_is_gone_leaves_it_to_a_thread_to_say_so(two: App) -> None:
    champion, canary = engines(two)

    async def killed() -> Any:
        os.kill(canary.process, signal.SIGKILL)
        return await two._predict(body(*SEVERAL), "", ack=False)

    status, said = by_the_loop(two, killed, threads=True)

    answers = [one for one in json.decode(said)["answers"] if "rejected" not in one]
    flags = {(one["version"], *one["flags"]) for one in answers[:6]}
    assert status == 200
    assert flags == {("v1",), ("v2", "engine")}
    assert champion.alive
    assert unused(two)


def test_who_goes_away_meanwhile_leaves_nothing_behind(
    alone: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def left() -> bool:
        slow_down(engines(alone)[0], monkeypatch)
        task = asyncio.create_task(alone._predict(body(FLAGGED), "", ack=False))
        await asyncio.sleep(0.02)
        held = unused(alone)
        task.cancel()
        await asyncio.wait([task])
        return not held and task.cancelled()

    assert by_the_loop(alone, left)
    assert unused(alone)
    assert alone.journal.added == 0


def test_a_circuit_that_opens_meanwhile_leaves_the_answer_to_the_baseline(
    alone: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def opened() -> Any:
        engine, circuit = engines(alone)[0], alone.watch.table.served[0].held.circuit
        asked = engine.asked

        async def then_out(matrix: Any) -> Any:
            scores = await asked(matrix)
            circuit.of_engine("it is out")
            return scores

        monkeypatch.setattr(engine, "asked", then_out)
        return await alone._predict(body(record(), FLAGGED), "", ack=False)

    _, said = by_the_loop(alone, opened)

    assert [one["decided_by"] for one in json.decode(said)["answers"]] == ["baseline"] * 2


def test_what_takes_its_time_is_left_to_a_thread(app: App, serving: Serving) -> None:
    shares = serving.certified(1), serving.with_a_worker(2)
    halves = [structs.replace(one, share=0.5) for one in shares]
    serving.publish(1, *halves, previous=serving.with_a_worker(3, seed=9))
    app.watch.look()
    begun = app.door.begun(body(*SEVERAL))
    assert isinstance(begun, Asked)
    behind = begun.table.standby
    here = begun._replace(table=begun.table._replace(standby=None))

    told = [ahead.may(one) for one in (begun, here, here._replace(explain=5))]
    large = ahead.may(here._replace(body=here.body + b" " * plain.FEW))
    begun.table.given()

    assert behind is not None
    assert told == [False, True, False]
    assert not large
