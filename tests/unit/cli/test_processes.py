"""Processes that belong together, with small programs in their places."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.cli import processes
from mainstay.cli.processes import Part

PROGRAM = "import sys, time; exec(sys.argv[1])"
STAYS = "open(sys.argv[2], 'a').write('+'); time.sleep(99)"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MAIN", PROGRAM)
    monkeypatch.setattr(processes, "SHORTEST", 0.05)
    monkeypatch.setattr(processes, "LONGEST", 0.1)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def told_to_end(when: threading.Event) -> None:
    when.wait(30)
    os.kill(os.getpid(), signal.SIGTERM)


def test_what_dies_is_started_again_and_all_end_together(tmp_path: Path) -> None:
    enough, said = threading.Event(), list[str]()
    started: list[int] = []
    popen = subprocess.Popen

    def counted(*given: object, **more: object) -> subprocess.Popen[bytes]:
        one = popen(*given, **more)
        started.append(one.pid)
        if len(started) == 4:
            enough.set()
        return one

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes.subprocess, "Popen", counted)
        threading.Thread(target=told_to_end, args=(enough,)).start()
        parts = (Part("stays", (STAYS, str(tmp_path / "a"))), Part("dies", ("sys.exit(0)",)))
        code = processes.kept(parts, said.append)

    assert code == 0
    assert said[0] == "dies ended with 0; started again in 0 s"
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_never_worked_ends_all_with_its_code(tmp_path: Path) -> None:
    began = time.monotonic()
    parts = (Part("stays", (STAYS, str(tmp_path / "a"))), Part("wrong", ("sys.exit(5)",)))

    assert processes.kept(parts, lambda _: None) == 5
    assert time.monotonic() - began < 15
