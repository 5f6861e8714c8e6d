"""Processes and versions change under load, and nobody who keeps a connection notices."""

import http.client
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from callers import Over, calling
from msgspec import json
from small_project import Serving, record

from mainstay.core import entries, journals
from mainstay.seal.certificate import Scope

ROLLS, CALLERS = 12, 8
MAIN = "from mainstay.cli.main import main; main()"


def started(serving: Serving, *arguments: str) -> "subprocess.Popen[bytes]":
    """A replay door of its own process."""
    command = [
        sys.executable, "-c", MAIN, "serve", "--serving", serving.folder, "--log", serving.log,
        "--environment", "replay", "--clock", serving.clock, *arguments,
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def door(serving: Serving, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A door that is ready; it ends with the block."""
    with started(serving, "--port", str(port)) as process:
        try:
            until(lambda: get(port, "/readyz")[0] == 200)
            yield process
        finally:
            process.terminate()


def get(port: int, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        content = response.read()
    except OSError:
        return 0, {}
    finally:
        connection.close()
    return response.status, content.decode() if path == "/metrics" else json.decode(content)


def number(port: int, name: str) -> float:
    lines = get(port, "/metrics")[1].splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


class Load:
    """Callers who keep their connections, and write down what they got for which visit."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.found: Counter[object] = Counter()
        self.answered: list[tuple[str, float]] = []
        self.anew = 0
        self._port, self._headers = port, headers

    def ask(self, caller: int, over: Over) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        asked = 0
        while not over.is_set():
            visit, asked = f"c{caller}-{asked}", asked + 1
            self.anew += connection.sock is None
            try:
                body = json.encode({"records": [record(visit=visit)]})
                connection.request("POST", "/predict", body, self._headers)
                response = connection.getresponse()
                said = json.decode(response.read())
            except (OSError, http.client.HTTPException) as error:
                self.found[type(error).__name__] += 1
                if over.is_set() or isinstance(error, ConnectionRefusedError):
                    break
                connection.close()
                continue
            self.answered.append((visit, time.monotonic()))
            by = said["answers"][0]["decided_by"] if response.status == 200 else str(said)
            self.found[response.status, by] += 1
            time.sleep(0.002)
        connection.close()


@contextmanager
def load(port: int, callers: int, **headers: str) -> Iterator[Load]:
    found = Load(port, headers)
    with calling(callers, found.ask):
        yield found


def journalled(serving: Serving) -> set[str]:
    bodies = [entries.entry(one).body for one in journals.read(serving.log)]
    return {json.decode(body)["records"][0]["visit"] for body in bodies}


@pytest.fixture
def published(serving: Serving) -> Serving:
    serving.publish(1, serving.certified(scope=Scope("replay")), environment="replay")
    return serving


@pytest.mark.slow
def test_no_request_fails_over_twelve_swaps_and_twelve_rolls(published: Serving) -> None:
    port = free()
    shares = [published.certified(one, scope=Scope("replay")) for one in range(2, ROLLS + 2)]
    processes = [started(published, "--port", str(port))]
    try:
        until(lambda: get(port, "/readyz")[0] == 200)
        with load(port, CALLERS) as asked:
            for at, share in enumerate(shares):
                published.publish(at + 2, share, environment="replay")
                processes.append(started(published, "--take-over"))
                assert processes[-2].wait(30) == 0
        until(lambda: get(port, "/readyz")[1].get("sequence") == ROLLS + 1)
    finally:
        for one in processes:
            one.terminate()
            one.wait(30)

    assert set(asked.found) == {(200, "model")}
    assert asked.found[200, "model"] > 1_000
    assert asked.anew > CALLERS
    assert {visit for visit, _ in asked.answered} == journalled(published)


@pytest.mark.slow
def test_the_usual_roll_would_have_been_seen_to_fail(published: Serving) -> None:
    """The same load while a process is simply ended and started again: planted failures."""
    port = free()
    with door(published, port) as first, load(port, CALLERS) as asked:
        time.sleep(0.5)
        first.send_signal(signal.SIGTERM)
        first.wait(30)
        time.sleep(0.2)

    assert any(isinstance(one, str) for one in asked.found)


@pytest.mark.slow
def test_a_new_process_that_is_not_ready_takes_nothing_over(
    published: Serving, tmp_path: Path
) -> None:
    port = free()
    empty = published._replace(folder=tmp_path / "empty")
    with door(published, port) as first:
        second = started(empty, "--take-over")
        time.sleep(2.0)
        before = get(port, "/readyz")[0], second.poll()
        second.terminate()
        second.wait(30)

        assert before == (200, None)
        assert (get(port, "/readyz")[0], first.poll()) == (200, None)


@pytest.mark.slow
@pytest.mark.parametrize("durability", ["ack", "group"])
def test_a_killed_door_lost_at_most_what_nobody_was_promised(
    published: Serving, durability: str
) -> None:
    port = free()
    headers = {"x-mainstay-durability": durability}
    with door(published, port) as process, load(port, CALLERS, **headers) as asked:
        time.sleep(2.0)
        killed = time.monotonic()
        process.kill()
        process.wait()

    kept = journalled(published)
    lost = [(visit, at) for visit, at in asked.answered if visit not in kept]
    window = 0.0 if durability == "ack" else 1.0  # 50 ms, and what a busy machine adds
    assert len(asked.answered) > 100
    assert [one for one in lost if one[1] < killed - window] == []
    assert durability != "ack" or lost == []


@pytest.mark.slow
def test_a_full_disk_fails_no_answer_and_is_counted(published: Serving) -> None:
    port = free()
    with door(published, port) as process, load(port, 2) as asked:
        until(lambda: len(asked.answered) > 50)
        limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        size = number(port, "mainstay_journal_bytes")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (int(size) + 10_000, limits[1]))
        until(lambda: number(port, "mainstay_journal_lost_total") > 20)
        said = get(port, "/readyz")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)
        lost = number(port, "mainstay_journal_lost_total")
        answered = len(asked.answered)
        until(lambda: len(asked.answered) > answered + 50)
        after = number(port, "mainstay_journal_lost_total")

    assert set(asked.found) == {(200, "model")}
    assert said[0] == 200
    assert "in no journal" in said[1]["reasons"][0]
    assert after - lost <= 50
    assert len({visit for visit, _ in asked.answered} - journalled(published)) == after


@pytest.mark.slow
def test_a_door_answers_a_day_and_a_night_without_control_plane(published: Serving) -> None:
    port, begun = free(), datetime.fromisoformat(published.clock.read_text())
    with door(published, port) as process:
        shutil.rmtree(published.project / ".mainstay" / "certificates")
        for name in ("bundles", "environments"):
            (published.project / ".mainstay" / name).unlink()
        with load(port, 1) as asked:
            for hour in range(25):
                draft = published.clock.with_suffix(".new")
                draft.write_text((begun + timedelta(hours=hour)).isoformat())
                draft.replace(published.clock)
                answered = len(asked.answered)
                until(lambda answered=answered: len(asked.answered) > answered + 10)
        ready = get(port, "/readyz")
        alive = process.poll()
    times = [entries.entry(one).at for one in journals.read(published.log)]

    assert set(asked.found) == {(200, "model")}
    assert (ready[0], ready[1]["reasons"], alive) == (200, [], None)
    assert max(times) - min(times) == timedelta(hours=24)
