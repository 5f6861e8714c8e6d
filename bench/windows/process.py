"""One way of looking at a window, in a process of its own: CPU seconds and peak memory as JSON.

Arguments: the Parquet of the past, that of the window, and what: read, or a step of bench.window.
"""

import json
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
from mainstay.data.profile import NOTHING, Profile, Selection
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
    marked = data_rules.marked(rows, known.rules if what != "profile" else ())
    kept = marked.table.mutate(kept=data_rules.kept(marked, known.rules if marked.broken else ()))
    bins = known.bins if what != "rules" else NOTHING
    broken = (Selection(NOTHING, mark) for mark in marked.broken)
    (found,), *_ = live.selected(kept, TIME, (WINDOW,), (Selection(bins, "kept"), *broken))
    if what != "rules":
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
    print(json.dumps({**spent, "peak_mb": peak()}))


def peak() -> float:
    """Megabytes of this process alone: what getrusage says begins with those of its parent."""
    said = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(said.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
