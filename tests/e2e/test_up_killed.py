"""`mainstay up` killed outright, as nobody can forbid: nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_project
from planes import MAIN

PATIENCE = 120.0


@pytest.fixture
def up(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Over a project that is nothing but its contract."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "contract.yaml").write_text(small_project.CONTRACT)
    words = ["up", "--folder", tmp_path / "p", "--port", "0", "--control-port", "0"]
    environment = {**os.environ, "MAINSTAY_KEYS": str(tmp_path / "keys")}
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-c", MAIN, *words], stdout=said, stderr=subprocess.STDOUT, text=True,
            env=environment,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def parts(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    """Nobody waits for the child of a parent that is gone: it may stay as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: object, seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are read from /proc")
def test_what_is_killed_leaves_no_child(up: subprocess.Popen[str], tmp_path: Path) -> None:
    said = tmp_path / "said"
    assert until(lambda: "Mainstay control of p on " in said.read_text())
    assert until(lambda: "Mainstay worker of p" in said.read_text())
    children = parts(up.pid)
    assert len(children) == 3

    up.send_signal(signal.SIGKILL)
    up.wait(10)

    assert until(lambda: not any(map(alive, children)), 60)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are read from /proc")
def test_what_is_killed_while_its_parts_begin_leaves_no_child(up: subprocess.Popen[str]) -> None:
    assert until(lambda: len(parts(up.pid)) == 3)
    children = parts(up.pid)

    up.send_signal(signal.SIGKILL)
    up.wait(10)

    assert until(lambda: not any(map(alive, children)), 60)
