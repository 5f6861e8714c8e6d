"""Callers and the door they ask."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from mainstay.cli.demo import traffic
from mainstay.cli.demo.traffic import Request

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)


class Echo(BaseHTTPRequestHandler):
    """Answers what it was asked; hangs up on b"die"."""

    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        Echo.connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if body == b"die":
            self.close_connection = True
            return
        said = b'{"answers":[{"decided_by":"model","flags":[],"said":"%s"}]}' % body
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_requests_are_asked_hour_by_hour_at_their_time(port: int) -> None:
    asked = [Request(NOON + timedelta(minutes=20 * at), f"{at}", b"%d" % at) for at in range(7)]
    times: list[datetime] = []
    Echo.connections = 0

    said = list(traffic.asked(port, asked, times.append, Event()))

    assert times == [NOON + timedelta(hours=hour) for hour in (1, 2, 3)]
    assert {one.answer["said"] for one in said} == set("0123456")
    assert {one.outcome for one in said} == {"model"}
    assert 1 < Echo.connections <= traffic.CALLERS < len(asked)


def test_a_connection_that_dies_is_a_failure_and_the_next_request_goes_on(port: int) -> None:
    asked = [Request(NOON, "a", b"die"), *(Request(NOON, f"{at}", b"1") for at in range(8))]

    said = list(traffic.asked(port, asked, lambda _: None, Event()))

    assert [one.failed for one in said].count(True) == 1
    assert {one.outcome for one in said} == {"nobody", "model"}


def test_callers_take_a_breath_while_somebody_deploys(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [Request(NOON, f"{at}", b"%d" % at) for at in range(8)]
    acting, slept = Event(), list[float]()
    acting.set()

    def breath(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 5:
            acting.clear()

    monkeypatch.setattr(traffic.time, "sleep", breath)

    said = list(traffic.asked(port, asked, lambda _: None, acting))

    assert {one.outcome for one in said} == {"model"}
    assert 5 <= len(slept) < 5 + traffic.CALLERS
