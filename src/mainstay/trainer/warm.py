"""One process per locked environment, kept warm: starting Python and the model's libraries in it

takes longer than many a fit.
"""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.trainer.fit import PROGRAM

THREADS = max((os.cpu_count() or 2) // 2, 1)
"""Of a process that fits: the other half of the machine works beside it, or answers."""
_Kind = tuple[Environment, int]
_idle: dict[_Kind, Worker] = {}
_lock = threading.Lock()


@contextmanager
def worker(environment: Environment, *, seed: int) -> Iterator[Worker]:
    """A process of an environment that nobody else uses meanwhile; text is hashed by the seed.

    It stays for the next one who asks, as long as this process lives; where something was raised
    beside it, it ends. Raises Unavailable.
    """
    kind = environment, seed
    with _lock:
        found = _idle.pop(kind, None)
    if found is None or not found.alive:
        found = Worker(environment, PROGRAM, threads=THREADS, seed=seed)
        found.start()
    try:
        yield found
    except BaseException:
        found.stop()
        raise
    _given_back(kind, found)


def cool() -> None:
    """Ends every process that waits."""
    with _lock:
        waiting = list(_idle.values())
        _idle.clear()
    for one in waiting:
        one.stop()


def _given_back(kind: _Kind, worker: Worker) -> None:
    with _lock:
        kept = _idle.setdefault(kind, worker)
    if kept is not worker:
        worker.stop()


atexit.register(cool)
