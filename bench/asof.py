"""Joining what was known at each decision: our portable join, DuckDB's own, and Feast's history.

The same decisions and rows, one table of three columns, the newest row by key of at most six hours
before; the answers are compared row by row before anything is timed. CPU seconds of processes of
their own for the first two, in turn; Feast, which answers into pandas, by wall time against ours
into Arrow.
"""

import json
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from bench.context import feast
from bench.form import Report, options, progress
from bench.looking import past
from bench.servers.process import NotReady

MOST = 100_000
"""Decisions that Feast is asked about: it pairs each with every row of its key, and of ten times as
many its process was killed on 24 GB."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = options("asof", __doc__)
    parser.add_argument("--rows", default="1000000,10000000", help="decisions, with commas")
    parser.add_argument("--peers", default="feast", help="none: empty")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.rows, chosen.repeat, chosen.peers = "50000", 2, ""
    report = Report("asof", chosen.out)
    sizes = [int(rows) for rows in chosen.rows.split(",")]
    ratios, history = {}, None
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-asof-") as folder:
            place = past.written(Path(folder), rows, chosen.seed)
            ratios[str(rows)] = measured(report, place, rows, chosen)
    if chosen.peers:
        with tempfile.TemporaryDirectory(prefix="bench-asof-") as folder:
            history = against(report, past.written(Path(folder), MOST, chosen.seed), MOST)
    report.summary({"ratio_to_native": ratios, "feast_ratio": history})


def measured(report: Report, place: Path, rows: int, chosen: Namespace) -> float:
    """Ours by DuckDB's own, in CPU seconds."""
    same = child(place, "same")
    if same["differing"]:
        raise SystemExit(f"{same['differing']} of {rows} rows differ: there is nothing to compare")
    runs = []
    for _ in range(max(chosen.repeat, 1)):
        runs.append({name: child(place, name) for name in ("portable", "native")})
        said = ", ".join(f"{name} {one['cpu']:.2f} s" for name, one in runs[-1].items())
        progress(f"{rows:,} rows: {said}")
    case = {"rows": rows, "known": same["known"]}
    for name in ("portable", "native"):
        report.figure({**case, "join": name}, "cpu_s", [run[name]["cpu"] for run in runs], "s")
        report.figure({**case, "join": name}, "wall_s", [run[name]["wall"] for run in runs], "s")
    ratios = [run["portable"]["cpu"] / run["native"]["cpu"] for run in runs]
    return report.figure(case, "ratio_to_native", ratios, "x").value


def against(report: Report, place: Path, rows: int) -> float | None:
    """Feast's wall time by ours."""
    own = child(place, "portable")["wall"]
    try:
        said = feast("past", str(place))
    except NotReady as error:
        report.failure({"peer": "feast", "rows": rows}, str(error))
        return None
    case = {"peer": "feast", "rows": rows, "known": said["known"]}
    report.figure(case, "wall_s", [said["seconds"]], "s")
    return report.figure(case, "ratio", [said["seconds"] / own], "x").value


def child(place: Path, what: str) -> dict[str, float]:
    """What a process of its own measured."""
    command = [sys.executable, "-m", "bench.looking.past", str(place), what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


if __name__ == "__main__":
    main()
