"""What it costs to ask a model in a process of its own, beside what the model costs itself.

The model's own cost is the CPU between the rows' arrival and their scores, within that process.
Asking is all else that the door and that process spend: the way to a thread that waits, the frame,
the socket, the answer and the way back. One row at a time, as a door asks, and nothing together.
"""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.servers.process import NotReady
from mainstay.bundle import golden, manifest
from mainstay.bundle.environment import existing
from mainstay.bundle.layout import GOLDEN
from mainstay.bundle.runtime import LOCK, PROCESS, Original
from mainstay.bundle.worker import Worker

ROWS = 64  # that are asked for again and again
Matrix = NDArray[np.float64]
TIMED = """\
import importlib.util, sys, threading, time
sys.dont_write_bytecode = True  # a bundle stays as it was built
spec = importlib.util.spec_from_file_location("worker_process", {program!r})
process = importlib.util.module_from_spec(spec)
sys.modules["worker_process"] = process
spec.loader.exec_module(process)
scores, versions, own = process.scores, process.versions, [0.0]

def timed(model, matrix):
    before = time.process_time()
    try:
        return scores(model, matrix)
    finally:
        own[0] += time.process_time() - before

def told():
    return process.Answer({{**versions().header, "own": own[0], "all": time.process_time()}})

process.scores, process.versions = timed, told
threading.Thread(target=process.end_with_parent, daemon=True).start()
sys.path_hooks.insert(0, process.source_hook)
process.serve(sys.argv[1])
"""
"""The bundle's own program, which says besides how long its model took of all its CPU."""


class Hop(NamedTuple):
    """Microseconds of CPU a row: of asking by the door, of being asked, of the model itself."""

    door: float
    process: float
    own: float

    @property
    def share(self) -> float:
        """Of all asking, to the model's own cost."""
        return (self.door + self.process) / self.own


def hops(bundle: Path, environments: Path, folder: Path, repeat: int, seconds: int) -> list[Hop]:
    """So many measurements of a bundle; folder: for what is written meanwhile. Raises NotReady."""
    stated = manifest.read(bundle, bundle.name)
    if stated.engine.kind != "worker":
        raise NotReady(f"its engine is {stated.engine.kind}: nobody is asked")
    program = folder / "timed.py"
    program.write_text(TIMED.format(program=str(bundle / stated.engine.files[PROCESS])))
    environment = existing(bundle / LOCK, environments, python=stated.python)
    worker = Worker(environment, program, seed=stated.seed)
    original = Original(bundle, stated, worker)
    rows = golden.read(bundle / GOLDEN).inputs[:ROWS]
    try:
        return list(_measured(original, worker, rows, repeat, seconds))
    finally:
        original.close()


def _measured(
    original: Original, worker: Worker, rows: Matrix, repeat: int, seconds: int
) -> Iterator[Hop]:
    with ThreadPoolExecutor(1) as waiting:
        asyncio.run(_asked(original, waiting, rows, 0.3))
        for _ in range(repeat):
            own, whole = _spent(worker)
            before = time.process_time()
            count = asyncio.run(_asked(original, waiting, rows, seconds))
            door = time.process_time() - before
            own_then, whole_then = _spent(worker)
            mine, theirs = own_then - own, whole_then - whole
            yield Hop(*(1e6 * one / count for one in (door, theirs - mine, mine)))


def _spent(worker: Worker) -> tuple[float, float]:
    """Seconds of CPU so far, of its model and of its whole process."""
    said = worker.call("versions").header
    return float(said["own"]), float(said["all"])


async def _asked(
    original: Original, waiting: ThreadPoolExecutor, rows: Matrix, seconds: float
) -> int:
    """How many rows it answered, one after the other."""
    loop, count, end = asyncio.get_running_loop(), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        row = rows[count % len(rows)][None]
        await loop.run_in_executor(waiting, original.said, row, 60.0)
        count += 1
    return count
