"""The door over ASGI."""

import asyncio
import os
import signal
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle.operation import Operation
from mainstay.core import entries, journals
from mainstay.life.serve import away, limits
from mainstay.life.serve.app import DURABILITY, App
from mainstay.life.serve.handle import Asked
from mainstay.life.serve.routing import bucket, chosen
from mainstay.seal import tokens


def asked(
    app: App, method: str, path: str, *parts: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> tuple[int, Any]:
    """Status and decoded answer."""
    return asyncio.run(exchanged(app, method, path, *parts, headers=headers))


def headers_of(app: App, *headers: tuple[bytes, bytes], path: str = "/predict") -> dict:
    """The headers of an answer to one ordinary record."""
    found: dict = {}
    body = json.encode({"records": [record()]})
    method = "POST" if path == "/predict" else "GET"
    asyncio.run(exchanged(app, method, path, body, headers=headers, found=found))
    return found


INVOKED = json.encode({"dataframe_records": [record()]})


async def exchanged(
    app: App, method: str, path: str, *parts: bytes,
    headers: tuple[tuple[bytes, bytes], ...] = (), found: dict | None = None,
) -> tuple[int, Any]:  # fmt: skip
    parts = parts or (b"",)
    messages = [
        {"type": "http.request", "body": part, "more_body": at + 1 < len(parts)}
        for at, part in enumerate(parts)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "method": method, "headers": headers}
    await app(scope, receive, send)
    start, body = sent
    said = dict(start["headers"])
    (found if found is not None else {}).update(said)
    assert said[b"content-length"] == b"%d" % len(body["body"])
    plain = not said[b"content-type"].startswith(b"application/json")
    return start["status"], body["body"].decode() if plain else json.decode(body["body"])


def test_a_door_is_ready_when_its_version_repeated_its_golden_rows(
    app: App, serving: Serving
) -> None:
    before = asked(app, "GET", "/readyz")
    serving.publish(3)
    app.watch.look()
    status, said = asked(app, "GET", "/readyz")

    assert (before[0], before[1]["reasons"]) == (503, ["no routing was read yet"])
    assert (status, said["sequence"], said["reasons"]) == (200, 3, [])
    assert [one["version"] for one in said["versions"]] == ["v1"]


def test_a_door_lives_before_it_is_ready(app: App) -> None:
    status, said = asked(app, "GET", "/livez")

    assert (status, said["live"]) == (200, True)
    assert asked(app, "GET", "/startupz") == (503, {"started": False})


def test_a_body_in_parts_is_one_request(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    body = json.encode({"records": [record()]})

    status, said = asked(app, "POST", "/predict", body[:20], body[20:])

    assert (status, said["answers"][0]["decided_by"]) == (200, "model")


def test_who_asks_for_it_gets_the_answer_when_it_is_on_disk(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    body = json.encode({"records": [record()]})
    ack = ((DURABILITY, b"ack"),)

    assert asked(app, "POST", "/predict", body, headers=ack)[0] == 200
    assert app.journal.written == 1
    app.journal._room = 0
    assert asked(app, "POST", "/predict", body, headers=ack)[0] == 503
    assert asked(app, "POST", "/predict", body)[0] == 200
    assert app.journal.lost == 2


def test_a_model_that_takes_its_time_does_not_hold_the_others_up(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(away, "PATIENCE", 2.0)
    native, slow = serving.certified(1), serving.with_a_worker(2)
    shares = [structs.replace(one, share=0.5) for one in (native, slow)]
    serving.publish(1, *shares)
    app.watch.look()
    os.kill(app.watch.table.served[1].held.runtime.engine.process, signal.SIGSTOP)
    limits = app.watch.table.limits
    ours = {chosen(limits, bucket(f"p{n}")): f"p{n}" for n in range(50)}
    bodies = [json.encode({"records": [record(patient=ours[place])]}) for place in (0, 1)]
    done: list[str] = []

    async def one(name: str, method: str, path: str, body: bytes) -> dict:
        said = await exchanged(app, method, path, body)
        done.append(name)
        return said[1]

    async def all_at_once() -> list[dict]:
        return await asyncio.gather(
            one("slow", "POST", "/predict", bodies[1]), one("live", "GET", "/livez", b""),
            one("ready", "GET", "/readyz", b""), one("native", "POST", "/predict", bodies[0]),
        )  # fmt: skip

    slow_said, _, _, native_said = asyncio.run(all_at_once())

    assert done == ["live", "ready", "native", "slow"]
    assert native_said["answers"][0]["decided_by"] == "model"
    assert slow_said["answers"][0]["flags"] == ["engine"]


def test_columns_are_records_too(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    by_column = {name: [value, value] for name, value in record().items()}

    records = asked(app, "POST", "/predict", json.encode({"records": [record(), record()]}))
    columns = asked(app, "POST", "/predict", json.encode({"columns": by_column}))
    ragged = asked(app, "POST", "/predict", json.encode({"columns": {**by_column, "wait": [1]}}))

    assert columns == records
    assert columns[0] == 200
    assert (ragged[0], ragged[1]["errors"][0]["what"]) == (422, "visit has 2 values, wait has 1")


def test_other_wires_are_answered_in_their_own_form(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.publish(1)
    app.watch.look()

    assert asked(app, "GET", "/v2/models/no-show/ready")[1]["ready"]
    monkeypatch.setattr(app.wires, "response", None)
    assert asked(app, "GET", "/v2") == (503, {"error": "this request could not be answered"})
    assert app.door.failed == 1
    monkeypatch.setattr(limits, "LARGEST", 1)
    assert asked(app, "POST", "/invocations", b"{}")[0] == 413


def test_a_request_has_a_largest_size(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LARGEST", 10)

    assert asked(app, "POST", "/predict", b"0" * 6, b"0" * 6)[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/predict", 405), ("POST", "/readyz", 405), ("GET", "/", 404), ("PUT", "/x", 404)],
)
def test_other_questions_are_refused(app: App, method: str, path: str, status: int) -> None:
    assert asked(app, method, path)[0] == status


def test_a_contract_can_ask_for_every_answer_on_disk(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.publish(1, serving.with_a_worker(1, durability="ack"))
    app.watch.look()
    body = json.encode({"records": [record()]})
    kept = asked(app, "POST", "/predict", body)[0], app.journal.written
    app.journal._room = 0

    assert kept == (200, 1)
    assert asked(app, "POST", "/predict", body)[0] == 503


def test_a_trace_is_in_the_journal_and_in_the_answer(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    with_one = headers_of(app, (b"traceparent", trace.encode()))
    without = headers_of(app)
    app.journal.kept(2)

    assert with_one[b"traceresponse"].startswith(b"00-" + b"a" * 32)
    assert b"traceresponse" not in without
    found = [entries.entry(one).trace for one in journals.read(serving.log)]
    assert found == [trace, ""]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/predict", b"POST"), ("/invocations", b"POST"), ("/livez", b"GET, HEAD"),
     ("/ping", b"GET, HEAD")],
)  # fmt: skip
def test_who_asks_otherwise_is_told_how(
    app: App, serving: Serving, path: str, allowed: bytes
) -> None:
    found: dict = {}

    status, _ = asyncio.run(exchanged(app, "DELETE", path, found=found))

    assert (status, found[b"allow"]) == (405, allowed)


def test_a_door_that_drains_asks_everybody_to_come_anew(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    before = headers_of(app)
    app.draining = True

    assert b"connection" not in before
    assert headers_of(app)[b"connection"] == b"close"


def test_with_tokens_nobody_else_is_answered_or_told_more_than_yes(
    app: App, serving: Serving
) -> None:
    serving.publish(1)
    app.watch.look()
    model, expires = serving.certificate().version.model, datetime(2100, 1, 1, tzinfo=UTC)
    both = tokens.given(serving.keys, "shop", (model,), ("predict", "observe"), expires)
    app.gate.look()
    shown = ((b"authorization", f"Bearer {both}".encode()),)
    body = json.encode({"records": [record()]})

    assert asked(app, "POST", "/predict", body)[0] == 401
    assert asked(app, "POST", "/predict", body, headers=shown)[0] == 200
    assert asked(app, "GET", "/metrics")[0] == 401
    assert "mainstay_ready 1" in asked(app, "GET", "/metrics", headers=shown)[1]
    assert asked(app, "GET", "/readyz") == (200, {"ready": True})
    assert asked(app, "GET", "/readyz", headers=shown)[1]["model"] == model
    assert headers_of(app)[b"www-authenticate"].startswith(b"Bearer")


def test_every_answer_is_counted(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    asked(app, "POST", "/predict", json.encode({"records": [record()]}))
    asked(app, "POST", "/predict", b"{")
    asked(app, "GET", "/readyz")

    counted = app.door.counters.counted()
    assert (counted.statuses, counted.in_flight) == ({200: 1, 400: 1}, 0)
    assert sum(counted.buckets) == 2


@pytest.mark.parametrize("path", ["/v2/models/no-show/infer", "/invocations", "/v2"])
def test_no_wire_goes_around_the_gate(app: App, serving: Serving, path: str) -> None:
    serving.publish(1)
    app.watch.look()
    app.gate.required = True

    status, said = asked(app, "POST", path, b"{}")

    assert (status, said["errors"][0]["what"][:17]) == (401, "a token is needed")
    assert asked(app, "GET", "/v2/health/ready")[0] == 200


@pytest.mark.parametrize("status", [404, 405, 413, 415])
def test_a_connection_whose_body_is_not_read_is_closed(
    app: App, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LARGEST", 10)
    path, method = {404: ("/x", "POST"), 405: ("/predict", "PUT")}.get(status, ("/predict", "POST"))
    headers = ((b"content-type", b"text/csv"),) if status == 415 else ()
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"0" * (9 if status == 404 else 11)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "method": method, "headers": headers}
    asyncio.run(app(scope, receive, send))

    assert sent[0]["status"] == status
    assert (b"connection", b"close") in sent[0]["headers"]


def test_half_a_request_is_not_answered_even_where_it_is_whole_json(app: App) -> None:
    body = json.encode({"records": [record()]})
    messages = [
        {"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}
    ]  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/predict", "method": "POST", "headers": ()}
    asyncio.run(app(scope, receive, send))

    assert (sent, messages) == ([], [])


def test_a_plain_request_is_answered_at_once_and_like_any_other(app: App, serving: Serving) -> None:
    serving.publish(1)
    app.watch.look()
    bodies = [json.encode({"records": [record(wait=wait)]}) for wait in (20, 1000)]

    at_once = [app.at_once(body) for body in bodies]

    assert [one and one[0] for one in at_once] == [200, 422]
    for body, said in zip(bodies, at_once, strict=True):
        assert said
        assert asked(app, "POST", "/predict", body) == (said[0], json.decode(said[1]))
    assert app.door.counters.counted().statuses == {200: 2, 422: 2}
    assert app.door.counters.counted().in_flight == 0
    assert app.journal.added == 4


@pytest.mark.parametrize("why", ["tokens", "the end", "a span", "another shape"])
def test_what_takes_more_than_a_moment_is_not_answered_at_once(
    app: App, serving: Serving, why: str
) -> None:
    serving.publish(1)
    app.watch.look()
    app.gate.required = why == "tokens"
    app.draining = why == "the end"
    app._spans = why == "a span"
    body = json.encode({"records": [record()]})

    said = app.at_once(b" " + body if why == "another shape" else body)

    assert said is None
    assert app.journal.added == 0


def test_who_waits_for_the_disk_or_another_process_is_not_answered_at_once(
    app: App, serving: Serving
) -> None:
    serving.publish(1, serving.with_a_worker(1, durability="ack"))
    app.watch.look()

    said = app.at_once(json.encode({"records": [record()]}))

    assert said is None
    assert app.journal.added == 0
    assert all(one.held._using == 0 for one in app.watch.table.served)


def test_beyond_its_concurrency_a_model_in_its_own_process_sheds_at_once(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.publish(1, serving.with_a_worker(operation=Operation(concurrency=2)))
    app.watch.look()
    slow, ended = threading.Event(), app.door.ended
    monkeypatch.setattr(app.door, "ended", lambda begun: (slow.wait(10), ended(begun))[1])
    body, heads = json.encode({"records": [record()]}), [{}, {}, {}]

    async def together() -> list[int]:
        calls = [exchanged(app, "POST", "/predict", body, found=one) for one in heads]
        tasks = [asyncio.create_task(one) for one in calls]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1
        slow.set()
        return sorted(status for status, _ in await asyncio.gather(*tasks))

    statuses = asyncio.run(together())
    again = asked(app, "POST", "/predict", body)[0]

    assert statuses == [200, 200, 429]
    assert [one.get(b"retry-after") for one in heads] == [None, None, b"1"]
    assert again == 200
    assert app.watch.table.served[0].held._using == 0


def test_a_plain_request_is_awaited_where_no_thread_waits_for_the_model(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.publish(1, serving.with_a_worker())
    app.watch.look()
    body = json.encode({"records": [record(), record(visit="v2")]})
    columns = json.encode({"columns": {name: [value] for name, value in record().items()}})

    async def several() -> list[tuple[int, Any]]:
        by_thread = await exchanged(app, "POST", "/predict", body)
        await lined(app)
        monkeypatch.setattr(app.door, "ended", None)
        found = [await exchanged(app, "POST", "/predict", one) for one in (body, columns)]
        return [by_thread, *found, await exchanged(app, "POST", "/invocations", INVOKED)]

    by_thread, plain, turned, invoked = asyncio.run(several())

    assert by_thread == plain
    assert turned[1]["answers"] == plain[1]["answers"][:1]
    assert invoked[1]["predictions"] == [plain[1]["answers"][0]["decision"]]
    assert app.journal.added == 4
    assert app.door.counters.counted().records == {("v1", "model"): 6}
    assert app.watch.table.served[0].held._using == 0


def test_who_is_awaited_takes_room_too(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.publish(1, serving.with_a_worker(operation=Operation(concurrency=2)))
    app.watch.look()
    engine = app.watch.table.served[0].held.runtime.engine
    body = json.encode({"records": [record()]})

    async def together() -> list[int]:
        await lined(app)
        slow, asked_now = asyncio.Event(), engine.asked

        async def held_up(matrix: Any) -> Any:
            await slow.wait()
            return await asked_now(matrix)

        monkeypatch.setattr(engine, "asked", held_up)
        tasks = [asyncio.create_task(exchanged(app, "POST", "/predict", body)) for _ in "123"]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        slow.set()
        return [(await one)[0] for one in tasks]

    assert asyncio.run(together()) == [200, 200, 429]
    assert not app.watch.table.served[0].held.waiting


async def lined(app: App) -> None:
    """Once this loop asks the model's process by itself."""
    engine = app.watch.table.served[0].held.runtime.engine
    row = app.watch.table.served[0].held.runtime.inputs([json.encode(record())])
    for _ in range(500):
        if await engine.asked(row) is not None:
            return
        await asyncio.sleep(0.01)
    pytest.fail("no line was made")


def test_a_canary_that_is_slow_waits_in_a_room_of_its_own(
    app: App, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion = serving.with_a_worker(1, operation=Operation(concurrency=2, latency=10.0))
    canary = serving.with_a_worker(2, operation=Operation(concurrency=6), seed=9)
    serving.publish(1, *(structs.replace(one, share=0.5) for one in (champion, canary)))
    app.watch.look()
    slow, ended = threading.Event(), app.door.ended

    def held_up(begun: Asked) -> Any:
        if begun.parts[0][0].share.version == "v2":
            slow.wait(10)
        return ended(begun)

    monkeypatch.setattr(app.door, "ended", held_up)
    names = [f"p{number}" for number in range(100)]
    theirs = [one for one in names if chosen(app.watch.table.limits, bucket(one)) == 1]
    ours = [one for one in names if one not in theirs]

    async def together() -> tuple[list[int], list[int]]:
        ask = lambda who: exchanged(  # noqa: E731 - one line says it
            app, "POST", "/predict", json.encode({"records": [record(patient=who)]})
        )
        waiting = [asyncio.create_task(ask(who)) for who in theirs[:5]]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        meanwhile = [(await ask(who))[0] for who in ours[:8]]
        slow.set()
        statuses = [status for status, _ in await asyncio.gather(*waiting)]
        return sorted(statuses), meanwhile

    statuses, meanwhile = asyncio.run(together())

    assert statuses == [200, 200, 200, 429, 429]  # half of six
    assert meanwhile == [200] * 8
    assert not any(one.held.waiting for one in app.watch.table.served)


def test_a_version_named_waits_in_its_own_room_too(app: App, serving: Serving) -> None:
    shares = (serving.with_a_worker(number, seed=number) for number in (1, 2))
    serving.publish(1, *(structs.replace(one, share=0.5) for one in shares))
    app.watch.look()
    body = json.encode({"records": [record()]})

    begun = [app.door.begun(body, "", lambda v=v: app._pinned(v)) for v in "12"]
    rooms = [limits.Room(limits.asked(one)) for one in begun]

    assert [one.beside for one in rooms] == [False, True]
