"""What it costs to ask a model in a process of its own, beside what the model costs itself.

The model's own cost is the CPU between the rows' arrival and their scores, within that process.
Asking is all else that the door and that process spend: the frame, the socket, waking up, the
answer and the way back to who awaits it in the door's loop. One row at a time, as a door asks, and
nothing together.
"""

import asyncio
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import uvloop
from numpy.typing import NDArray

from bench.servers.process import NotReady
from mainstay.bundle import golden, manifest
from mainstay.bundle.environment import existing
from mainstay.bundle.layout import GOLDEN
from mainstay.bundle.runtime import LOCK, PROCESS, Original
from mainstay.bundle.worker import Worker
from mainstay.life.serve.away import Away

PATIENCE = 5.0  # seconds until the loop has its line
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
        return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
            _measured(Away(original), worker, rows, repeat, seconds)
        )
    finally:
        original.close()


async def _measured(
    engine: Away, worker: Worker, rows: Matrix, repeat: int, seconds: int
) -> list[Hop]:
    await _connected(engine, rows[:1])
    await _asked(engine, rows, 0.3)
    found = []
    for _ in range(repeat):
        own, whole = _spent(worker)
        before = time.process_time()
        count = await _asked(engine, rows, seconds)
        door = time.process_time() - before
        own_then, whole_then = _spent(worker)
        mine, theirs = own_then - own, whole_then - whole
        found.append(Hop(*(1e6 * one / count for one in (door, theirs - mine, mine))))
    return found


async def _connected(engine: Away, row: Matrix) -> None:
    """Once the loop asks the process itself; the first rows of a door go by a thread."""
    until = time.monotonic() + PATIENCE
    while await engine.asked(row) is None:
        if time.monotonic() > until:
            raise NotReady("its process takes no line from an event loop")
        await asyncio.sleep(0.01)


def _spent(worker: Worker) -> tuple[float, float]:
    """Seconds of CPU so far, of its model and of its whole process."""
    said = worker.call("versions").header
    return float(said["own"]), float(said["all"])


async def _asked(engine: Away, rows: Matrix, seconds: float) -> int:
    """How many rows it answered, one after the other. Raises NotReady."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        if await engine.asked(rows[count % len(rows)][None]) is None:
            raise NotReady("its process does not answer")
        count += 1
    return count
