"""`mainstay up` as a process: an approval goes live by itself, what is killed comes back."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small_project
from planes import MAIN

from mainstay.control import project
from mainstay.control.commands import Approve, Certify, RunNow
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.ledger import runs
from mainstay.ledger.verify import verify


@pytest.fixture
def up(as_author: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    words = ["up", "--folder", as_author, "--port", "0", "--control-port", "0"]
    environment = small_project.environment(as_author, small_project.AUTHOR)
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-c", MAIN, *words, "--environment", "replay"], stdout=said,
            stderr=subprocess.STDOUT, text=True, env=environment,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()


def children(pid: int) -> dict[str, int]:
    """By the first word of their command lines."""
    found: dict[str, int] = {}
    for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0")
        found[words[3].decode()] = int(one)
    return found


def until(true: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.2)
    pytest.fail("it did not come to pass")


@pytest.mark.slow
def test_an_approval_goes_live_by_itself_and_what_is_killed_comes_back(
    up: subprocess.Popen[str], as_author: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    handle(as_author, Certify(environment="replay"))  # the door lives in the project's time
    handle(as_author, RunNow("run"))

    def state() -> str:
        with project.opened(as_author) as opened:
            return next(
                one.state for one in runs.listed(opened.ledger, "no-show", 50) if one.job == "run"
            )

    until(lambda: state() == "waiting")
    until(lambda: "Mainstay control of no-show on " in said.read_text())
    before = children(up.pid)
    os.kill(before["worker"], signal.SIGKILL)
    os.kill(before["control"], signal.SIGKILL)
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v1", "read it"))
    until(lambda: state() == "done")
    until(lambda: "Ready: v1 answers" in said.read_text())
    until(lambda: said.read_text().count("Mainstay control of no-show on ") == 2)

    address = said.read_text().rsplit("Mainstay control of no-show on ", 1)[1].split()[0]
    until(lambda: asked(f"{address}/livez"))
    after = children(up.pid)
    assert after.keys() == {"serve", "control", "worker"}
    assert after["serve"] == before["serve"]
    assert after["worker"] != before["worker"]

    up.terminate()

    assert up.wait(30) == 0
    assert not [pid for pid in after.values() if Path(f"/proc/{pid}").exists()]
    with project.opened(as_author) as opened:
        assert verify(opened.ledger) == ()


def asked(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(json.loads(reply.read() or b"{}") is not None)
    except (OSError, ValueError):
        return False
