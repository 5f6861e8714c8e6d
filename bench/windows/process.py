"""One way of looking at a window, in a process of its own: CPU seconds and peak memory as JSON.

Arguments: the Parquet of the past, that of the window, and what: read, or a step of bench.window.
"""

import json
import resource
import sys
import time
from pathlib import Path

import ibis.expr.types as ir
import msgspec

from bench.windows import table
from bench.windows.table import BEGIN, DAY, TIME, Learned
from mainstay.contract.operation import Watch
from mainstay.core.nouns import Window
from mainstay.data import engine, live
from mainstay.data import rules as data_rules
from mainstay.data.live import Counts
from mainstay.data.profile import Profile
from mainstay.life.watch import drift, parts
from mainstay.life.watch.order import Profiled
from mainstay.life.watch.parts import Group

WINDOW = Window(BEGIN, BEGIN + DAY)


def read(rows: ir.Table) -> None:
    """Every value once."""
    numbers, texts = table.names(len(rows.columns) - 2)
    sums = {name: rows[name].sum() for name in numbers}
    lengths = {name: rows[name].length().sum() for name in texts}
    rows.aggregate(**sums, **lengths).to_pyarrow()


def looked(rows: ir.Table, known: Learned, what: str) -> None:
    """What the watch does of it: what breaks rules, what reaches the model, whether it moved."""
    if what in ("look", "rules"):
        data_rules.counts(rows, known.rules)
    if what in ("look", "profile"):
        kept = data_rules.let_through(rows, known.rules) if what == "look" else rows
        (found,) = live.profiles(kept, TIME, (WINDOW,), known.bins)
        judged(known, found)


def warm(rows: ir.Table, known: Learned) -> None:
    """What is imported only when it is first needed is no cost of a window."""
    read(rows)
    looked(rows, known, "look")


def judged(known: Learned, found: Profile) -> None:
    counts = Counts(found.rows, found.rows, 0, 0, 0, 0, 0, 0)
    seen = (Profiled(WINDOW, "v1", found, counts),)
    group = Group(tuple(one.name for one in found.columns), None)
    some = tuple(parts.parts(group, {}, known.trained, seen, ()))
    drift.judged(Watch(), drift.DRIFT, some, seen)


def main() -> None:
    past, path, what = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    known = msgspec.json.decode(past.with_suffix(".json").read_bytes(), type=Learned)
    rows = engine.connect().read_parquet(path)
    warm(rows.limit(10), known)
    begun, wall = time.process_time(), time.perf_counter()
    if what == "read":
        read(rows)
    else:
        looked(rows, known, what)
    spent = {"cpu": time.process_time() - begun, "wall": time.perf_counter() - wall}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**spent, "peak_mb": peak}))


if __name__ == "__main__":
    main()
