"""The door over HTTP: bare ASGI, loopback only, one process.

POST /predict, GET /live, GET /ready. A caller who sends `x-mainstay-durability: ack` gets the
answer only when it is safe on disk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from mainstay.life.serve.handle import ENCODE, Door, Reply, refusal
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.watching import Watch

LARGEST = 10_000_000
"""Bytes of one request."""
DURABILITY = b"x-mainstay-durability"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """The ASGI application over one watch and one journal."""

    def __init__(self, watch: Watch, journal: Journal) -> None:
        self.watch, self.journal = watch, journal
        self.door = Door(lambda: watch.table, journal, watch.now)

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
        status, content, number = self.door.handle(body)
        if status in (200, 422) and (DURABILITY, b"ack") in headers:
            loop = asyncio.get_running_loop()
            if not await loop.run_in_executor(None, self.journal.kept, number):
                return refusal(503, "the answer could not be recorded")
        return status, content


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
    reasons = [watch.refused, *(one.reason for one in versions)]
    reasons += [note for one in runtimes for note in one.notes]
    reasons += [str(one.failure) for one in runtimes if one.failure]
    now = watch.now() if table else None
    reasons += [
        f"the certificate of {one.share.version} has expired"
        for one in versions
        if now and one.certificate and now >= one.certificate.not_after
    ]
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


def run(place: Place, log: Path, keys: Path, port: int) -> None:
    """Serves until it is told to stop; keys: the trust file."""
    watch, journal = Watch(place, log, keys), Journal(log)
    config = uvicorn.Config(
        App(watch, journal), host="127.0.0.1", port=port, lifespan="off", ws="none",
        log_level="warning", access_log=False, server_header=False, date_header=False,
    )  # fmt: skip
    watch.start()
    try:
        uvicorn.Server(config).run()
    finally:
        watch.stop()
        journal.close()
