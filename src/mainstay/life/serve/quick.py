"""A short way through uvicorn's HTTP, for plain requests that can be answered at once.

For every request uvicorn makes a task, an event and a dictionary or two, which cost as much as the
answer itself (docs/decisions/030). A plain request, one whose head says nothing that needs them,
is answered as soon as its last byte is here, in the parser's own callback. A head that the parser
found plain once is known by its bytes from then on: whoever sends the same one again, its body with
it, is answered without the parser (docs/decisions/044). All others go uvicorn's way, as do plain
ones that `at_once` has no reply to: connections, pipelining, time limits and the end of the process
are uvicorn's business in either case.
"""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mainstay.life.serve.handle import Reply

LARGEST = 65_536
"""Bytes of a body on the short way; above it, what is saved is no part of the whole."""
ROOM = 100 * LARGEST
"""Bytes of all bodies that are on their way in on the short way; others take the long one."""
AGAIN = b"1"
"""Seconds after which whoever was told 429 may ask again."""
KNOWN = 4_096
"""Plain heads that are known by their bytes, of SHORT bytes at most; then all are learned anew."""
SHORT = 1_024
_FIRST, _END = b"POST %b HTTP/1.1\r\n", b"\r\n\r\n"
_UNKNOWN = (-LARGEST, b"", b"")
AtOnce = Callable[[bytes, bytes], Reply | None]
"""A reply to a body from who showed this authorization, empty for none; None for the long way."""
Ways = Mapping[bytes, AtOnce]
"""Who answers plain requests, by path."""
_AUTHORIZATION = b"authorization"
_PLAIN = frozenset((
    b"host", b"content-length", b"content-type", b"connection", b"user-agent",
    b"accept", b"accept-encoding", b"accept-language", _AUTHORIZATION,
))  # fmt: skip
"""Headers that change nothing here, and who asks: none of durability, traces, codings or leave."""
_JSON = frozenset((b"", b"application/json"))
_HEADS = {
    status.value: b"HTTP/1.1 %d %b\r\n%bcontent-type: application/json\r\ncontent-length: "
    % (status, status.phrase.encode(), b"retry-after: %b\r\n" % AGAIN if status == 429 else b"")
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
    """One connection; the `ways` of the ASGI application answer bodies of plain requests."""

    held: ClassVar[int] = 0  # bytes of the plain requests on their way in, as their heads say
    known: ClassVar[dict[bytes, tuple[int, bytes, bytes]]] = {}  # plain heads: the length of the
    # body that each states, its path, and the authorization that it shows, looked at each time
    _parts: list[bytes] | None = None  # of one that is on its way in here
    _length = 0
    _shown = b""  # the authorization of that one
    _between = True  # the parser has seen nothing yet, or plain requests answered here, whole ones
    _declined = False  # the newest request has no reply at once
    _head = b""  # of the newest request, where it came in one part
    _last = 0.0  # when a request was answered here last, by the loop's clock

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._ways: Ways = getattr(self.config.app, "ways", {})

    def data_received(self, data: bytes) -> None:
        if not (self._between and self._is_answered(data)):
            self.parsed(data)

    def parsed(self, data: bytes) -> None:
        """Bytes that the parser has to look at."""
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        head, self._head = self._head, b""
        if not self._declined and self._is_plain():
            self._parts = []
            Quick.held += self._length
            self.scope["path"] = self.url.decode()
            self.cycle = _COMING  # type: ignore[assignment]  # looks like one
            if _is_clear(head, self.url, len(self.headers)):
                _learn(head, (self._length, self.url, self._shown))
        else:
            self._declined = False
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
        reply = self._reply(self.url, b"".join(self._parts), self._shown)
        if reply is None:
            self._hand_over()
            super().on_message_complete()
        else:
            self._collected()
            self._between = True
            self._answer(*reply)
            self.on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Answers without the parser leave the timer alone: it goes on where there were any."""
        left = self._last + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._wait(left)
        else:
            super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """A request that is on its way in is still answered."""
        if self._parts is not None:
            self._hand_over()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._parts is not None:
            self._collected()
        super().connection_lost(exc)

    def _is_answered(self, data: bytes) -> bool:
        """Whether it is one whole request, with a head that is known to be plain, and answered."""
        end = data.find(_END, 0, SHORT) + len(_END)
        length, path, shown = self.known.get(data[:end], _UNKNOWN)
        if len(data) - end != length:
            self._head = data[:end] if end >= len(_END) else b""
            return False
        if self.flow.write_paused or not self._is_free():
            return False
        reply = self._reply(path, data[end:], shown)
        if reply is None:
            self._declined = True
            return False
        self.cycle = _OVER  # type: ignore[assignment]  # looks like one
        self.server_state.total_requests += 1
        self._answer(*reply)
        self._last = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait(self.timeout_keep_alive)
        return True

    def _reply(self, path: bytes, body: bytes, shown: bytes) -> Reply | None:
        at_once = self._ways.get(path)
        return at_once(body, shown) if at_once else None

    def _wait(self, seconds: float) -> None:
        again = self.timeout_keep_alive_handler
        self.timeout_keep_alive_task = self.loop.call_later(seconds, again)

    def _is_plain(self) -> bool:
        """By its head alone, after everything before it was answered."""
        stated = dict(self.headers)
        length = stated.get(b"content-length", b"")
        self._length = int(length) if length.isdigit() and len(length) < 6 else ROOM
        self._shown = stated.get(_AUTHORIZATION, b"")
        return (
            self.url in self._ways
            and self._is_free()
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

    def _is_free(self) -> bool:
        """Whether everything before was answered."""
        cycle: object = self.cycle
        return cycle is None or self.cycle.response_complete

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
        self.transport.write(b"%b%d\r\n\r\n%b" % (_HEADS[status], len(content), content))


def _is_clear(head: bytes, path: bytes, count: int) -> bool:
    """Whether anybody finds the same beginning and end of a head, with so many headers."""
    ends = head.count(b"\r\n")
    lines = head.startswith(_FIRST % path) and ends == count + 2
    return lines and head.count(b"\r") == ends == head.count(b"\n")


def _learn(head: bytes, said: tuple[int, bytes, bytes]) -> None:
    if len(Quick.known) >= KNOWN:
        Quick.known.clear()
    Quick.known[head] = said
