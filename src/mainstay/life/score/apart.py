"""An engine in a process of its own, for many rows.

Threads of one interpreter take turns: two that score are hardly faster than one, beside whatever
else has to be done for a row.
"""

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


class _Started(NamedTuple):
    process: subprocess.Popen[bytes]
    link: Link


class Apart:
    """See bundle.runtime.Engine: started when it is first asked; whoever asks meanwhile waits."""

    def __init__(self, bundle: Path, environments: Path) -> None:
        """bundle: a folder named by its digest."""
        self._folders = str(bundle.resolve()), str(environments.resolve())
        self._starting = threading.Lock()
        self._there: _Started | None = None

    def scores(self, matrix: Matrix) -> Matrix:
        """Raises Mistake where the engine refuses the rows, Unavailable."""
        with self._starting:
            self._there = self._there or self._started()
        return self._there.link.submit({}, [matrix]).result().arrays[0]

    def score(self, row: object) -> float:
        """Nobody asks for a single row of a batch."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the process."""
        if self._there:
            self._there.link.close()
            self._there.process.wait()

    def _started(self) -> _Started:
        """In a session of its own: Ctrl-C is ours."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", f"{__name__}_process", str(theirs.fileno()), *self._folders],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=settings.child_environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return _Started(process, Link(ours, lambda: Unavailable("the process that scores ended")))


@contextmanager
def apart(opened: Runtime, bundle: Path, environments: Path, rows: int) -> Iterator[Runtime]:
    """What scores so many rows: the same version, its engine in another process where it pays."""
    if rows < MANY or opened.manifest.engine.kind == "worker":  # that one has its own process
        yield opened
        return
    engine = Apart(bundle, environments)
    try:
        yield Runtime(opened.manifest, engine, opened.version, opened.notes)
    finally:
        engine.close()
