"""The short way through uvicorn: the same bytes come back as on the long way."""

import asyncio
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from mainstay.life.serve import quick
from mainstay.life.serve.quick import Quick

WORD = re.compile(rb'"(\w+!?)"')
IDLE = 0.3  # seconds without a word after which none comes any more
HEAD = b"POST /predict HTTP/1.1\r\nHost: here\r\n"
LENGTH = b"Content-Length: %d\r\n"
PLAIN = HEAD + b"Content-Type: application/json\r\nContent-Length: 4\r\n\r\nbody"
SLOW = HEAD + b"Content-Length: 4\r\n\r\nslow"
LARGE = b"0" * (quick.LARGEST + 1)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
OTHERS = {
    "a get": b"GET /predict HTTP/1.1\r\nHost: here\r\n\r\n",
    "a head": b"HEAD /predict HTTP/1.1\r\nHost: here\r\n\r\n",
    "another path": PLAIN.replace(b"/predict", b"/ready"),
    "a query": PLAIN.replace(b"/predict", b"/predict?a=b"),
    "HTTP/1.0": PLAIN.replace(b"1.1", b"1.0"),
    "a connection to be closed": PLAIN.replace(b"Host: here", b"Connection: close"),
    "leave asked for first": PLAIN.replace(b"Host: here", b"Expect: 100-continue"),
    "a body in chunks": CHUNKED,
    "no body": HEAD + b"\r\n",
    "a large body": HEAD + LENGTH % len(LARGE) + b"\r\n" + LARGE,
    "a wish": PLAIN.replace(b"Host: here", b"X-Mainstay-Durability: ack"),
    "two names": PLAIN.replace(b"Host: here", b"Authorization: a\r\nAuthorization: b"),
    "a stranger": PLAIN.replace(b"Host: here", b"Authorization: nobody"),
    "a trace": PLAIN.replace(b"Host: here", b"Traceparent: 00-a-b-01"),
    "another kind": PLAIN.replace(b"application/json", b"text/csv"),
    "a header twice": PLAIN.replace(b"Host: here", b"Accept: a\r\nAccept: b"),
    "two lengths": PLAIN.replace(b"Host: here", b"Content-Length: 2"),
    "an upgrade": PLAIN.replace(b"Host: here", b"Connection: Upgrade\r\nUpgrade: h2c"),
    "an answer that has to wait": SLOW,
    "no HTTP": b"\x16\x03\x01 hello\r\n\r\n",
    "a strange length": PLAIN.replace(b"Length: 4", b"Length: +4"),
}


class Echo:
    """An application that says what it was sent; `slow` it takes its time for."""

    def __init__(self) -> None:
        self.quickly = self.slowly = 0
        self.ways = {b"/predict": self.at_once, b"/models/b/predict": lambda *_: (200, b'"b"')}
        self.shown: list[bytes] = []

    def at_once(self, body: bytes, shown: bytes) -> tuple[int, bytes] | None:
        self.shown.append(shown)
        if body == b"slow" or shown == b"nobody":
            return None
        self.quickly += 1
        return 422 if body == b"bad!" else 200, b'"%b"' % body

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        self.slowly += 1
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if body == b"slow":
            await asyncio.sleep(0.01)
        status = 422 if body == b"bad!" else 200
        length = b"%d" % (len(body) + 2)
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b'"%b"' % body})


class Told:
    """One server in the running loop, and what it says to some bytes."""

    def __init__(self, protocol: type[HttpToolsProtocol]) -> None:
        self.echo, self.state = Echo(), ServerState()
        config = Config(self.echo, ws="none", lifespan="off", access_log=False, proxy_headers=False,
                        log_config=None)  # fmt: skip
        self.protocol = lambda: protocol(
            config=config, server_state=self.state, app_state={}, _loop=None
        )

    async def said(self, *parts: bytes, wait: float = 0.005, words: int = 0) -> bytes:
        """All that comes back until the connection ends or nothing comes any more.

        words: answers that are known to come, however long they take.
        """
        server = await asyncio.get_running_loop().create_server(self.protocol, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(wait)
        said = b""
        try:
            while part := await asyncio.wait_for(reader.read(1_000_000), 20 if words else IDLE):
                said += part
                if words and len(WORD.findall(said)) == words:
                    break
        except (TimeoutError, ConnectionError):
            pass
        writer.close()
        server.close()
        return said


def both(*parts: bytes) -> tuple[bytes, bytes, Told]:
    """What the short way says, what uvicorn says, and the server of the short way."""
    short, long = Told(Quick), Told(HttpToolsProtocol)

    async def said() -> list[bytes]:
        return await asyncio.gather(short.said(*parts), long.said(*parts))

    return *asyncio.run(said()), short


def test_a_plain_request_goes_the_short_way_and_gets_the_same_bytes() -> None:
    said, expected, server = both(PLAIN, PLAIN.replace(b"body", b"bad!"))

    assert said == expected
    assert re.findall(rb"HTTP/1.1 (\d+) .*?\"(\w+!?)\"", said, re.DOTALL) == [
        (b"200", b"body"),
        (b"422", b"bad!"),
    ]
    assert (server.echo.quickly, server.echo.slowly) == (2, 0)
    assert server.state.total_requests == 2


def test_a_path_of_its_own_has_a_short_way_of_its_own() -> None:
    other = PLAIN.replace(b"/predict", b"/models/b/predict")
    Quick.known.clear()

    said = asyncio.run(Told(Quick).said(other, PLAIN, other, words=3))

    assert re.findall(rb"\"(\w+)\"", said) == [b"b", b"body", b"b"]
    assert {path for _, path, _ in Quick.known.values()} == {b"/predict", b"/models/b/predict"}


def test_whoever_is_told_429_on_the_short_way_is_told_when_to_ask_again() -> None:
    assert b"retry-after: 1\r\n" in quick._HEADS[429]
    assert b"retry-after" not in quick._HEADS[200]


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_is_not_plain_goes_the_long_way(name: str) -> None:
    said, expected, server = both(OTHERS[name])

    assert said == expected
    assert said
    assert server.echo.quickly == 0


@given(cuts=st.lists(st.integers(0, 2 * len(PLAIN) + len(SLOW)), max_size=4).map(sorted))
def test_it_does_not_matter_where_the_network_cuts(cuts: list[int]) -> None:
    sent = PLAIN + SLOW + PLAIN
    parts = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True) if a < b]

    said = asyncio.run(Told(Quick).said(*parts, wait=0, words=3))

    assert WORD.findall(said) == [b"body", b"slow", b"body"]


@pytest.mark.parametrize("name", OTHERS)
def test_a_connection_goes_on_after_either_way(name: str) -> None:
    said, expected, _ = both(PLAIN, OTHERS[name], PLAIN)

    assert said == expected


class Parsing(Quick):
    """Counts how often the parser is asked."""

    asked = 0

    def parsed(self, data: bytes) -> None:
        Parsing.asked += 1
        super().parsed(data)


def test_a_head_found_plain_once_is_answered_without_the_parser_from_then_on() -> None:
    other = PLAIN.replace(b"body", b"bad!")
    Quick.known.clear()
    Parsing.asked = 0

    first = asyncio.run(Told(Parsing).said(PLAIN, other, words=2))
    again = asyncio.run(Told(Parsing).said(PLAIN, other, words=2))

    assert first == again
    assert Parsing.asked == 1
    assert [*Quick.known.values()] == [(4, b"/predict", b"")]


def test_who_asks_is_looked_at_each_time_by_whatever_way_the_head_is_read() -> None:
    named = PLAIN.replace(b"Host: here", b"Authorization: Bearer x")
    Quick.known.clear()
    server = Told(Quick)

    asyncio.run(server.said(named, named, PLAIN, named, words=4))

    assert server.echo.shown == [b"Bearer x", b"Bearer x", b"", b"Bearer x"]
    assert (server.echo.quickly, server.echo.slowly) == (4, 0)


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_is_not_plain_is_never_known(name: str) -> None:
    Quick.known.clear()
    before = both(PLAIN, OTHERS[name])
    known = [*Quick.known]

    after = both(PLAIN, OTHERS[name])

    assert before[:2] == after[:2]
    assert after[0] == after[1]
    assert (
        known
        == [*Quick.known]
        == [one.removesuffix(b"body") for one in (PLAIN,)]
        + ([OTHERS[name][:-4]] if name in ("an answer that has to wait", "a stranger") else [])
    )


def test_a_known_head_in_a_pipeline_or_in_parts_is_read_by_the_parser() -> None:
    sent = PLAIN + SLOW + PLAIN

    said, expected, _ = both(
        PLAIN, sent, PLAIN[:20], PLAIN[20:], b"\r\n" + PLAIN, PLAIN + b"\r\n", PLAIN
    )

    assert said == expected
    assert len(WORD.findall(said)) == 8


@pytest.mark.parametrize(
    "head",
    [
        b"\r\n\r\n" + PLAIN,
        b"\r\n" + PLAIN,
        PLAIN.replace(b"\r\n", b"\n") + b"\r\n\r\n",
        PLAIN.replace(b"Host: here", b"Host: here\r\n there"),
        PLAIN.replace(b"Host: here\r\n", b"Host: here\n"),
    ],
)
def test_a_head_whose_ends_may_be_disputed_is_not_known(head: bytes) -> None:
    Quick.known.clear()

    both(head)

    assert not Quick.known


def test_heads_that_are_too_many_are_learned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "KNOWN", 2)
    several = [PLAIN.replace(b"Host: here", b"Host: here%d" % at) for at in range(5)]

    said, expected, _ = both(*several, *several)

    assert said == expected
    assert 0 < len(Quick.known) <= 2


def test_a_connection_in_use_is_not_idle() -> None:
    async def asked() -> tuple[int, bytes]:
        server = Told(Quick)
        await server.said(PLAIN)
        one = server.protocol()
        one.timeout_keep_alive = 0.2
        listening = await asyncio.get_running_loop().create_server(lambda: one, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        for _ in range(6):  # longer than the time of an idle one in all
            writer.write(PLAIN)
            await reader.readuntil(b'"body"')
            await asyncio.sleep(0.06)
        rest = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        listening.close()
        return server.echo.quickly, rest

    assert asyncio.run(asked()) == (7, b"")


def test_requests_in_a_pipeline_are_answered_in_their_order() -> None:
    said, expected, _ = both(SLOW + PLAIN + CHUNKED + PLAIN + SLOW + SLOW + PLAIN)

    assert said == expected
    assert len(re.findall(rb'"\w+"', said)) == 7


def test_a_request_on_its_way_in_is_answered_when_the_door_is_told_to_stop() -> None:
    async def stopped() -> bytes:
        server = Told(Quick)
        listening = await asyncio.get_running_loop().create_server(server.protocol, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        writer.write(PLAIN[:-2])
        while not any(one._parts for one in server.state.connections):  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(0.001)
        for one in list(server.state.connections):
            one.shutdown()
        writer.write(PLAIN[-2:])
        said = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        listening.close()
        return said

    said = asyncio.run(stopped())

    assert said.startswith(b"HTTP/1.1 200")  # all that came until the connection ended
    assert said.endswith(b'"body"')


def test_an_idle_connection_is_closed_after_a_while() -> None:
    async def idle() -> bool:
        server = Told(Quick)
        await server.said(PLAIN)
        one = server.protocol()
        one.timeout_keep_alive = 0.02
        listening = await asyncio.get_running_loop().create_server(lambda: one, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        writer.write(PLAIN)
        said = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        listening.close()
        return said.endswith(b'"body"')

    assert asyncio.run(idle())


def test_a_caller_who_goes_away_leaves_nothing_behind() -> None:
    async def gone() -> int:
        server = Told(Quick)
        await server.said(PLAIN, PLAIN[:-2])
        await asyncio.sleep(0.05)
        return len(server.state.connections) + len(server.state.tasks)

    assert asyncio.run(gone()) == 0
    assert Quick.held == 0


def test_bodies_that_do_not_come_leave_the_others_the_long_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quick, "ROOM", 7)

    async def crowded() -> tuple[bytes, int, int]:
        server = Told(Quick)
        waiting = asyncio.create_task(server.said(PLAIN[:-2], wait=0.1))
        await asyncio.sleep(0.05)
        held = Quick.held
        said = await server.said(PLAIN[:-2], PLAIN[-2:], wait=0.05, words=1)
        await waiting
        return said, held, server.echo.quickly

    said, held, quickly = asyncio.run(crowded())

    assert said.endswith(b'"body"')
    assert (held, quickly) == (4, 0)
