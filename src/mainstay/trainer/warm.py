"""Processes of a locked environment, kept warm: starting Python and the model's libraries in one

takes longer than many a fit.
"""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.trainer.fit import PROGRAM

THREADS = max((os.cpu_count() or 2) // 2, 1)
"""Of a process that fits: the other half of the machine works beside it, or answers."""
KEPT = 2
"""Processes of a kind that wait at most: as many fits as run beside each other."""
_Kind = tuple[Environment, int]
_idle: dict[_Kind, list[Worker]] = {}
_lock = threading.Lock()


@contextmanager
def worker(environment: Environment, *, seed: int) -> Iterator[Worker]:
    """A process of an environment that nobody else uses meanwhile; text is hashed by the seed.

    It stays for the next one who asks, as long as this process lives; where something was raised
    beside it, it ends. Raises Unavailable.
    """
    # projects may share one by a link, and a process outlives the project that started it
    kind = msgspec.structs.replace(environment, folder=environment.folder.resolve()), seed
    found = _waiting(kind) or _started(kind)
    try:
        yield found
    except BaseException:
        found.stop()
        raise
    _given_back(kind, found)


def warmed(environment: Environment, *, seed: int) -> None:
    """Starts a process that waits for somebody who asks, where none does. Raises Unavailable."""
    with worker(environment, seed=seed):
        pass


def cool() -> None:
    """Ends every process that waits."""
    with _lock:
        waiting = [one for some in _idle.values() for one in some]
        _idle.clear()
    for one in waiting:
        one.stop()


def _waiting(kind: _Kind) -> Worker | None:
    with _lock:
        some = _idle.get(kind, [])
        while some:
            if (found := some.pop()).alive:
                return found
    return None


def _started(kind: _Kind) -> Worker:
    environment, seed = kind
    made = Worker(environment, PROGRAM, threads=THREADS, seed=seed)
    made.start()
    return made


def _given_back(kind: _Kind, worker: Worker) -> None:
    with _lock:
        some = _idle.setdefault(kind, [])
        if len(some) < KEPT:
            some.append(worker)
            return
    worker.stop()


atexit.register(cool)
