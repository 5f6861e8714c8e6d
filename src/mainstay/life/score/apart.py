"""An engine in a process of its own, for many rows.

Threads of one interpreter take turns: two that score are hardly faster than one, beside whatever
else has to be done for a row. A frame is its kind, the rows and the columns of a matrix of doubles,
0 columns for one number a row, and the numbers; or a text, so many bytes long.
"""

import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mainstay.bundle.runtime import Matrix, Runtime
from mainstay.core import settings
from mainstay.core.errors import Mistake, Unavailable

MANY = 500_000
"""Rows from which it pays: it starts in half a second."""
SAID, REFUSED, FAILED = range(3)
HEAD = struct.Struct("=Bqq")


class Apart:
    """See bundle.runtime.Engine: started when it is first asked; whoever asks meanwhile waits."""

    def __init__(self, bundle: Path, environments: Path) -> None:
        """bundle: a folder named by its digest."""
        self._folders = str(bundle.resolve()), str(environments.resolve())
        self._asking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def scores(self, matrix: Matrix) -> Matrix:
        """Raises Mistake where the engine refuses the rows, Unavailable."""
        with self._asking:
            self._process = self._process or self._started()
            kind, rows, columns, content = _answered(self._process, matrix)
        if kind == REFUSED:
            raise Mistake(content.decode())
        if kind == FAILED:
            raise Unavailable(content.decode())
        found = np.frombuffer(content)
        return found.reshape(rows, columns) if columns else found

    def score(self, row: object) -> float:
        """Nobody asks for a single row of a batch."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the process."""
        if self._process:
            self._process.communicate()

    def _started(self) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl-C is ours."""
        return subprocess.Popen(
            [sys.executable, "-m", f"{__name__}_process", *self._folders],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=settings.child_environment(),
            start_new_session=True,
        )


class _Answered(NamedTuple):
    """A frame as it came."""

    kind: int
    rows: int
    columns: int
    content: bytes


def _answered(process: subprocess.Popen[bytes], matrix: Matrix) -> _Answered:
    asked, answers = process.stdin, process.stdout
    assert asked is not None, "piped"
    assert answers is not None, "piped"
    try:
        asked.writelines(framed(SAID, matrix))
        asked.flush()
        kind, rows, columns = HEAD.unpack(answers.read(HEAD.size))
    except (BrokenPipeError, struct.error) as error:
        raise Unavailable("the process that scores ended") from error
    length = rows * max(columns, 1) * 8 if kind == SAID else rows
    return _Answered(kind, rows, columns, answers.read(length))


def framed(kind: int, content: Matrix | str) -> list[bytes | memoryview]:
    """A frame, in parts."""
    if isinstance(content, str):
        text = content.encode()
        return [HEAD.pack(kind, len(text), 0), text]
    rows, columns = content.shape[0], content.shape[1] if content.ndim > 1 else 0
    return [
        HEAD.pack(kind, rows, columns),
        np.ascontiguousarray(content, np.float64).data.cast("B"),
    ]


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
