"""A server as a tree of processes: what CPU it has used, what memory it holds. Linux only."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.servers.load import JSON
from mainstay.core import settings

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
PATIENCE = 120.0  # seconds until a server must answer: MLflow's takes 20 on a busy machine


class NotReady(Exception):
    """It does not start, or does not answer what is asked."""


class Running(NamedTuple):
    """A server that answers. url: where it is asked."""

    process: subprocess.Popen[bytes]
    url: str


def started(
    command: Sequence[str], path: str, body: bytes, folder: Path, given: Mapping[str, str],
    headers: Mapping[str, str] = JSON,
) -> Running:  # fmt: skip
    """A server once it has answered a body with 200; {port} in command and settings is filled in.

    Raises NotReady with the end of what it printed.
    """
    port, said = free_port(), folder / "server.log"
    command = [part.replace("{port}", str(port)) for part in command]
    given = {name: value.replace("{port}", str(port)) for name, value in given.items()}
    with said.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, start_new_session=True,
            env={**settings.child_environment(), "OMP_NUM_THREADS": "1", **given},
        )  # fmt: skip
    url, until, answer = f"http://127.0.0.1:{port}{path}", time.monotonic() + PATIENCE, "nothing"
    while process.poll() is None and time.monotonic() < until:
        answer = asked(url, body, headers)
        if answer == "200":
            return Running(process, url)
        time.sleep(0.1)
    stop(process)
    printed = " / ".join(said.read_text(errors="replace").strip().splitlines()[-3:])
    raise NotReady(f"does not answer: {answer}; {printed}"[:600])


def asked(url: str, body: bytes, headers: Mapping[str, str] = JSON) -> str:
    """The status of one request, with what was said where it is not 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request("POST", parts.path, body, dict(headers))
        response = connection.getresponse()
        said = response.read()
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    finally:
        connection.close()
    return "200" if response.status == 200 else f"{response.status} {said[:200]!r}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole session that was started for it."""
    for number, patience in ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.wait()


def cpu(root: int) -> float:
    """Seconds, user and system, of a process, its children and those they have buried."""
    return sum(_times(process) for process in tree(root))


def pss(root: int) -> float:
    """Megabytes: memory that processes share is divided among them."""
    return sum(_pss(process) for process in tree(root)) / 1e3


def resident(root: int) -> float:
    """Megabytes, those that processes share counted for each: to ask for pss takes 30 ms, in which

    none of them is given memory.
    """
    return sum(map(_resident, tree(root))) * PAGE / 1e6


def tree(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    for tasks in Path(f"/proc/{root}/task").glob("*/children"):
        for child in _text(tasks).split():
            yield from tree(int(child))


def _times(process: int) -> float:
    fields = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def _pss(process: int) -> int:
    lines = _text(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _resident(process: int) -> int:
    return int((_text(Path(f"/proc/{process}/statm")).split() or ["0", "0"])[1])


def _text(path: Path) -> str:
    """Empty for a process that has just ended."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
