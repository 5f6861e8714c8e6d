"""A batch in Spark is answered as here, bit for bit: on this machine and on two workers."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batched import Both, drawn
from small_project import Serving

from mainstay.bundle import runtime
from mainstay.data import engine
from mainstay.data.snapshot import ARROW
from mainstay.life.score import quarantine

ROWS = 4_000
READY = 180.0
PROGRAM = """
import sys
from pathlib import Path
import pyarrow.parquet as pq
from mainstay.bundle import manifest
from mainstay.data import engines
from mainstay.life.score import spark
from mainstay.seal import certificate, dsse, trust
url, bundle, rows, out, issued, keys = sys.argv[1:]
made = engines.connect(url)
table = made.read_parquet(rows, table_name="rows")
opened = certificate.opened(dsse.read(Path(issued)), trust.read(Path(keys)))
folder = Path(bundle)
version = spark.Version(folder, folder.name, "v1", opened, "c" * 12)
frame = spark.answered(table, version, manifest.read(folder))
pq.write_table(frame.repartition(4).toArrow(), out)
hosts = made._session.sparkContext.parallelize(range(64), 8).map(
    lambda _: __import__("os").environ.get("SPARK_EXECUTOR_DIRS", "") or __import__("os").getcwd()
).distinct().count()
print(hosts)
made.disconnect()
"""


@pytest.fixture
def sample(serving: Serving, tmp_path: Path) -> Iterator[tuple[Both, Path]]:
    """The small project's version, and rows in a file of several groups."""
    opened = runtime.opened(serving.bundle, tmp_path, expected=serving.bundle.name, version="v1")
    both = Both(opened.manifest, opened.engine, serving.certificate())
    kinds = {one.name: ARROW[one.type] for one in opened.manifest.request}
    rows = drawn(ROWS)
    arrays = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    pq.write_table(pa.table(arrays), tmp_path / "rows.parquet", row_group_size=500)
    yield both, tmp_path / "rows.parquet"
    opened.close()


def ran(url: str, sample: tuple[Both, Path], serving: Serving) -> tuple[pa.Table, int]:
    """What a program of a user gets of Spark at a URL, and how many places took part."""
    _, rows = sample
    out = rows.with_name("out.parquet")
    issued = serving.project / ".mainstay" / "certificates" / "v1.json"
    words = [url, serving.bundle, rows, out, issued, serving.keys]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        check=False, capture_output=True, text=True,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return pq.read_table(out), int(done.stdout.splitlines()[-1])


def agrees(found: pa.Table, both: Both) -> None:
    """Every row, rejected ones with the guard's reasons."""
    connection = engine.connect()
    rows = drawn(ROWS)
    wanted = both.batch(connection, rows)
    connection.disconnect()
    told = {one["visit"]: one for one in found.to_pylist()}
    assert len(told) == found.num_rows == ROWS
    for row, here in zip(rows, wanted, strict=True):
        there = dict(told[row["visit"]])
        reasons = there.pop(quarantine.REASONS)
        assert (here is None) == (reasons is not None)
        if here is not None:
            flags = there.pop("flags")
            key = there.pop("visit")
            there |= {"key": key, "flags": flags.split("\n") if flags else []}
            assert there == here


@pytest.mark.slow
def test_a_local_spark_answers_as_a_batch_does(
    sample: tuple[Both, Path], serving: Serving, missing: Callable[[str], None]
) -> None:
    if shutil.which("java") is None:
        missing("no Java on this machine")

    found, _ = ran("spark", sample, serving)

    agrees(found, sample[0])


@pytest.mark.slow
def test_two_workers_of_a_cluster_answer_as_a_batch_does(
    sample: tuple[Both, Path], serving: Serving, cluster: str
) -> None:
    found, places = ran(cluster, sample, serving)

    agrees(found, sample[0])
    assert places == 2


@pytest.fixture
def cluster(tmp_path: Path, missing: Callable[[str], None]) -> Iterator[str]:
    """A standalone master with two workers of one core each, by what the pip package has."""
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        missing("no Java on this machine")
    program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port, web = _free_port(), _free_port()
    url = f"spark://127.0.0.1:{port}"
    classes = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
    master = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(web)]
    variables = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    running = [_started([program, classes[0], *master], tmp_path / "master", variables)]
    _awaited(port)
    for number in range(2):
        folder = tmp_path / f"worker{number}"
        words = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--work-dir", str(folder)]
        running.append(_started([program, classes[1], *words, url], folder, variables))
    try:
        _registered(web)
        yield url
    finally:
        for one in reversed(running):
            one.kill()
            one.wait()


def _started(
    command: list[str], folder: Path, variables: dict[str, str]
) -> "subprocess.Popen[bytes]":
    folder.mkdir()
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=variables, cwd=folder)


def _awaited(port: int) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing listens at {port}")


def _registered(web: int) -> None:
    """Until the master knows both workers."""
    end = time.monotonic() + READY
    while time.monotonic() < end:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{web}/json/", timeout=10) as said,
        ):
            if json.load(said)["aliveworkers"] == 2:
                return
        time.sleep(0.3)
    raise AssertionError("the workers do not come up")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
