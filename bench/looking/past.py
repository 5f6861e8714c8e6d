"""Decisions and the rows of one context, and a process that joins them; figures as JSON.

Arguments: folder, then `portable`, `native` or `same`.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend
from pyarrow import parquet

from mainstay.data import context, engine
from mainstay.data.context import Context, Decisions, Taken

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS, EACH, PART = 30, 1_000, 5
WITHIN = timedelta(hours=6)
NAMES = ("a", "b", "c")
NATIVE = """
SELECT d.id, {names} FROM read_parquet('{asked}') d
ASOF LEFT JOIN read_parquet('{rows}') c ON d.eid = c.eid AND d.event_timestamp >= c.ts
"""


def written(place: Path, decisions: int, seed: int) -> Path:
    """So many decisions of a month, a thousand a key, and a fifth as many rows."""
    random, keys = np.random.default_rng(seed), max(decisions // EACH, 1)
    asked = {
        "id": np.arange(decisions),
        "eid": random.integers(0, keys, decisions),
        "event_timestamp": _moments(random, decisions),
    }
    parquet.write_table(pa.table(asked), place / "asked.parquet")
    count = decisions // PART
    rows = {"eid": random.integers(0, keys, count), "ts": _moments(random, count)}
    values = {name: random.random(count) for name in NAMES}
    parquet.write_table(pa.table({**rows, **values}), place / "rows.parquet")
    return place


def portable(bench: Backend, place: Path) -> ir.Table:
    """As training rows are joined."""
    asked = bench.read_parquet(str(place / "asked.parquet"))
    rows = bench.read_parquet(str(place / "rows.parquet"))
    one = Context("rows", rows, ("eid",), tuple(Taken(name, name) for name in NAMES), "ts", WITHIN)
    decisions = Decisions(asked, "id", "event_timestamp")
    return context.joined(decisions, (one,), START + timedelta(days=DAYS)).select("id", *NAMES)


def native(bench: Backend, place: Path) -> ir.Table:
    """By the engine's own join, rows that are too old taken out likewise."""
    old = f"c.ts >= d.event_timestamp - INTERVAL {int(WITHIN.total_seconds())} SECOND"
    names = ", ".join(f"CASE WHEN {old} THEN c.{name} END AS {name}" for name in NAMES)
    query = NATIVE.format(names=names, asked=place / "asked.parquet", rows=place / "rows.parquet")
    bench.con.execute(f"CREATE OR REPLACE TEMP VIEW past AS {query}")
    return bench.table("past")


def same(bench: Backend, place: Path) -> dict[str, float]:
    """How many rows differ, and how many found anything."""
    ours, theirs = portable(bench, place), native(bench, place).rename(other="id")
    theirs = theirs.rename({f"other_{name}": name for name in NAMES})
    both = ours.join(theirs, ours.id == theirs.other)
    equal = [both[name].identical_to(both[f"other_{name}"]) for name in NAMES]
    differing = both.filter(~(equal[0] & equal[1] & equal[2])).count()
    known = ours.filter(ours.a.notnull()).count()
    return {
        "differing": int(differing.to_pyarrow().as_py()),
        "known": int(known.to_pyarrow().as_py()),
    }


def timed(bench: Backend, place: Path, what: str) -> dict[str, float]:
    """Seconds into Arrow, all rows, the engine awake."""
    table = {"portable": portable, "native": native}[what](bench, place)
    for name in ("asked", "rows"):  # what an engine does once is not the join's
        bench.read_parquet(str(place / f"{name}.parquet")).count().to_pyarrow()
    cpu, wall = time.process_time(), time.perf_counter()
    rows = table.to_pyarrow().num_rows
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "rows": rows}


def _moments(random: np.random.Generator, count: int) -> pa.Array:
    """Of the month, to the microsecond, so that no two rows of a key are of one."""
    first = int(START.timestamp()) * 1_000_000
    made = first + random.integers(0, DAYS * 86_400 * 1_000_000, count)
    return pa.array(made, pa.timestamp("us", "UTC"))


def main() -> None:
    """One figure, printed."""
    place, what = Path(sys.argv[1]), sys.argv[2]
    bench = engine.connect(place)
    made = same(bench, place) if what == "same" else timed(bench, place, what)
    print(json.dumps(made))


if __name__ == "__main__":
    main()
