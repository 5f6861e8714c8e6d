"""What a batch costs beside the model: rows a second against the engine alone, and peak memory.

raw is Mainstay's own engine on batches that lie in memory, after a warm-up, raw_lightgbm the same
with LightGBM's own predict on two threads; every other engine reads the same Parquet and writes key
and score. Mainstay is the whole command: sources checked,
every row judged, answers, manifest, and what the watch will read; mainstay_spark is the same over a
table of a local Spark, where that and Java are installed. The others are their users' few lines
around LightGBM's own predict on two threads. Each runs in a process of its own, in an order that is
shuffled anew for every repeat; memory is that of the whole process tree.
"""

import itertools
import json
import subprocess
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench.form import Report, options, progress
from bench.scoring import project, table
from bench.servers import peers
from bench.servers.process import NotReady, pss, resident
from mainstay.core import clock, settings
from mainstay.core.places import Places

RAW, LIGHTGBM, MAINSTAY, IN_SPARK = "raw", "raw_lightgbm", "mainstay", "mainstay_spark"
CEILINGS = {"ratio_to_raw": RAW, "ratio_to_lightgbm": LIGHTGBM}
PEERS = ("pandas", "polars", "spark")
PEER = Path(__file__).parent / "scoring" / "peer_process.py"
WARM = 20_000
LOOK = 0.05  # seconds between looks at memory
EVERY = 20  # looks: at least so often pages are counted, else where more memory is held than ever


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = options("score", __doc__)
    parser.add_argument("--rows", default="1000000,10000000", help="of a batch, with commas")
    parser.add_argument("--engines", help="which, with commas; --quick: mainstay alone")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.rows, chosen.repeat = "100000", 2
    if chosen.engines is None:
        chosen.engines = ",".join((MAINSTAY,) if chosen.quick else (MAINSTAY, IN_SPARK, *PEERS))
    report = Report("score", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-score-") as folder:
        model = project.lived(Path(folder) / "project", chosen.seed)
        sizes = {
            rows: measured(report, model, int(rows), chosen) for rows in chosen.rows.split(",")
        }
        names = list(dict.fromkeys(name for one in sizes.values() for name in one))
        report.summary({
            figure: {
                name: {rows: one[name][figure] for rows, one in sizes.items() if name in one}
                for name in names
            }
            for figure in (*CEILINGS, "peak_mb")
        })  # fmt: skip


def measured(
    report: Report, model: Path, rows: int, chosen: Namespace
) -> dict[str, dict[str, float]]:
    """Ratio and peak of every engine at so many rows."""
    progress(f"{rows:,} rows are written")
    until = clock.machine() - timedelta(days=1)
    source = table.written(model.parent / "batch.parquet", rows, chosen.seed + 1, until)
    table.written(model.parent / "warm.parquet", min(rows, WARM), chosen.seed + 2, until)
    asked = [*CEILINGS.values(), *filter(None, chosen.engines.split(","))]
    runs, draw = [], np.random.default_rng(chosen.seed)
    for _ in range(max(chosen.repeat, 1)):
        run = {}
        for name in draw.permutation(asked).tolist():
            try:
                run[name] = once(name, model, source, rows)
            except NotReady as error:
                report.failure({"engine": name, "rows": rows}, str(error))
                asked.remove(name)
        runs.append(run)
    source.unlink()
    ceilings = CEILINGS.values()
    return {name: told(report, runs, name, rows) for name in asked if name not in ceilings}


def told(
    report: Report, runs: list[dict[str, tuple[float, float]]], name: str, rows: int
) -> dict[str, float]:
    """The figures of one engine."""
    known = [run for run in runs if run.keys() >= {name, *CEILINGS.values()}]
    case = {"engine": name, "rows": rows}
    report.figure(case, "rows_per_second", [rows / run[name][0] for run in known], "rows/s")
    found = {
        figure: report.figure(case, figure, [run[one][0] / run[name][0] for run in known], "x")
        for figure, one in CEILINGS.items()
    }
    found["peak_mb"] = report.figure(case, "peak_mb", [run[name][1] for run in known], "MB")
    return {figure: one.value for figure, one in found.items()}


def once(name: str, model: Path, source: Path, rows: int) -> tuple[float, float]:
    """Seconds after the warm-up, and the peak of the process tree in MB. Raises NotReady."""
    out = source.parent / "out"
    ours = [sys.executable, "-m", "bench.scoring.process", name, str(model), str(source), str(out)]
    command = theirs(name, model, source, out) if name in PEERS else [*ours, str(rows)]
    spark = {"PYSPARK_PYTHON": command[0]}  # else the first python3 on PATH
    environment = {**settings.child_environment(), **peers.QUIET, **spark}
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        process = subprocess.Popen(command, stdout=said, stderr=complained, env=environment)
        peak = watched(process)
        complained.seek(0)
        if process.returncode:
            last = " / ".join(complained.read().strip().splitlines()[-3:])
            raise NotReady(f"{name}: {last}"[:600])
        said.seek(0)
        seconds = float(json.loads(said.read().strip().splitlines()[-1])["seconds"])
    progress(f"{name}: {rows / seconds:,.0f} rows a second, peak {peak:.0f} MB")
    return seconds, peak


def watched(process: subprocess.Popen[bytes]) -> float:
    """Until it ends: the most that it and its children held, each page counted once."""
    ended, peak, most = threading.Event(), 0.0, 0.0
    threading.Thread(target=lambda: (process.wait(), ended.set()), daemon=True).start()
    for look in itertools.count():
        if ended.wait(LOOK):
            break
        try:
            held = resident(process.pid)
            if held > most or look % EVERY == 0:
                most, peak = max(most, held), max(peak, pss(process.pid))
        except OSError:
            continue  # one of them ended meanwhile
    process.wait()
    return peak


def theirs(name: str, model: Path, source: Path, out: Path) -> list[str]:
    """The command of a peer, with the model as LightGBM wrote it."""
    (bundle,) = Places(model).bundles.iterdir()
    (booster,) = (one for one in (bundle / "engine").iterdir() if one.suffix == ".txt")
    programs = peers.installed(name)
    return [str(programs / "python"), str(PEER), name, str(booster), str(source), str(out)]


if __name__ == "__main__":
    main()
