"""A real door among callers who mean it no good: it stays small, quick, and of good manners."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import json
from small_project import Serving, record

from mainstay.life.serve.limits import SECONDS
from mainstay.seal.certificate import Scope

MEGABYTE = 1_000_000
BODY = json.encode({"records": [record()]})


@pytest.fixture
def door(serving: Serving) -> Iterator[tuple[int, int]]:
    """The number of a door's process, and its port."""
    serving.publish(1, serving.certified(scope=Scope("replay")), environment="replay")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--environment", "replay", "--clock", serving.clock, "--port", str(port)]
    folders = ["--serving", serving.folder, "--log", serving.log]
    command = [sys.executable, "-c", "from mainstay.cli.main import main; main()", "serve"]
    with subprocess.Popen([*command, *arguments, *folders]) as process:
        try:
            until = time.monotonic() + 60
            while heard(port, b"GET /readyz HTTP/1.1\r\n\r\n")[:12] != b"HTTP/1.1 200":
                assert time.monotonic() < until, "the door is not ready"
                time.sleep(0.2)
            yield process.pid, port
        finally:
            process.terminate()


def heard(port: int, *parts: bytes, seconds: float = 20, whole: bool = False) -> bytes:
    """The head of the first answer to what is sent, or all there is until the end."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), seconds) as to:
        with contextlib.suppress(OSError):
            for part in parts:
                to.sendall(part)
        while part := to.recv(65_536):
            answer += part
            if not whole and b"\r\n\r\n" in answer:
                break
    return answer


def posted(body: bytes, *headers: str, length: int | None = None) -> bytes:
    said = ["POST /predict HTTP/1.1", f"content-length: {len(body) if length is None else length}"]
    return "\r\n".join([*said, *headers, "", ""]).encode() + body


def status(answer: bytes) -> int:
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def memory(process: int) -> int:
    """The most that a process ever had in memory, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def chunks(size: int) -> Iterator[bytes]:
    yield b"POST /predict HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    for _ in range(size // 65_536):
        yield piece
    yield b"0\r\n\r\n"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_bodies_of_a_hundred_megabytes_from_many_callers_leave_the_door_small(
    door: tuple[int, int],
) -> None:
    process, port = door
    usual = [status(heard(port, posted(BODY))) for _ in range(20)]
    before = memory(process)
    sent = [
        [posted(b" " * 100 * MEGABYTE)],
        list(chunks(100 * MEGABYTE)),
        [posted(b" " * MEGABYTE, length=10**12)],
    ]
    found: list[int] = []
    callers = [
        threading.Thread(target=lambda parts: found.append(status(heard(port, *parts))), args=[one])
        for one in sent * 4
    ]
    begun = time.monotonic()
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    took = time.monotonic() - begun

    assert set(usual) == {200}
    assert set(found) <= {413, 0}, found  # 0: cut off while it was still sending
    assert found.count(413) >= 6
    assert memory(process) - before < 50 * MEGABYTE
    assert took < 60
    assert status(heard(port, posted(BODY))) == 200


ODD = {
    "no length at all": (b"POST /predict HTTP/1.1\r\n\r\n" + BODY, 400),
    "a length too short": (posted(BODY, length=10), 400),
    "two lengths": (posted(BODY, "content-length: 3"), 400),
    "a length and chunks": (posted(BODY, "transfer-encoding: chunked"), 400),
    "a length that is no number": (posted(BODY, length=0).replace(b": 0", b": 1e3"), 400),
    "a length beyond counting": (posted(BODY, length=10**30), 400),
    "bytes that are no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, 400),
    "a compressed body": (posted(BODY, "content-encoding: gzip"), 415),
    "a form": (posted(BODY, "content-type: multipart/form-data; boundary=x"), 415),
    "another alphabet": (posted(BODY, "content-type: application/json; charset=utf-16"), 415),
    "an endless head": (b"GET /readyz HTTP/1.1\r\n" + b"x: y\r\n" * 20_000, 400),
    "an endless path": (b"GET /" + b"a" * 100_000, 400),
    "a mark before the body": (posted(b"\xef\xbb\xbf" + BODY), 400),
    "NUL": (posted(b"\x00"), 400),
    "half of a character": (posted(BODY.replace(b"v1", b"\\ud800")), 400),
    "no UTF-8": (posted(BODY.replace(b"v1", b"\xff")), 400),
    "nothing": (posted(b""), 400),
    "not a number": (posted(BODY.replace(b"1.5", b"NaN")), 400),
    "an infinity": (posted(BODY.replace(b"20", b"Infinity")), 400),
    "a number of 4,000 digits": (posted(BODY.replace(b"20", b"9" * 4_000)), 422),
    "an unknown address": (b"POST /x HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", 404),
}  # fmt: skip


@pytest.mark.slow
def test_what_is_no_request_is_the_callers_mistake_and_said_so(door: tuple[int, int]) -> None:
    _, port = door

    found = {name: status(heard(port, sent)) for name, (sent, _) in ODD.items()}

    assert found == {name: wanted for name, (_, wanted) in ODD.items()}
    assert b'"failed":0' in heard(
        port, b"GET /readyz HTTP/1.1\r\nconnection: close\r\n\r\n", whole=True
    )


@pytest.mark.slow
def test_slow_callers_are_cut_off_and_nobody_waits_for_them(door: tuple[int, int]) -> None:
    _, port = door
    heads = [b"", b"POST /predict HTTP/1.1\r\nx:", posted(BODY)[:-5], posted(BODY, length=5_000)]
    with contextlib.ExitStack() as open_ones:
        slow = []
        for head in heads * 50:
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            one.sendall(head)
            slow.append(one)
        waits, begun = [], time.monotonic()
        while time.monotonic() - begun < SECONDS + 4:
            asked = time.monotonic()
            assert status(heard(port, posted(BODY))) == 200
            waits.append(time.monotonic() - asked)
            for one in slow[3::4]:
                with contextlib.suppress(OSError):
                    one.sendall(b" ")  # drips on
            time.sleep(0.5)
        ends = [ended(one) for one in slow]

    assert all(ends), f"{ends.count(False)} of {len(ends)} are still open"
    assert max(waits) < 2


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
