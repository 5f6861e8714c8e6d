"""A batch on another engine is answered as here, byte for byte: in Spark also on two workers."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import answered_alike
import clusters
import pytest
import small_project
from answered_alike import SINCE, UNTIL, agrees, cleared, files, here, of_rows
from forked import Forked, forked
from pyarrow import parquet
from side_by_side import Engine

from mainstay.control.commands import Score
from mainstay.control.handle import handle
from mainstay.core import settings

BUSY = 600.0  # seconds: a Spark that starts takes minutes where others compute
KILLS = int(os.environ.get("MAINSTAY_TEST_KILLS", "5"))
PROGRAM = """
import os, sys
from datetime import datetime
from pathlib import Path
from mainstay.control.commands import Score
from mainstay.control.handle import handle
from mainstay.data import engines
folder, rows, since, until = sys.argv[1:]
{before}
made = engines.connect("spark")
made.read_parquet(rows, table_name="visits")
period = datetime.fromisoformat(since), datetime.fromisoformat(until)
said = handle(Path(folder), Score("spark#visits", *period, out="answers"))
assert (said.facts["moved"] is None) != bool(said.facts["written"])
print(said.headline, flush=True)
{after}
"""
ALONE = PROGRAM.format(before="", after="made.disconnect()")
ATTACHED = """
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
gateway = launch_gateway()  # the one whose port and secret stand in the environment
theirs = gateway.jvm.org.apache.spark.SparkContext.getOrCreate()
running = gateway.jvm.org.apache.spark.api.java.JavaSparkContext.fromSparkContext(theirs)
conf = SparkConf(_jvm=gateway.jvm, _jconf=running.getConf())
SparkContext(gateway=gateway, jsc=running, conf=conf)
from mainstay.life.score import spark as theirs
theirs._ONE = 0  # rows are sorted over tasks, as those of large partitions are
"""
IN_PLACE = """
import time
from mainstay.life.score import layout
whole = layout.named
def in_place(draft, target):
    if "journal" in target.parts:
        return whole(draft, target)
    content = draft.read_bytes()
    target.write_bytes(content[: len(content) // 2])
    os.write(1, b"half\\n")
    time.sleep(60)
layout.named = in_place
"""


@pytest.fixture
def live(ripe: Path, tmp_path: Path) -> Iterator[Path]:
    made = answered_alike.live(ripe, tmp_path / "no-show")
    with small_project.acting(made, small_project.AUTHOR):
        yield made


def words(folder: Path) -> list[str]:
    stated = folder, folder / "visits.parquet", SINCE.isoformat(), UNTIL.isoformat()
    return [str(one) for one in stated]


def ran(folder: Path) -> str:
    """What a user of Spark on this machine is told."""
    with started(folder) as program:
        said, wrong = program.communicate()
    assert program.returncode == 0, wrong[-3000:]
    return said.splitlines()[-1]


def started(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", ALONE, *words(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**small_project.environment(folder, small_project.AUTHOR),
             "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
    )  # fmt: skip


@pytest.mark.slow
def test_a_local_spark_writes_what_a_batch_here_does_after_a_kill_too(
    live: Path, missing: Callable[[str], None]
) -> None:
    """Of the whole process, whose Spark ends with it, when one of two partitions is there."""
    if shutil.which("java") is None:
        missing("no Java on this machine")
    wanted = here(live)

    killed(live, "answers/2*.parquet")
    part = of_rows(files(live))
    said, again = ran(live), ran(live)

    assert part.items() < of_rows(wanted).items()
    agrees(files(live), wanted)
    assert said.startswith("v1 scored ")
    assert again.startswith("Nothing changed: ")
    assert not left(live)


def killed(folder: Path, sign: str) -> None:
    """Kill -9 once something is there."""
    end = time.monotonic() + BUSY
    with started(folder) as program:
        try:
            while not list(folder.glob(sign)):
                assert program.poll() is None
                assert time.monotonic() < end
                time.sleep(0.01)
        finally:
            program.kill()


def left(folder: Path) -> list[Path]:
    """What Spark staged and nobody took away."""
    return list((folder / ".mainstay" / "work").glob("score-*"))


def attached(folder: Path, spark: Engine, mutant: str = "") -> Forked:
    """A batch in a process that speaks to the Spark of these tests: it need not start one."""
    context = spark.backend._session.sparkContext
    gateway = context._gateway.gateway_parameters
    stated = {"PYSPARK_GATEWAY_PORT": f"{gateway.port}",
              "PYSPARK_GATEWAY_SECRET": gateway.auth_token}  # fmt: skip
    made = PROGRAM.format(before=mutant + ATTACHED, after='os.write(1, b"done\\n"); os._exit(0)')
    variables = small_project.environment(folder, small_project.AUTHOR) | stated
    return forked(made, *words(folder), variables=variables)


def lasted(folder: Path, spark: Engine, within: float | None) -> tuple[float, bool]:
    """Seconds until its end or its kill, and whether it ended."""
    command, began = attached(folder, spark), time.monotonic()
    command.process.join(within)
    command.process.kill()
    took, ended = time.monotonic() - began, command.rest().endswith("done\n")
    if not ended:
        spark.backend._session.sparkContext.cancelAllJobs()
    return took, ended


@pytest.mark.slow
def test_a_batch_in_spark_survives_kills_at_any_point(live: Path, spark: Engine) -> None:
    wanted, chance, killed = here(live), random.Random(17), 0
    for _ in range(2):  # the first one waits for Python processes of Spark
        whole, ended = lasted(live, spark, None)
        assert ended
        agrees(files(live), wanted)
        cleared(live)
    for _ in range(KILLS):
        _, ended = lasted(live, spark, chance.uniform(whole / 4, whole))
        killed += not ended
        assert of_rows(files(live)).items() <= of_rows(wanted).items()
        _, ended = lasted(live, spark, None)
        assert ended
        agrees(files(live), wanted)
        assert not left(live)
        cleared(live)

    assert killed > KILLS / 3


@pytest.mark.slow
def test_the_harness_sees_a_batch_in_spark_that_writes_in_place(live: Path, spark: Engine) -> None:
    wanted = here(live)

    command = attached(live, spark, IN_PLACE)
    assert command.stdout.readline() == "half\n"
    command.process.kill()
    command.rest()

    assert not of_rows(files(live)).items() <= of_rows(wanted).items()


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
    assert not left(live)


@pytest.mark.slow
def test_two_workers_of_a_cluster_write_what_a_batch_here_does(live: Path, cluster: Engine) -> None:
    """As one does, the local Spark of the tests above."""
    table = cluster.stored(parquet.read_table(live / "visits.parquet")).get_name()
    wanted = here(live)

    handle(live, Score(f"{cluster.name}#{table}", SINCE, UNTIL, "answers"))

    agrees(files(live), wanted)
    assert clusters.places(cluster.backend) == 2
