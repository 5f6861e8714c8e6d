"""One engine's way through a batch, in a process of its own: seconds after a warm-up, as JSON.

Arguments: engine, project, table, output, rows. raw is Mainstay's own engine on batches that lie in
memory, raw_lightgbm LightGBM's predict on the same; mainstay is the whole command, mainstay_spark
the same over a table of a local Spark.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.scoring import table
from bench.servers import project
from mainstay.bundle import runtime
from mainstay.control.commands import Score
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.places import Places
from mainstay.data import engines

BATCH, RESIDENT, THREADS = 65_536, 8, 2


def raw(folder: Path, rows: int) -> float:
    """Seconds of the engine alone."""
    (bundle,) = Places(folder).bundles.iterdir()
    opened = runtime.opened(bundle, Places(folder).environments, expected=bundle.name)
    return resident(opened.engine.scores, rows)


def raw_lightgbm(folder: Path, rows: int) -> float:
    """Seconds of LightGBM's predict alone, on two threads."""
    import lightgbm  # noqa: PLC0415 - only this one needs it

    (bundle,) = Places(folder).bundles.iterdir()
    (text,) = (one for one in (bundle / "engine").iterdir() if one.suffix == ".txt")
    booster = lightgbm.Booster(model_file=str(text))
    return resident(lambda matrix: booster.predict(matrix, num_threads=THREADS), rows)


def resident(predict: Callable[[NDArray[np.float64]], Any], rows: int) -> float:
    """Seconds for so many rows of batches that lie in memory, after a warm-up."""
    random = np.random.default_rng(1)
    batches = [random.normal(size=(BATCH, len(table.NUMBERS))) for _ in range(RESIDENT)]
    predict(batches[0])
    begun, done = time.perf_counter(), 0
    while done < rows:
        done += len(predict(batches[done // BATCH % RESIDENT][: rows - done]))
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
    if engine in whole:
        seconds = whole[engine](folder, source, out)
    else:
        seconds = {"raw": raw, "raw_lightgbm": raw_lightgbm}[engine](folder, rows)
    print(json.dumps({"seconds": seconds}))
