"""One engine's way through a batch, in a process of its own: seconds after a warm-up, as JSON.

Arguments: engine, project, table, output, rows. raw is Mainstay's own engine on batches that lie in
memory; mainstay is the whole command, mainstay_spark the same over a table of a local Spark.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.scoring import table
from bench.servers import project
from mainstay.bundle import runtime
from mainstay.control.commands import Score
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.places import Places
from mainstay.data import engines

BATCH, RESIDENT, WARM = 65_536, 8, 20_000


def raw(folder: Path, rows: int) -> float:
    """Seconds of the engine alone."""
    (bundle,) = Places(folder).bundles.iterdir()
    opened = runtime.opened(bundle, Places(folder).environments, expected=bundle.name)
    random = np.random.default_rng(1)
    batches = [random.normal(size=(BATCH, len(table.NUMBERS))) for _ in range(RESIDENT)]
    opened.engine.scores(batches[0])
    begun, done = time.perf_counter(), 0
    while done < rows:
        done += len(opened.engine.scores(batches[done // BATCH % RESIDENT][: rows - done]))
    return time.perf_counter() - begun


def mainstay(folder: Path, source: Path, out: Path) -> float:
    """Seconds of the whole command, its checks and what it writes for the watch included."""
    small = source.with_name("warm.parquet")
    with settings.given(project.acting(folder)):
        return timed(
            lambda one, into: handle(folder, Score(str(one), out=str(into))), small, source, out
        )


def mainstay_spark(folder: Path, source: Path, out: Path) -> float:
    """The same where the rows are a table of Spark; its start is in the warm-up."""
    spark = engines.connect("spark")
    small = source.with_name("warm.parquet")
    for path in (small, source):
        spark.read_parquet(path, table_name=path.stem)
    with settings.given(project.acting(folder)):
        return timed(
            lambda one, into: handle(folder, Score(f"spark#{one.stem}", out=str(into))),
            small, source, out,
        )  # fmt: skip


def timed(act: Callable[[Path, Path], object], small: Path, source: Path, out: Path) -> float:
    """Of the second of two: the first, of few rows, is the warm-up."""
    for path in (small, source):
        shutil.rmtree(out, ignore_errors=True)
        begun = time.perf_counter()
        act(path, out)
    return time.perf_counter() - begun


if __name__ == "__main__":
    engine, folder, source, out, rows = sys.argv[1], *map(Path, sys.argv[2:5]), int(sys.argv[5])
    whole = {"mainstay": mainstay, "mainstay_spark": mainstay_spark}
    seconds = raw(folder, rows) if engine == "raw" else whole[engine](folder, source, out)
    print(json.dumps({"seconds": seconds}))
