"""A door of its own process, and callers who ask it over HTTP, in the order of time."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import httptools
import msgspec

from mainstay.cli.demo import year
from mainstay.cli.demo.year import Stage
from mainstay.core import clock
from mainstay.core.entries import OWN
from mainstay.core.errors import Unavailable

CALLERS = 4
"""Connections kept open, each with one request at a time."""
PATIENCE = 120.0  # seconds for a door to open or to follow a routing
BREATH = 0.025
"""Seconds between two requests of a caller while somebody deploys: an act of half a second is then
half an hour of a week, and not the whole of it."""
HOUR = timedelta(hours=1)
HEAD = b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n"


class Request(NamedTuple):
    """One decision that somebody asks for; corrupted: a value in it was changed on its way."""

    at: datetime
    key: str
    body: bytes
    corrupted: bool = False


class Said(NamedTuple):
    """What one request got; status 0 where nothing came back."""

    request: Request
    status: int
    answer: dict[str, Any]

    @property
    def outcome(self) -> str:
        """Who answered: model, rule (by its share), fallback of a guard, or nobody."""
        if self.status != 200:
            return "rejected" if self.status == 422 else "nobody"
        if self.answer["decided_by"] == "model":
            return "model"
        return "rule" if OWN.intersection(self.answer["flags"]) else "fallback"

    @property
    def failed(self) -> bool:
        """No answer, a mistake of the door, or a refusal of a row that nobody had changed."""
        return self.status != 200 and (self.status != 422 or not self.request.corrupted)


class Door(NamedTuple):
    """A running door."""

    port: int
    process: "subprocess.Popen[bytes]"

    def follows(self, sequence: int) -> None:
        """Waits until it answers by this routing. Raises Unavailable."""
        until = clock.stopwatch() + PATIENCE
        while clock.stopwatch() < until:
            if self.process.poll() is not None:
                raise Unavailable("the door of the demo ended", hint="see its words above")
            if self.state().get("sequence") == sequence:
                return
            time.sleep(0.05)
        raise Unavailable(f"the door does not follow routing {sequence}: {self.state()}")

    def state(self) -> dict[str, Any]:
        """What it says of itself; nothing while it does not listen yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            said: dict[str, Any] = msgspec.json.decode(connection.getresponse().read())
        except OSError:
            return {}
        finally:
            connection.close()
        return said


@contextmanager
def door(stage: Stage) -> Iterator[Door]:
    """A replay door over what is published, on a free port, in the time of the demo's clock."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    program = "from mainstay.cli.main import main; main()"
    command = [
        sys.executable, "-c", program, "serve", "--folder", str(stage.project), "--port", str(port),
        "--environment", "replay", "--clock", str(stage.clock),
    ]  # fmt: skip
    with year.acting(stage, year.AUTHOR):  # a child has the settings of its parent
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with process:
        try:
            yield Door(port, process)
        finally:
            process.terminate()


def asked(
    port: int,
    requests: Sequence[Request],
    told: Callable[[datetime], None],
    acting: threading.Event,
) -> Iterator[Said]:
    """Sends them hour by hour; told: the time, before the first request of each hour.

    acting: set while somebody deploys; callers take a breath between requests then.
    """
    callers = [_Caller(port, acting) for _ in range(CALLERS)]
    with ThreadPoolExecutor(CALLERS) as pool:
        for hour, group in groupby(requests, lambda one: _hour(one.at)):
            told(hour + HOUR)
            some = list(group)
            parts = [some[at::CALLERS] for at in range(CALLERS)]
            for said in pool.map(_Caller.all, callers, parts):
                yield from said
    for caller in callers:
        caller.close()


class _Caller:
    """One connection, opened again after a failure."""

    def __init__(self, port: int, acting: threading.Event) -> None:
        self._port, self._acting = port, acting
        self._connection: socket.socket | None = None

    def all(self, requests: Sequence[Request]) -> list[Said]:
        return [self._one(request) for request in requests]

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _one(self, request: Request) -> Said:
        if self._acting.is_set():
            time.sleep(BREATH)
        try:
            got = self._got(HEAD % len(request.body) + request.body)
        except (OSError, httptools.HttpParserError):
            self.close()
            return Said(request, 0, {})
        return Said(request, got.status, _answer(got.status, got.body))

    def _got(self, sent: bytes) -> "_Got":
        """Raises OSError, HttpParserError."""
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got = _Got()
        self._connection.sendall(sent)
        while not got.whole:
            some = self._connection.recv(65536)
            if not some:
                raise ConnectionResetError("closed before the answer was whole")
            got.parser.feed_data(some)
        if not got.lasts:
            self.close()
        return got


class _Got:
    """An answer as it comes in; lasts: whether the connection does."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.body, self.whole, self.lasts = b"", False, False

    @property
    def status(self) -> int:
        return int(self.parser.get_status_code())

    def on_body(self, some: bytes) -> None:
        self.body += some

    def on_message_complete(self) -> None:
        self.whole, self.lasts = True, self.parser.should_keep_alive()


def _answer(status: int, content: bytes) -> dict[str, Any]:
    if status != 200:
        return {}
    answer: dict[str, Any] = msgspec.json.decode(content)["answers"][0]
    return answer


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
