"""What the door takes, part by part."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from mainstay.bundle.operation import Operation
from mainstay.life.serve import limits
from mainstay.life.serve.limits import Connection, Intake, Patience
from mainstay.life.serve.served import Held

GONE = {"type": "http.disconnect"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("LARGEST", 100), ("DRAINED", 1_000), ("HELD", 150)):
        monkeypatch.setattr(limits, name, value)


def request(*parts: bytes, gone: bool = False) -> tuple[Callable[..., Any], list[Any]]:
    """Something to receive from, and what is left to receive."""
    left: list[Any] = [
        {"type": "http.request", "body": part, "more_body": gone or at + 1 < len(parts)}
        for at, part in enumerate(parts)
    ] + [GONE] * gone

    async def receive() -> Any:
        return left.pop(0)

    return receive, left


def taken(*parts: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), gone: bool = False) -> Any:
    receive, _ = request(*parts, gone=gone)
    found = asyncio.run(Intake().body(headers, receive))
    return found[0] if isinstance(found, tuple) else found


def test_a_body_is_taken_whole_from_its_parts() -> None:
    assert taken(b"a" * 100) == b"a" * 100
    assert taken(b"a", b"", b"b", b"c") == b"abc"


def test_a_body_that_is_too_large_is_refused_in_one_part_and_in_many() -> None:
    assert taken(b"a" * 101) == 413
    assert taken(*[b"a" * 30] * 4) == 413


def test_a_body_that_is_too_large_is_read_on_only_so_far() -> None:
    receive, left = request(*[b"a" * 30] * 100)

    found = asyncio.run(Intake().body((), receive))

    assert isinstance(found, tuple)
    assert len(left) == 100 - 34  # 34 parts are more than DRAINED


def test_nothing_is_held_after_a_body_whatever_became_of_it() -> None:
    intake = Intake()
    for parts, gone in (([b"a"] * 3, False), ([b"a"] * 3, True), ([b"a" * 60] * 3, False)):
        receive, _ = request(*parts, gone=gone)
        asyncio.run(intake.body((), receive))

        assert intake.held == 0


def test_a_caller_who_goes_away_asked_nothing() -> None:
    assert taken(b"{}", gone=True) is None
    assert taken(gone=True) is None


def test_bodies_on_their_way_share_one_budget() -> None:
    intake = Intake()
    intake.held = 100
    first, second = request(b"a" * 20, b"a" * 20)[0], request(b"a" * 40, b"a" * 40)[0]

    fits, crowded = (asyncio.run(intake.body((), one)) for one in (first, second))

    assert fits == b"a" * 40
    assert isinstance(crowded, tuple)
    assert (crowded[0], intake.held) == (429, 100)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("content-type", "application/json", None),
        ("content-type", "application/JSON; charset=UTF-8", None),
        ("content-type", 'application/json;charset="utf-8"', None),
        ("content-type", "application/x-www-form-urlencoded", None),
        ("content-type", "application/json; charset=utf-16", 415),
        ("content-type", "text/plain", 415),
        ("content-type", "multipart/form-data; boundary=x", 415),
        ("content-encoding", "identity", None),
        ("content-encoding", "gzip", 415),
        ("content-length", "100", None),
        ("content-length", "1000", None),
        ("content-length", "1001", 413),
        ("content-length", "9" * 30, 413),
        ("content-length", "-1", 413),
    ],
)
def test_a_head_alone_can_be_reason_enough(name: str, value: str, status: int | None) -> None:
    refused = limits.declined([(name.encode(), value.encode())])

    assert (refused and refused[0]) == status


def test_who_asks_first_whether_a_large_body_may_come_need_not_send_it() -> None:
    asks = ((b"expect", b"100-continue"), (b"content-length", b"101"))

    assert taken(headers=asks) == 413


def serving(seconds: float, talk: Callable[[int], Any]) -> list[Any]:
    """What callers hear of a uvicorn with these limits and an app that answers at once."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})

    async def run() -> list[Any]:
        config = uvicorn.Config(
            app, port=0, lifespan="off", ws="none", log_level="critical", http=Connection,
            callback_notify=Patience(lambda: server.server_state.connections, seconds),
            timeout_notify=0,
        )  # fmt: skip
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve())
        async with asyncio.timeout(5):
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        found = await talk(port)
        server.should_exit = True
        await running
        return found

    return asyncio.run(run())


async def said(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that a server says until it closes, or until it is silent for three seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(4):
            heard = await reader.read(-1)
    except (ConnectionError, TimeoutError) as error:
        heard += type(error).__name__.encode()
    writer.close()
    return heard


@pytest.mark.slow
def test_who_does_not_come_to_an_end_is_cut_off_and_nobody_else() -> None:
    dripping = [b"POST / HTTP/1.1\r\n", *[b"x: y\r\n"] * 12]
    half = [b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n", *[b"1"] * 5]
    whole = b"GET / HTTP/1.1\r\n\r\n"

    async def talk(port: int) -> Any:
        return await asyncio.gather(
            said(port), said(port, *dripping, pause=0.3), said(port, *half, pause=0.4),
            said(port, whole + b"GET / HT"), said(port, whole),
        )  # fmt: skip

    silent, head, body, second, idle = serving(1.0, talk)

    assert silent.startswith(b"HTTP/1.1 408")
    assert body.startswith((b"HTTP/1.1 408", b"ConnectionResetError"))  # who sends on may be reset
    assert head.startswith(b"HTTP/1.1 408") or head == b"ConnectionResetError"
    assert second.startswith(b"HTTP/1.1 204")
    assert b" 408 " in second
    assert idle == b"TimeoutError"  # kept: it asked for nothing more


@pytest.mark.slow
def test_a_head_has_an_end() -> None:
    async def talk(port: int) -> Any:
        line = b"x: " + b"y" * 8_000 + b"\r\n"
        long = b"GET /" + b"a" * 70_000
        return await asyncio.gather(
            said(port, b"GET / HTTP/1.1\r\n", *[line] * 20, pause=0.01), said(port, long)
        )

    found = serving(30.0, talk)

    assert all(one.startswith(b"HTTP/1.1 400") or b"Connection" in one for one in found)


def test_a_request_that_finds_no_place_among_the_other_models_has_none() -> None:
    lobby = SimpleNamespace(taken=lambda: False, given=lambda: None)
    manifest = SimpleNamespace(operation=Operation(concurrency=2))
    held = Held(SimpleNamespace(manifest=manifest))  # type: ignore[arg-type]  # as much of a runtime

    full, alone = limits.Room({held: False}, lobby), limits.Room({held: False})

    assert (full.taken(), len(held.waiting)) == (False, 0)
    assert (alone.taken(), len(held.waiting)) == (True, 1)
    alone.given()
    assert not held.waiting
