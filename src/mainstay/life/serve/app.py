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

from mainstay.core.errors import Mistake, Unavailable
from mainstay.life.serve import grpc
from mainstay.life.serve.catalogue import pinned
from mainstay.life.serve.handle import ENCODE, Asked, Door, Outcome, Reply, refusal
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.shapes import canonical
from mainstay.life.serve.telling import Voice
from mainstay.life.serve.watching import Watch
from mainstay.life.serve.wires import Asking, Response, Wires, failure, together

GRACE = 10
"""Seconds for the requests under way when the door is told to stop."""
WAITING = 16
"""Requests that wait for models in processes of their own, at most; the others stand in line."""
LARGEST = 10_000_000
"""Bytes of one request."""
KEPT = 75
"""Seconds that an idle connection is kept: longer than callers keep theirs, usually a minute."""
TOO_LARGE = f"a request has at most {LARGEST:,} bytes"
OWN = ("/predict", "/live", "/ready")
"""Paths answered here; all others are asked of the wires."""
DURABILITY = b"x-mainstay-durability"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """The ASGI application over one watch and one journal."""

    def __init__(self, watch: Watch, journal: Journal) -> None:
        self.watch, self.journal = watch, journal
        self.door = Door(lambda: watch.table, journal, watch.now)
        self.wires = Wires(watch, self.exchanged)
        self._waiting = ThreadPoolExecutor(WAITING, "waiting")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] in OWN:
            response = Response(*await self._reply(scope, receive))
        else:
            response = await self._otherwise(scope, receive)
        status, content, headers = response
        headers = (*headers, (b"content-length", b"%d" % len(content)))
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
            case _, method:
                return refusal(405, f"{method} is not how this is asked")

    async def _otherwise(self, scope: Message, receive: Receive) -> Response:
        body = await received(receive)
        if body is None:
            return Response(*refusal(413, TOO_LARGE))
        headers = dict(scope["headers"])
        try:
            return await self.wires.response(Asking(scope["method"], scope["path"], headers, body))
        except Exception:  # noqa: BLE001 - the outermost door
            self.door.failed += 1
            return failure(scope["path"], Unavailable("this request could not be answered"))

    async def _predict(self, headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> Reply:
        body = await received(receive)
        if body is None:
            return refusal(413, TOO_LARGE)
        try:
            body = canonical(body)
        except Mistake as error:
            return refusal(422, str(error))
        begun = self.door.begun(body)
        return await self._ended(begun, durable=(DURABILITY, b"ack") in headers)

    async def exchanged(self, version: str, body: bytes, headers: dict[bytes, bytes]) -> Reply:
        """The reply to a request of another wire, answered whole or not at all."""
        door = Door(lambda: pinned(self.watch.table, version), self.journal, self.watch.now)
        begun = together((door if version else self.door).begun(body))
        return await self._ended(begun, durable=headers.get(DURABILITY) == b"ack")

    async def _ended(self, begun: Asked | Outcome, *, durable: bool) -> Reply:
        loop = asyncio.get_running_loop()
        if isinstance(begun, Asked) and begun.away:
            begun = await loop.run_in_executor(self._waiting, self.door.ended, begun)
        status, content, number = self.door.ended(begun) if isinstance(begun, Asked) else begun
        if status not in (200, 422) or not durable:
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


def run(
    place: Place, log: Path, keys: Path, port: int, voice: Voice, grpc_port: int | None = None
) -> None:
    """Serves until it is told to stop by SIGTERM or SIGINT; keys: the trust file.

    port: 0 for a free one; grpc_port likewise, None for no gRPC. Raises Unavailable where one is
    taken, MissingExtra.
    """
    with _listening(port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        spoken = voice._replace(ready=lambda line: voice.ready(f"{line}, on {address}"))
        watch, journal = Watch(place, log, keys, spoken), Journal(log)
        app = App(watch, journal)
        both = grpc.Beside(app, grpc.Calls(watch, app.exchanged), grpc_port, voice.ready)
        config = uvicorn.Config(
            app if grpc_port is None else both, lifespan="off" if grpc_port is None else "on",
            ws="none", log_level="warning", access_log=False, server_header=False,
            date_header=False, timeout_keep_alive=KEPT, timeout_graceful_shutdown=GRACE,
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
        if both.failure:
            raise both.failure


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port), backlog=2048)
    except OSError as error:
        raise Unavailable(
            f"port {port} of 127.0.0.1 cannot be had: {error.strerror}",
            hint="end who has it, or choose another one: --port 0 takes a free one",
        ) from error
