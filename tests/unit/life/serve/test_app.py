"""The door over ASGI."""

import asyncio
import os
import signal
from typing import Any

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.life.serve import away, limits
from mainstay.life.serve.app import DURABILITY, App
from mainstay.life.serve.routing import bucket, chosen


def asked(
    app: App, method: str, path: str, *parts: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> tuple[int, Any]:
    """Status and decoded answer."""
    return asyncio.run(exchanged(app, method, path, *parts, headers=headers))


async def exchanged(
    app: App, method: str, path: str, *parts: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> tuple[int, Any]:
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
    assert dict(start["headers"])[b"content-length"] == b"%d" % len(body["body"])
    return start["status"], json.decode(body["body"])


def test_a_door_is_ready_when_its_version_repeated_its_golden_rows(
    app: App, serving: Serving
) -> None:
    before = asked(app, "GET", "/ready")
    serving.publish(3)
    app.watch.look()
    status, said = asked(app, "GET", "/ready")

    assert (before[0], before[1]["reasons"]) == (503, ["no routing was read yet"])
    assert (status, said["sequence"], said["reasons"]) == (200, 3, [])
    assert [one["version"] for one in said["versions"]] == ["v1"]


def test_a_door_lives_before_it_is_ready(app: App) -> None:
    assert asked(app, "GET", "/live") == (200, {"live": True})


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
            one("slow", "POST", "/predict", bodies[1]), one("live", "GET", "/live", b""),
            one("ready", "GET", "/ready", b""), one("native", "POST", "/predict", bodies[0]),
        )  # fmt: skip

    slow_said, _, _, native_said = asyncio.run(all_at_once())

    assert done == ["live", "ready", "native", "slow"]
    assert native_said["answers"][0]["decided_by"] == "model"
    assert slow_said["answers"][0]["flags"] == ["engine"]


def test_a_request_has_a_largest_size(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LARGEST", 10)

    assert asked(app, "POST", "/predict", b"0" * 6, b"0" * 6)[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/predict", 405), ("POST", "/ready", 405), ("GET", "/", 404), ("PUT", "/x", 404)],
)
def test_other_questions_are_refused(app: App, method: str, path: str, status: int) -> None:
    assert asked(app, method, path)[0] == status


@pytest.mark.parametrize("status", [404, 405, 413, 415])
def test_a_connection_whose_body_is_not_read_is_closed(
    app: App, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LARGEST", 10)
    path, method = {404: ("/x", "POST"), 405: ("/predict", "PUT")}.get(status, ("/predict", "POST"))
    headers = ((b"content-type", b"text/csv"),) if status == 415 else ()
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"0" * 11}

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
