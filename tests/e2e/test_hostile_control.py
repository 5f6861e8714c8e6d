"""A real control plane among callers who mean it no good: others are answered all the while."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import small_project
from asking import given
from planes import served

from mainstay.web.process import SLOWEST

HEADS = (
    b"", b"GET / HTTP/1.1\r\nx:", b"POST /api/queries HTTP/1.1\r\ncontent-length: 500\r\n\r\n{",
    (b"POST /sign-in HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"
     b"content-length: 5000\r\n\r\nname="),
)  # fmt: skip
EACH = 100
"""Callers of each kind: more than there are threads, by ten."""


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Its port, and a token."""
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "contract.yaml").write_text(small_project.CONTRACT)
    token = given(folder, "vera", "viewer")
    with served(folder, {**os.environ, "MAINSTAY_KEYS": str(tmp_path / "keys")}) as found:
        yield urlsplit(found.url).port or 0, token


def asked(port: int, path: str, token: str = "") -> int:
    """The status of one request on a connection of its own."""
    shown = f"authorization: Bearer {token}\r\n" if token else ""
    head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{shown}connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 60) as to:
        to.sendall(head.encode())
        return int(to.recv(100)[9:12])


def ended(one: socket.socket) -> bool:
    """Whether the other side has closed."""
    try:
        while one.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.slow
def test_slow_callers_are_cut_off_and_nobody_waits_for_them(plane: tuple[int, str]) -> None:
    port, token = plane
    asked(port, "/index.json", token)
    with contextlib.ExitStack() as open_ones:
        slow: list[socket.socket] = []
        for head in HEADS * EACH:
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            named = head.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n" % port)
            one.sendall(named)
            slow.append(one)
        begun, waits = time.monotonic(), list[float]()
        while time.monotonic() - begun < SLOWEST + 10:
            at = time.monotonic()
            assert asked(port, "/livez") == 200
            assert asked(port, "/index.json", token) == 200
            waits.append(time.monotonic() - at)
            for one in slow[1::4]:
                with contextlib.suppress(OSError):
                    one.sendall(b"y")  # drips on
            time.sleep(1)
        ends = [ended(one) for one in slow]

    assert all(ends), f"{ends.count(False)} of {len(ends)} are still open"
    assert sorted(waits)[len(waits) // 2] < 5


@pytest.mark.slow
def test_what_is_no_request_is_the_callers_mistake(plane: tuple[int, str]) -> None:
    port, token = plane
    host = b"host: 127.0.0.1:%d\r\n" % port
    odd = {
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20: 400,
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000: 400,
        b"GET /" + b"a" * 100_000: 400,
        b"POST /api/queries HTTP/1.1\r\n" + host + b"content-length: 1e3\r\n\r\n": 400,
        b"GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n": 421,
        b"GET //etc/passwd HTTP/1.1\r\n" + host + b"\r\n": 404,
    }
    for sent, status in odd.items():
        with socket.create_connection(("127.0.0.1", port), 20) as to:
            with contextlib.suppress(OSError):
                to.sendall(sent)
            assert int(to.recv(100)[9:12]) == status, sent[:60]
    assert asked(port, "/index.json", token) == 200
