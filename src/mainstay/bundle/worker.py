"""A model's own process, as seen by whoever calls it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from mainstay.bundle.environment import Environment, library_path
from mainstay.bundle.link import Link, Matrix, Reply
from mainstay.core import clock, settings
from mainstay.core.errors import MainstayError, Unavailable

PATIENCE = 60.0  # seconds until it listens
FAREWELL = 1.0  # seconds it has to end by itself
SOCKET = "socket"
CHUNK = 16_384  # rows of one predict call


class Worker:
    """One process of one environment; after its death `start` makes a new one, without a model.

    program: the worker file. log: what the user's code prints, by default gone with the process.
    threads: how many OpenMP may use. seed: of text hashing, for the life of the process.
    """

    def __init__(
        self,
        environment: Environment,
        program: Path,
        *,
        log: Path | None = None,
        threads: int = 1,
        seed: int = 0,
    ) -> None:
        self.environment, self.program, self._log = environment, program, log
        self._variables = {
            **settings.child_environment(library_path=str(library_path(environment))),
            "OMP_NUM_THREADS": str(threads),
            # Some libraries ask for every core. And who waits soon sleeps: beside other work, a fit
            # of 37,500 rows by 2 threads that spin takes 2.9 s, by 1 thread 1.2 s.
            "OMP_THREAD_LIMIT": str(threads),
            "GOMP_SPINCOUNT": "1000",
            "OPENBLAS_NUM_THREADS": str(threads),
            "PYTHONHASHSEED": str(seed % 2**32),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._link: Link | None = None
        self._folder = Path()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """False from the moment the process is gone."""
        return self._link is not None and self._link.open

    @property
    def process(self) -> int:
        """The number of the process, 0 where none was started."""
        return self._process.pid if self._process else 0

    @property
    def address(self) -> Path:
        """Where it listens while it runs, to whoever else asks it too."""
        return self._folder / SOCKET

    def start(self) -> None:
        """Starts the process and waits until it listens. Raises Unavailable."""
        self.stop()
        self._folder = Path(tempfile.mkdtemp(prefix="mainstay-"))
        try:
            self._process = self._started()
            self._link = Link(self._connected(self._process), self._ended)
        except MainstayError:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the process and what it started; calls in flight fail with Unavailable."""
        if self._link:
            self._link.close()
            self._link = None
        if self._process:
            _buried(self._process)
            self._process = None
        if self._folder != Path():
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = Path()

    def submit(
        self, operation: str, header: dict[str, Any] | None = None, arrays: Sequence[Matrix] = ()
    ) -> Future[Reply]:
        """Sends a call; the future fails with the process's own mistake or with Unavailable."""
        if self._link is None:
            raise Unavailable("the model's process is not running", hint="start it")
        return self._link.submit({**(header or {}), "op": operation}, arrays)

    def call(
        self,
        operation: str,
        header: dict[str, Any] | None = None,
        arrays: Sequence[Matrix] = (),
        *,
        timeout: float | None = None,
    ) -> Reply:
        """Sends a call and waits, at most timeout seconds; a late answer is dropped."""
        future = self.submit(operation, header, arrays)
        try:
            return future.result(timeout)
        except TimeoutError as error:
            future.cancel()
            raise Unavailable(
                f"the model's process did not answer {operation} within {timeout:g} s"
            ) from error

    def _started(self) -> subprocess.Popen[bytes]:
        """Its own process group, so that Ctrl-C is ours; its input is the rope it hangs on."""
        command = [str(self.environment.program), "-u", str(self.program.resolve()), SOCKET]
        with (self._log or self._folder / "log.txt").open("ab") as log:
            try:
                return subprocess.Popen(
                    command,
                    cwd=self._folder,
                    env=self._variables,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise Unavailable(
                    f"{self.environment.program} does not start: {error.strerror}"
                ) from error

    def _connected(self, process: subprocess.Popen[bytes]) -> socket.socket:
        end = clock.stopwatch() + PATIENCE
        while process.poll() is None and clock.stopwatch() < end:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self.address))
            except (FileNotFoundError, ConnectionRefusedError):
                connection.close()
                time.sleep(0.005)
            else:
                return connection
        raise self._ended()

    def _ended(self) -> Unavailable:
        """Why there is no answer: how the process went, and the last line it said."""
        return Unavailable(
            f"the model's process {_fate(self._process)}{self._last_words()}",
            hint=f"its output is in {self._log}" if self._log else "",
        )

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            path = self._log or self._folder / "log.txt"
            lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
            said = [line.strip() for line in lines if line.strip()]
            return f"; it last said: {said[-1][:200]}" if said else ""
        return ""


def predicted(worker: Worker, matrix: Matrix, *, timeout: float | None = None) -> Matrix:
    """Scores of the rows by the model the process holds; multiclass (rows, classes).

    Raises Mistake where the user's code does, Unavailable.
    """
    chunks = [matrix[at : at + CHUNK] for at in range(0, max(len(matrix), 1), CHUNK)]
    answers = [worker.call("predict", arrays=[chunk], timeout=timeout) for chunk in chunks]
    return np.concatenate([answer.arrays[0] for answer in answers])


def _fate(process: subprocess.Popen[bytes] | None) -> str:
    if process is None:
        return "is not running"
    try:
        code = process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        return "does not answer"
    if code < 0:
        name = signal.Signals(-code).name
        return f"was killed by {name}" + (", perhaps for memory" if name == "SIGKILL" else "")
    return f"ended with exit code {code}"


def _buried(process: subprocess.Popen[bytes]) -> None:
    """Waits a moment for a process whose socket is closed, then kills it and its group."""
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdin:
        process.stdin.close()
