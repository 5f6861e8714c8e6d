"""What it costs to ask a model in a process of its own, beside what the model costs itself.

Asking is all that the door and that process spend on it: the way to a thread that waits, the frame,
the socket, the answer and the way back. The model's own cost is the same process's work on the same
rows without anybody who asks. Both are CPU, of one row at a time, in turn.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.servers.process import NotReady, cpu
from mainstay.bundle import golden, manifest, runtime
from mainstay.bundle.environment import Environment, existing, library_path
from mainstay.bundle.layout import GOLDEN
from mainstay.bundle.runtime import CODE, LOCK, ORIGINAL, PROCESS
from mainstay.core import settings

ROWS = 64  # that are asked for again and again
Matrix = NDArray[np.float64]
ALONE = """
import importlib.util, json, sys, time
import numpy as np
spec = importlib.util.spec_from_file_location("worker_process", sys.argv[1])
process = importlib.util.module_from_spec(spec)
sys.modules["worker_process"] = process
spec.loader.exec_module(process)
sys.path_hooks.insert(0, process.source_hook)
model = process.loaded(json.loads(sys.argv[2]))
rows = np.load(sys.argv[3])
print("ready", flush=True)
for line in sys.stdin:
    before, count, end = time.process_time(), 0, time.monotonic() + float(line)
    while time.monotonic() < end:
        process.scores(model, rows[count % len(rows) : count % len(rows) + 1])
        count += 1
    print(1e6 * (time.process_time() - before) / count, flush=True)
"""


class Hop(NamedTuple):
    """Microseconds of CPU a row: of asking, over and above the model's own."""

    asking: float
    own: float

    @property
    def share(self) -> float:
        """Of the model's own cost."""
        return self.asking / self.own


def hops(bundle: Path, environments: Path, folder: Path, repeat: int, seconds: int) -> list[Hop]:
    """So many measurements of a bundle; folder: for what is written meanwhile. Raises NotReady."""
    stated = manifest.read(bundle, bundle.name)
    if stated.engine.kind != "worker":
        raise NotReady(f"its engine is {stated.engine.kind}: nobody is asked")
    rows = golden.read(bundle / GOLDEN).inputs[:ROWS]
    np.save(folder / "rows.npy", rows)
    environment = existing(bundle / LOCK, environments, python=stated.python)
    asked = runtime.original(bundle, environments, expected=bundle.name)
    alone = _alone(bundle, stated, environment, folder / "rows.npy")
    try:
        return list(_measured(asked, alone, rows, repeat, seconds))
    finally:
        asked.close()
        alone.terminate()
        alone.communicate()


def _measured(
    asked: runtime.Original, alone: "subprocess.Popen[str]", rows: Matrix, repeat: int, seconds: int
) -> Iterator[Hop]:
    with ThreadPoolExecutor(1) as waiting:
        asyncio.run(_asked(asked, waiting, rows, 0.3))
        for _ in range(repeat):
            both = asyncio.run(_asked(asked, waiting, rows, seconds))
            own = float(_told(alone, f"{seconds}\n"))
            yield Hop(both - own, own)


async def _asked(
    asked: runtime.Original, waiting: ThreadPoolExecutor, rows: Matrix, seconds: float
) -> float:
    """CPU of this process and the model's, per row."""
    loop, count = asyncio.get_running_loop(), 0
    before, theirs = time.process_time(), cpu(asked.process)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row = rows[count % len(rows)][None]
        await loop.run_in_executor(waiting, asked.said, row, 60.0)
        count += 1
    spent = time.process_time() - before + cpu(asked.process) - theirs
    return 1e6 * spent / count


def _alone(
    bundle: Path, stated: manifest.Manifest, environment: Environment, rows: Path
) -> "subprocess.Popen[str]":
    original = stated.engine.files[ORIGINAL]
    header = {
        "file": str((bundle / original).resolve()), "digest": stated.files[original],
        "code": str((bundle / CODE).resolve()), "inputs": msgspec.to_builtins(stated.inputs),
        "task": stated.task, "classes": stated.classes,
    }  # fmt: skip
    program = str(bundle / stated.engine.files[PROCESS])
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    given = settings.child_environment(library_path=str(library_path(environment)))
    alone = subprocess.Popen(
        [str(environment.program), "-c", ALONE, program, json.dumps(header), str(rows)],
        env={**given, **threads}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr,
        text=True, cwd=rows.parent,
    )  # fmt: skip
    _told(alone, "")
    return alone


def _told(alone: "subprocess.Popen[str]", asked: str) -> str:
    """The next line that it says. Raises NotReady where it is gone."""
    if alone.stdin is None or alone.stdout is None:
        raise NotReady("the model's process has no ends")
    alone.stdin.write(asked)
    alone.stdin.flush()
    said = alone.stdout.readline()
    if not said:
        raise NotReady("the model's process ended")
    return said
