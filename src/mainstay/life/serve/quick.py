"""A short way through uvicorn's HTTP, for plain requests that can be answered at once.

For every request uvicorn makes a task, an event and a dictionary or two, which cost as much as the
answer itself (docs/decisions/030). A plain request, one whose head says nothing that needs them,
is answered as soon as its last byte is here, in the parser's own callback. All others go uvicorn's
way, as do plain ones that `at_once` has no reply to: connections, pipelining, time limits and the
end of the process are uvicorn's business in either case.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mainstay.life.serve.handle import Reply

PATH = b"/predict"
LARGEST = 65_536
"""Bytes of a body on the short way; above it, what is saved is no part of the whole."""
ROOM = 100 * LARGEST
"""Bytes of all bodies that are on their way in on the short way; others take the long one."""
AtOnce = Callable[[bytes], Reply | None]
_PLAIN = frozenset((
    b"host", b"content-length", b"content-type", b"connection", b"user-agent",
    b"accept", b"accept-encoding", b"accept-language",
))  # fmt: skip
"""Headers that change nothing here: none of identity, durability, traces, codings or leave."""
_JSON = frozenset((b"", b"application/json"))
_HEADS = {
    status.value: b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: "
    % (status, status.phrase.encode())
    for status in HTTPStatus
}


class _Cycle:
    """What uvicorn and others ask of the newest request of a connection, between its own ones."""

    keep_alive = True
    disconnected = False

    def __init__(self, *, over: bool) -> None:
        self.response_started = self.response_complete = over
        self.more_body = not over
        self.message_event = asyncio.Event()


_COMING, _OVER = _Cycle(over=False), _Cycle(over=True)


class Quick(HttpToolsProtocol):
    """One connection; `at_once` of the ASGI application answers bodies of plain requests."""

    held: ClassVar[int] = 0  # bytes of the plain requests on their way in, as their heads say
    _parts: list[bytes] | None = None  # of one that is on its way in here
    _length = 0

    def on_headers_complete(self) -> None:
        if self._is_plain():
            self._parts = []
            Quick.held += self._length
            self.scope["path"] = PATH.decode()
            self.cycle = _COMING  # type: ignore[assignment]  # looks like one
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._parts is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._parts is None:
            super().on_message_complete()
            return
        at_once: AtOnce | None = getattr(self.config.app, "at_once", None)
        reply = at_once(b"".join(self._parts)) if at_once else None
        if reply is None:
            self._hand_over()
            super().on_message_complete()
        else:
            self._answer(*reply)

    def shutdown(self) -> None:
        """A request that is on its way in is still answered."""
        if self._parts is not None:
            self._hand_over()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._parts is not None:
            self._collected()
        super().connection_lost(exc)

    def _is_plain(self) -> bool:
        """By its head alone, after everything before it was answered."""
        cycle: object = self.cycle
        stated = dict(self.headers)
        length = stated.get(b"content-length", b"")
        self._length = int(length) if length.isdigit() and len(length) < 6 else ROOM
        return (
            self.url == PATH
            and (cycle is None or self.cycle.response_complete)
            and stated.keys() <= _PLAIN
            and len(stated) == len(self.headers)
            and stated.get(b"content-type", b"") in _JSON
            and self._length <= LARGEST
            and Quick.held + self._length <= ROOM
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.flow.write_paused
        )

    def _collected(self) -> list[bytes]:
        """What has come of the body, no longer held here."""
        parts, self._parts = self._parts or [], None
        Quick.held -= self._length
        self.cycle = _OVER  # type: ignore[assignment]  # looks like one
        return parts

    def _hand_over(self) -> None:
        """To uvicorn, with what has come of the body."""
        parts = self._collected()
        super().on_headers_complete()
        for part in parts:
            super().on_body(part)

    def _answer(self, status: int, content: bytes) -> None:
        self._collected()
        self.transport.write(b"%b%d\r\n\r\n%b" % (_HEADS[status], len(content), content))
        self.on_response_complete()
