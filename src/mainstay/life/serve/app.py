"""The door over HTTP: bare ASGI, loopback only, one process.

POST /predict, GET /live, GET /ready. A caller who sends `x-mainstay-durability: ack` gets the
answer only when it is safe on disk.
"""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn

from mainstay.core.errors import Unavailable
from mainstay.life.serve.handle import ENCODE, Asked, Door, Reply, refusal
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.telling import Voice
from mainstay.life.serve.watching import Watch

GRACE = 10
"""Seconds for the requests under way when the door is told to stop."""
WAITING = 64
"""Requests that wait for models in processes of their own, at most; the others stand in line."""
LARGEST = 10_000_000
"""Bytes of one request."""
KEPT = 75
"""Seconds that an idle connection is kept: longer than callers keep theirs, usually a minute."""
DURABILITY = b"x-mainstay-durability"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """The ASGI application over one watch and one journal."""

    def __init__(self, watch: Watch, journal: Journal) -> None:
        self.watch, self.journal = watch, journal
        self.door = Door(lambda: watch.table, journal, watch.now)
        self._waiting = ThreadPoolExecutor(WAITING, "waiting")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, content = await self._reply(scope, receive)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(content)),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _reply(self, scope: Message, receive: Receive) -> Reply:
        match scope["path"], scope["method"]:
            case "/predict", "POST":
                return await self._predict(scope["headers"], receive)
            case "/live", "GET":
                return 200, b'{"live":true}'
            case "/ready", "GET":
                return readiness(self.watch, self.journal, self.door)
            case "/predict" | "/live" | "/ready", method:
                return refusal(405, f"{method} is not how this is asked")
            case _:
                return refusal(404, "known: POST /predict, GET /live, GET /ready")

    async def _predict(self, headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> Reply:
        body = await received(receive)
        if body is None:
            return refusal(413, f"a request has at most {LARGEST:,} bytes")
        loop = asyncio.get_running_loop()
        begun = self.door.begun(body)
        if isinstance(begun, Asked) and begun.away:
            begun = await loop.run_in_executor(self._waiting, self.door.ended, begun)
        status, content, number = self.door.ended(begun) if isinstance(begun, Asked) else begun
        if status not in (200, 422) or (DURABILITY, b"ack") not in headers:
            return status, content
        if await loop.run_in_executor(None, self.journal.kept, number):
            return status, content
        return refusal(503, "the answer could not be recorded")


async def received(receive: Receive) -> bytes | None:
    """The body of a request; None where it is too large, read to its end all the same."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        more = message.get("more_body", False)
        if size <= LARGEST:
            parts.append(part)
    return b"".join(parts) if size <= LARGEST else None


def readiness(watch: Watch, journal: Journal, door: Door) -> Reply:
    """503 until a routing is followed; then who answers, by whom, and all that is not as wished."""
    table = watch.table
    versions = [] if table is None else table.served
    runtimes = [one.held.runtime for one in versions]
    now = watch.now() if table else None
    reasons = [watch.refused, *(one.silenced(now) for one in versions)]
    reasons += [note for one in runtimes for note in one.notes]
    reasons += [str(one.failure) for one in runtimes if one.failure]
    said = {
        "ready": table is not None,
        "model": table.routing.model if table else "",
        "sequence": table.routing.sequence if table else 0,
        "environment": watch.place.environment,
        "versions": [
            {"version": one.share.version, "share": one.share.share, "certificate": one.short}
            for one in versions
        ],
        "reasons": list(dict.fromkeys(reason for reason in reasons if reason)),
        "lost": journal.lost,
        "failed": door.failed,
    }
    return (200 if table else 503), ENCODE(said)


def run(place: Place, log: Path, keys: Path, port: int, voice: Voice) -> None:
    """Serves until it is told to stop by SIGTERM or SIGINT; keys: the trust file.

    port: 0 for a free one. Raises Unavailable where it is taken.
    """
    with _listening(port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        spoken = voice._replace(ready=lambda line: voice.ready(f"{line}, on {address}"))
        watch, journal = Watch(place, log, keys, spoken), Journal(log)
        app = App(watch, journal)
        config = uvicorn.Config(
            app, lifespan="off", ws="none", log_level="warning", access_log=False,
            server_header=False, date_header=False, timeout_keep_alive=KEPT,
            timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        server = uvicorn.Server(config)
        for number in (signal.SIGINT, signal.SIGTERM):  # before uvicorn has its own, and after
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        watch.start()
        try:
            server.run([listening])
        finally:
            watch.stop()
            journal.close()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=2048)
    except OSError as error:
        raise Unavailable(
            f"port {port} of 127.0.0.1 cannot be had: {error.strerror}",
            hint="end who has it, or choose another one: --port 0 takes a free one",
        ) from error
