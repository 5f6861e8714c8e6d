"""Spark Connect: a command whose engine is a server of it, which this process only speaks to.

A process of its own, since PySpark takes no server beside a Spark of its own.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import answered_alike
import pytest
import small_project
from answered_alike import SINCE, UNTIL, agrees, files, here
from servers import answers, free_port
from side_by_side import differences

READY = 180.0
STORE = """
import sys
from mainstay.data import engines
made = engines.connect(sys.argv[1])
made._session.createDataFrame(__import__("pyarrow.parquet").parquet.read_table(sys.argv[2])) \\
    .write.saveAsTable("visits")
"""
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@pytest.fixture(scope="module")
def connect(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[str]:
    """The URL of a server, by what the pip package has."""
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        missing("no Java on this machine")
    folder, port = tmp_path_factory.mktemp("connect"), free_port()
    stated = {
        "spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false", "spark.sql.warehouse.dir": folder / "warehouse",
    }  # fmt: skip
    words = [word for name, value in stated.items() for word in ("--conf", f"{name}={value}")]
    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    command = [program, "org.apache.spark.deploy.SparkSubmit", "--master", "local[2]"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--class", SERVER, *words, "spark-internal"],
            stdout=log, stderr=log, cwd=folder, start_new_session=True,
            env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
        )  # fmt: skip
    try:
        answers(port, READY)
        yield f"sc://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.mark.slow
def test_a_command_says_the_same_by_spark_connect(connect: str, tmp_path: Path) -> None:
    found = []
    for engine in ("duckdb", connect):
        folder = small_project.written(tmp_path / engine.partition(":")[0])
        (folder / "clock").write_text((small_project.END + timedelta(days=1)).isoformat())
        shown("key", "new", small_project.AUTHOR, folder=folder, engine=engine)
        said = json.loads(shown("assess", "--json", folder=folder, engine=engine))
        said["facts"].pop("report", None)
        found.append(said)

    assert differences(*found) == []
    assert found[0]["verdict"] == "pass"


@pytest.mark.slow
def test_a_batch_by_spark_connect_is_a_batch_here(connect: str, ripe: Path, tmp_path: Path) -> None:
    """Its decisions are a table of the server, where context is brought and joined."""
    folder = answered_alike.live(ripe, tmp_path / "no-show")
    with small_project.acting(folder, small_project.AUTHOR):
        wanted = here(folder)
    rows = folder / "visits.parquet"
    subprocess.run([sys.executable, "-c", STORE, connect, str(rows)], check=True, timeout=300)
    period = "--since", f"{SINCE:%Y-%m-%d}", "--until", f"{UNTIL:%Y-%m-%d}"

    words = "score", "--from", f"{connect}#visits", *period, "--out", "answers"
    said = shown(*words, folder=folder, engine=connect)

    assert "v1 scored " in said
    agrees(files(folder), wanted)
    assert not list((folder / ".mainstay" / "work").glob("score-*"))


def shown(*words: str, folder: Path, engine: str) -> str:
    done = ran(*words, folder=folder, engine=engine)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def ran(*words: str, folder: Path, engine: str) -> "subprocess.CompletedProcess[str]":
    stated = small_project.environment(folder, small_project.AUTHOR) | {"MAINSTAY_ENGINE": engine}
    return subprocess.run(
        [Path(sys.executable).with_name("mainstay"), *words],
        check=False, capture_output=True, text=True, cwd=folder, env=stated, timeout=300,
    )  # fmt: skip
