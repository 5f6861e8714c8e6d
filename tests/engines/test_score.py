"""A batch on another engine is answered as here, byte for byte: in Spark also on two workers."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet
from servers import answers, free_port
from side_by_side import Engine

from mainstay.control.commands import Deploy, Score
from mainstay.control.handle import handle
from mainstay.core import settings

READY, BUSY = 180.0, 600.0  # seconds: a Spark that starts takes minutes where others compute
SINCE, UNTIL = small_project.END - timedelta(days=2), small_project.END
PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from mainstay.control.commands import Score
from mainstay.control.handle import handle
from mainstay.data import engines
url, folder, rows, since, until = sys.argv[1:]
made = engines.connect(url)
made.read_parquet(rows, table_name="visits")
period = datetime.fromisoformat(since), datetime.fromisoformat(until)
said = handle(Path(folder), Score(url + "#visits", *period, out="answers"))
assert (said.facts["moved"] is None) != bool(said.facts["written"])
hosts = made._session.sparkContext.parallelize(range(64), 8).map(
    lambda _: __import__("os").environ.get("SPARK_EXECUTOR_DIRS", "") or __import__("os").getcwd()
).distinct().count()
print(said.headline)
print(hosts)
made.disconnect()
"""


@pytest.fixture
def live(ripe: Path, tmp_path: Path) -> Iterator[Path]:
    """A project whose v1 is live, and visits of which each rule is broken by some."""
    folder = small_project.copied(ripe, tmp_path / "no-show")
    with small_project.acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        table = parquet.read_table(folder / "data" / "visits.parquet")
        parquet.write_table(spoilt(table), folder / "visits.parquet", row_group_size=200)
        yield folder


def spoilt(table: pa.Table) -> pa.Table:
    """In an order of its own, and not labelled."""
    rows = table.to_pylist()
    for at, row in enumerate(rows):
        row["wait"] = None if at % 31 == 0 else -1 if at % 29 == 0 else row["wait"]
        row["kind"] = [row["kind"], None, "home", "Zürich"][at % 7 if at % 7 < 4 else 0]
    random.Random(3).shuffle(rows)
    return pa.Table.from_pylist(rows, table.schema).drop_columns(["missed"])


def files(folder: Path) -> dict[str, bytes]:
    """All that is written of a batch, for its readers and for the watch."""
    found = [*(folder / "answers").rglob("*"), *(folder / ".mainstay/journal/batch").rglob("*")]
    there = [one for one in found if one.is_file() and one.name[0] != "."]
    return {str(one.relative_to(folder)): one.read_bytes() for one in there}


def here(folder: Path) -> dict[str, bytes]:
    """The files of a batch on this machine; then they go."""
    handle(folder, Score("visits.parquet", SINCE, UNTIL, "answers"))
    made = files(folder)
    shutil.rmtree(folder / "answers")
    shutil.rmtree(folder / ".mainstay" / "journal" / "batch")
    return made


def ran(url: str, folder: Path) -> tuple[str, int]:
    """What a user of Spark at a URL is told, and how many places took part."""
    with started(url, folder) as program:
        said, wrong = program.communicate()
    assert program.returncode == 0, wrong[-3000:]
    headline, places = said.splitlines()[-2:]
    return headline, int(places)


def started(url: str, folder: Path) -> "subprocess.Popen[str]":
    words = [url, folder, folder / "visits.parquet", SINCE.isoformat(), UNTIL.isoformat()]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**small_project.environment(folder, small_project.AUTHOR),
             "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
    )  # fmt: skip


def agrees(found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    """Every file of rows, byte for byte; the manifest names another table as their source."""
    assert sorted(found) == sorted(wanted)
    assert any("quarantine" in one for one in wanted)
    rows = {name: one for name, one in wanted.items() if name.endswith(".parquet")}
    assert not [name for name, one in rows.items() if found[name] != one]


@pytest.mark.slow
def test_a_local_spark_writes_what_a_batch_here_does(
    live: Path, missing: Callable[[str], None]
) -> None:
    if shutil.which("java") is None:
        missing("no Java on this machine")
    wanted = here(live)

    said, _ = ran("spark", live)
    again, _ = ran("spark", live)

    agrees(files(live), wanted)
    assert said.startswith("v1 scored ")
    assert again.startswith("Nothing changed: ")
    assert not list((live / ".mainstay" / "work").glob("score-*"))


@pytest.mark.slow
def test_kills_while_spark_works_and_between_partitions_leave_no_trace(
    live: Path, missing: Callable[[str], None]
) -> None:
    if shutil.which("java") is None:
        missing("no Java on this machine")
    wanted = here(live)

    for sign in (".mainstay/work/score-*-*/_temporary", "answers/2*.parquet"):
        killed(live, sign)
        whole = {name for name in files(live) if name.endswith(".parquet")}
        assert whole < set(wanted)
        assert not [name for name in whole if files(live)[name] != wanted[name]]
    ran("spark", live)

    agrees(files(live), wanted)


def killed(folder: Path, sign: str) -> None:
    """Kill -9 once something is there; Spark's own process ends with who started it."""
    end = time.monotonic() + BUSY
    with started("spark", folder) as program:
        try:
            while not list(folder.glob(sign)):
                assert program.poll() is None
                assert time.monotonic() < end
                time.sleep(0.01)
        finally:
            program.kill()


@pytest.mark.slow
def test_rows_that_postgresql_joins_are_answered_as_here(
    live: Path, postgres: Engine, shop: tuple[str, Path]
) -> None:
    url, access = shop
    table = postgres.stored(parquet.read_table(live / "visits.parquet")).get_name()
    wanted = here(live)

    with settings.given({"MAINSTAY_ENGINE": url, "MAINSTAY_SOURCES": str(access)}):
        said = handle(live, Score(f"{url}#{table}", SINCE, UNTIL, "answers"))

    agrees(files(live), wanted)
    assert said.headline.startswith("v1 scored ")
    assert said.facts["moved"] is not None
    assert not list((live / ".mainstay" / "work").glob("score-*"))


@pytest.mark.slow
def test_two_workers_of_a_cluster_write_what_a_batch_here_does(live: Path, cluster: str) -> None:
    wanted = here(live)

    _, places = ran(cluster, live)

    agrees(files(live), wanted)
    assert places == 2


@pytest.fixture
def cluster(tmp_path: Path, missing: Callable[[str], None]) -> Iterator[str]:
    """A standalone master with two workers of one core each, by what the pip package has."""
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        missing("no Java on this machine")
    program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port, web = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    classes = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
    master = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(web)]
    variables = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    running = [_started([program, classes[0], *master], tmp_path / "master", variables)]
    answers(port, READY)
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
