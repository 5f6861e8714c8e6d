"""A standalone cluster of Spark on this machine, by what the pip package has."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from servers import answers, free_port

READY = 180.0  # seconds: a Spark that starts takes minutes where others compute
WORKERS = 2
_CLASSES = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"


@contextmanager
def cluster(folder: Path, missing: Callable[[str], None]) -> Iterator[str]:
    """The URL of a master with two workers of one core each."""
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        missing("no Java on this machine")
    program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port, web = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    words = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(web)]
    running = [_started([program, _CLASSES[0], *words], folder / "master")]
    try:
        answers(port, READY)
        for number in range(WORKERS):
            place = folder / f"worker{number}"
            words = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g"]
            command = [program, _CLASSES[1], *words, "--work-dir", str(place), url]
            running.append(_started(command, place))
        _registered(web)
        yield url
    finally:
        for one in reversed(running):
            one.kill()
            one.wait()


def _started(command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    folder.mkdir(parents=True)
    variables = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=variables, cwd=folder)


def _registered(web: int) -> None:
    """Until the master knows all workers."""
    end = time.monotonic() + READY
    while time.monotonic() < end:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{web}/json/", timeout=10) as said,
        ):
            if json.load(said)["aliveworkers"] == WORKERS:
                return
        time.sleep(0.3)
    raise AssertionError("the workers do not come up")


def places(backend: Any) -> int:
    """On how many workers of a cluster Python answers."""
    spread = backend._session.sparkContext.parallelize(range(64), 8)
    return len(set(spread.map(lambda _: __import__("os").getcwd()).collect()))


def complete(backend: Any, wanted: int = WORKERS) -> None:
    """Until a session has so many workers."""
    context, end = backend._session.sparkContext._jsc.sc(), time.monotonic() + READY
    while len(context.getExecutorIds().mkString(" ").split()) != wanted:
        assert time.monotonic() < end, "the session does not have its workers"
        time.sleep(0.1)
