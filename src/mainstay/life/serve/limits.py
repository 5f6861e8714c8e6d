"""What the door takes from a caller: so many bytes, of such a kind, within such a time.

A body that is too large is not kept, only read on so that its sender hears the answer; bodies that
come in parts share one budget of memory. Whoever is slower than SECONDS with one request, from its
first byte to its last, is cut off: uvicorn alone waits for heads and bodies without end.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Protocol

from mainstay.life.serve.handle import Asked, Door, Outcome, Reply, refusal
from mainstay.life.serve.quick import Quick
from mainstay.life.serve.served import Held
from mainstay.seal.routing import Routing

LARGEST = 10_000_000
"""Bytes of one request."""
DRAINED = 10 * LARGEST
"""Bytes of a request that is too large that are read so that its sender hears so."""
HELD = 3 * LARGEST
"""Bytes of all bodies that are not whole yet."""
HEAD = 65_536
"""Bytes of the head of one request."""
SECONDS = 20.0
"""For one request, head and body."""
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Headers = Iterable[tuple[bytes, bytes]]
Telling = dict[bytes, Callable[[bytes, Headers], Reply | None]]
_JSON = frozenset((b"", b"application/json", b"application/x-www-form-urlencoded"))
"""Content types of a request; the last is what curl -d says of anything."""
FULL = refusal(429, "the model has no room for more requests: send it again")
_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Intake:
    """Bodies on their way in; held: bytes of those that are not whole yet."""

    def __init__(self) -> None:
        self.held = 0

    async def body(
        self, headers: Headers, receive: Receive, *, of_any_kind: bool = False
    ) -> bytes | Reply | None:
        """A whole body, the refusal of one, or None where the caller went away.

        of_any_kind: somebody else reads what it says of its content.
        """
        refused = declined(headers, _LONG if of_any_kind else _TELLING)
        if refused:
            return refused
        message = await receive()
        part: bytes = message.get("body", b"")
        if message["type"] == "http.request" and not message.get("more_body"):
            return part if len(part) <= LARGEST else _too_large()
        return await self._parts(message, receive)

    async def _parts(self, message: Message, receive: Receive) -> bytes | Reply | None:
        parts: list[bytes] = []
        size = kept = 0
        crowded = False
        try:
            while message["type"] == "http.request":
                part = message.get("body", b"")
                size += len(part)
                crowded = crowded or self.held + len(part) > HELD
                if crowded or size > LARGEST:
                    parts, kept = [], self._let_go(kept)
                else:
                    parts.append(part)
                    kept += len(part)
                    self.held += len(part)
                if not message.get("more_body") or size > DRAINED:
                    return _whole(parts, size, crowded=crowded)
                message = await receive()
            return None
        finally:
            self._let_go(kept)

    def _let_go(self, kept: int) -> int:
        self.held -= kept
        return 0


class Lobby(Protocol):
    """Where requests of several models wait together."""

    def taken(self) -> bool:
        """Whether there is a place for one more, until `given`."""

    def given(self) -> None:
        """It waits no more."""


class Room:
    """What one request takes of its versions' rooms, until it is given; see `serve.resources`.

    A version has a room of its own. A canary's is half of what its contract says, so that requests
    with records for both, which take a place in either, leave its champion the other half.
    """

    def __init__(self, helds: Mapping[Held, bool], lobby: Lobby | None = None) -> None:
        """helds: whether each is a canary's. lobby: of a door's models, where there are several."""
        self._helds, self._lobby = helds, lobby

    @property
    def beside(self) -> bool:
        """Whether it is a canary's too, and so waits among its own."""
        return any(self._helds.values())

    def taken(self) -> bool:
        """False where there is none."""
        full = any(len(one.waiting) >= _size(one, canary) for one, canary in self._helds.items())
        if full or not (self._lobby is None or self._lobby.taken()):
            return False
        for one in self._helds:
            one.waiting.append(None)
        return True

    def given(self) -> None:
        """The request waits no more."""
        for one in self._helds:
            one.waiting.pop()
        if self._lobby is not None:
            self._lobby.given()

    def ended(self, end: Callable[[Asked], Outcome], begun: Asked) -> Outcome:
        """What ends a request says, which then waits no more."""
        try:
            return end(begun)
        finally:
            self.given()


async def from_away(door: Door, body: bytes, lobby: Lobby | None, trace: str = "") -> Reply | None:
    """The reply of a model in a process of its own, awaited here where nothing else is to be told.

    None where a thread has to wait for it, or nobody.
    """
    held = door.awaited()
    if held is None:
        return None
    room = Room({held: False}, lobby)
    if not room.taken():
        return FULL
    try:
        return await door.from_away(body, trace)
    finally:
        room.given()


def asked(begun: Asked) -> dict[Held, bool]:
    """Whom a request asks, and whether that is a canary."""
    parts = begun.parts if isinstance(begun.parts, list) else ()
    canary = _canary(begun.table.routing)
    return {one.held: one.share.version == canary for one, _ in parts}


def _size(one: Held, canary: bool) -> int:  # noqa: FBT001 - as it is
    size = one.runtime.manifest.operation.concurrency
    return max(size // 2, 1) if canary else size


def _canary(routing: Routing) -> str:
    """The version beside the champion; empty where there is none."""
    return routing.shares[-1].version if len(routing.shares) > 1 else ""


def declined(headers: Headers, telling: Telling | None = None) -> Reply | None:
    """Why a request is refused by its head alone; telling: by which headers, else by all."""
    telling = _TELLING if telling is None else telling
    for name, value in headers:
        if name in telling and value not in _JSON:
            refused = telling[name](value, headers)
            if refused:
                return refused
    return None


def _of_kind(value: bytes, _: Headers) -> Reply | None:
    fits = _is_json(value)
    return None if fits else refusal(415, "a request is JSON: content-type application/json")


def _as_it_is(value: bytes, _: Headers) -> Reply | None:
    fits = value.lower() == b"identity"
    return None if fits else refusal(415, "a request is sent as it is, not compressed")


def _of_length(value: bytes, _: Headers) -> Reply | None:
    return _too_large() if _length(value) > DRAINED else None


def _asked_first(_: bytes, headers: Headers) -> Reply | None:
    """Who waits for leave to send a body need not send it in vain."""
    stated = dict(headers).get(b"content-length", b"0")
    return _too_large() if _length(stated) > LARGEST else None


def _length(value: bytes) -> int:
    return int(value) if value.isdigit() and len(value) < 20 else DRAINED + 1


def _is_json(stated: bytes) -> bool:
    kind, _, more = stated.lower().partition(b";")
    charset = more.partition(b"charset=")[2].strip(b' "')
    return kind.strip() in _JSON and charset in (b"", b"utf-8", b"utf8", b"us-ascii")


def _whole(parts: list[bytes], size: int, *, crowded: bool) -> bytes | Reply:
    if size > LARGEST:
        return _too_large()
    if crowded:
        return refusal(429, "too many large requests at once: send fewer records, or send it again")
    return b"".join(parts)


def _too_large() -> Reply:
    return refusal(413, f"a request has at most {LARGEST:,} bytes")


_LONG: Telling = {b"content-length": _of_length, b"expect": _asked_first}
_TELLING: Telling = {b"content-type": _of_kind, b"content-encoding": _as_it_is, **_LONG}


class Connection(Quick):
    """uvicorn's protocol and its short way, with an end to the head of a request."""

    _heading = 0

    def parsed(self, data: bytes) -> None:
        super().parsed(data)
        if self.headed:
            self._heading = 0
            return
        self._heading += len(data)
        if self._heading > HEAD and not self.transport.is_closing():
            self.send_400_response(f"The head of a request has at most {HEAD} bytes.")

    @property
    def request(self) -> object:
        """The scope of the newest request, None before the first."""
        return self.scope

    @property
    def headed(self) -> bool:
        """Whether the newest request, if there is one, has its whole head."""
        return self.request is None or "path" in self.scope

    @property
    def unfinished(self) -> bool:
        """Whether the caller has not sent the whole of what it began, or nothing so far."""
        cycle: object = self.cycle
        return cycle is None or not self.headed or self.cycle.more_body


class Patience:
    """Asked every second, cuts off who takes longer than `seconds` for one request."""

    def __init__(self, connections: Callable[[], Iterable[object]], seconds: float) -> None:
        self._connections, self._seconds = connections, seconds
        self._since: dict[Connection, tuple[object, float]] = {}

    async def __call__(self) -> None:
        now = asyncio.get_running_loop().time()
        seen: dict[Connection, tuple[object, float]] = {}
        for one in list(self._connections()):
            if isinstance(one, Connection) and one.unfinished:
                request, since = self._since.get(one, (one.request, now))
                seen[one] = (one.request, since if request is one.request else now)
        self._since = seen
        for one, (_, since) in seen.items():
            if now - since > self._seconds:
                _cut(one)


def _cut(one: Connection) -> None:
    cycle: object = one.cycle
    if cycle is None or not one.cycle.response_started or not one.headed:
        one.transport.write(_LATE)
    one.transport.close()


def many_connections() -> None:
    """As many open connections as the system allows, not as a shell usually does."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
