"""What it costs to look at one window: profile, contract and drift against a bare read of it.

CPU seconds inside a process of its own for each, in turn (A B A B), imports and the reference left
out; the bare read is DuckDB's sum over all numbers and over the lengths of all texts.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from bench.drifting import peers
from bench.form import Report, Summary, options, progress
from bench.servers.process import NotReady
from bench.windows import table
from mainstay.core import settings

STEPS = {
    "look": ("profile", "rules", "drift"),
    "profile": ("profile", "drift"),
    "rules": ("rules",),
}
PAST = 100_000
PEER_ROWS = 20_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = options("window", __doc__)
    parser.add_argument("--rows", default="1000000,10000000", help="of the window, with commas")
    parser.add_argument("--columns", type=int, default=30, help="two thirds of them numbers")
    parser.add_argument("--peers", default=",".join(peers.PACKAGES), help="which, none: empty")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.rows, chosen.repeat, chosen.peers = "100000", 2, ""
    report = Report("window", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-window-") as folder:
        past = table.written(Path(folder), "past", PAST, chosen.columns, chosen.seed)
        table.learned(past)
        sizes = {
            int(rows): measured(report, past, int(rows), chosen) for rows in chosen.rows.split(",")
        }
        report.summary({
            "read_ratio": {str(rows): one["ratio"] for rows, one in sizes.items()},
            "peak_mb": {str(rows): one["peak_mb"] for rows, one in sizes.items()},
            "peers": others(report, past, chosen),
        })  # fmt: skip


def measured(report: Report, past: Path, rows: int, chosen: Namespace) -> dict[str, float]:
    """Ratio and peak memory of a look at a window of so many rows, and what its parts cost."""
    progress(f"{rows:,} rows are written")
    live = table.written(past.parent, "live", rows, chosen.columns, chosen.seed + 1)
    runs = [turn(past, live) for _ in range(max(chosen.repeat, 1))]
    case, found = {"rows": rows, "columns": chosen.columns}, {}
    for step in STEPS:
        ratios = [run[step]["cpu"] / run["read"]["cpu"] for run in runs]
        found[step] = report.figure({**case, "what": step}, "read_ratio", ratios, "x").value
    peaks = [run["look"]["peak_mb"] for run in runs]
    memory = report.figure({**case, "what": "look"}, "peak_mb", peaks, "MB").value
    read = [run["read"]["peak_mb"] for run in runs]
    report.figure({**case, "what": "read"}, "peak_mb", read, "MB")
    live.unlink()
    return {"ratio": found["look"], "peak_mb": memory}


def turn(past: Path, live: Path) -> dict[str, dict[str, float]]:
    """Everything once, the read first."""
    found = {name: child(past, live, name) for name in ("read", *STEPS)}
    said = ", ".join(f"{name} {one['cpu']:.2f} s" for name, one in found.items())
    progress(f"{said}; peak {found['look']['peak_mb']:.0f} MB")
    return found


def child(past: Path, live: Path, what: str) -> dict[str, float]:
    """CPU seconds and peak memory of one process."""
    command = [sys.executable, "-m", "bench.windows.process", str(past), str(live), what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def others(report: Report, past: Path, chosen: Namespace) -> Summary:
    """How many times as long as ours a peer takes for 20,000 rows: wall time, start and all."""
    found: dict[str, float] = {}
    names = list(filter(None, chosen.peers.split(",")))
    if not names:
        return found
    table.written(past.parent, "live", PEER_ROWS, chosen.columns, chosen.seed + 2)
    own = statistics.median(seconds(past, "") for _ in range(3))
    for name in names:
        try:
            ratios = [seconds(past, name) / own for _ in range(2)]
        except NotReady as error:
            report.failure({"peer": name}, str(error))
            continue
        found[name] = report.figure({"peer": name, "rows": PEER_ROWS}, "ratio", ratios, "x").value
    return found


def seconds(past: Path, peer: str) -> float:
    """Of a whole process that judges one window: of a peer, or ours where none is named."""
    programs = peers.peers.installed(peer) if peer else None
    live = past.with_name("live.parquet")
    ours = [sys.executable, "-m", "bench.windows.process", str(past), str(live), "look"]
    theirs = (
        [str(programs / "python"), str(peers.PROCESS), peer, str(past.parent)] if programs else []
    )
    begun = time.perf_counter()
    quiet = {**settings.child_environment(), **peers.QUIET, "NML_DISABLE_USAGE_LOGGING": "1"}
    done = subprocess.run(theirs or ours, check=False, capture_output=True, text=True, env=quiet)
    if done.returncode:
        raise NotReady(f"{peer}: {' / '.join(done.stderr.strip().splitlines()[-3:])}"[:600])
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
