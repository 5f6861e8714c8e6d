"""An engine in processes of its own, for many rows.

Threads of one interpreter take turns: two that score are hardly faster than one, beside whatever
else has to be done for a row.
"""

import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mainstay.bundle.link import Link
from mainstay.bundle.runtime import Matrix, Runtime
from mainstay.core import settings
from mainstay.core.errors import Unavailable

MANY = 500_000
"""Rows from which it pays: it starts in half a second."""
LARGE = 64 * 2**20
"""Bytes of Parquet that hold so many, unless rows are long."""
PROCESSES = 2
"""What else is done for a row takes about as long as an engine: one would leave cores idle."""
_WAITING = 2  # requests that one process has: it answers one while the next is sent
_KEEPS = {"MALLOC_TRIM_THRESHOLD_": f"{256 * 2**20}", "MALLOC_MMAP_THRESHOLD_": f"{32 * 2**20}"}
"""For the allocator of glibc: memory of one batch serves the next. To give it back and get it
again takes a tenth of all the time of an engine."""


class _Started(NamedTuple):
    process: subprocess.Popen[bytes]
    link: Link


class Apart:
    """See bundle.runtime.Engine: started when it is first asked; whoever asks meanwhile waits."""

    def __init__(self, bundle: Path, environments: Path) -> None:
        """bundle: a folder named by its digest."""
        self._folders = str(bundle.resolve()), str(environments.resolve())
        self._starting = threading.Lock()
        self._there: list[_Started] = []
        self._free: queue.Queue[Link] = queue.Queue()

    def scores(self, matrix: Matrix) -> Matrix:
        """Raises Mistake where the engine refuses the rows, Unavailable."""
        self.start()
        link = self._free.get()
        try:
            return link.submit({}, [matrix]).result().arrays[0]
        finally:
            self._free.put(link)

    def score(self, row: object) -> float:
        """Nobody asks for a single row of a batch."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the processes."""
        for one in self._there:
            one.link.close()
            one.process.terminate()
        for one in self._there:
            one.process.wait()

    @property
    def started(self) -> bool:
        """Whether anybody asked for it."""
        return bool(self._there)

    def start(self) -> None:
        """Starts the processes, which takes them a while; nothing where they are started."""
        with self._starting:
            if self._there:
                return
            for _ in range(PROCESSES):
                one = self._started()
                self._there.append(one)
                for _ in range(_WAITING):
                    self._free.put(one.link)

    def _started(self) -> _Started:
        """In a session of its own: Ctrl-C is ours."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", f"{__name__}_process", str(theirs.fileno()), *self._folders],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**settings.child_environment(), **_KEEPS},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return _Started(process, Link(ours, lambda: Unavailable("the process that scores ended")))


@contextmanager
def ready(opened: Runtime, bundle: Path, environments: Path) -> Iterator[Apart | None]:
    """What may be started for a version; None for one whose engine has a process of its own."""
    if opened.manifest.engine.kind == "worker":
        yield None
        return
    engine = Apart(bundle, environments)
    try:
        yield engine
    finally:
        engine.close()
