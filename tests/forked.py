"""Processes for tests that kill many of them: what they would import is in memory when they start.

A command of the control plane imports for 4 s of processor time, and often works for less than one.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["mainstay.control.handle"])


class Forked(NamedTuple):
    """A process, and what it writes to its standard output."""

    process: BaseProcess
    stdout: TextIOWrapper

    def rest(self) -> str:
        """What it still writes until it has ended; it is collected."""
        with self.stdout:
            said = self.stdout.read()
        self.process.join()
        self.process.close()
        return said


def forked(program: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Forked:
    """A program, started as `python -c` would; variables: of its environment, beside the usual."""
    reader, writer = _SERVER.Pipe(duplex=False)
    process = _SERVER.Process(target=_run, args=(writer, program, arguments, dict(variables or {})))
    process.start()
    writer.close()
    stdout = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
    reader.close()
    return Forked(process, stdout)


def _run(
    writer: Connection, program: str, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    os.dup2(writer.fileno(), 1)
    writer.close()
    os.environ.update(variables)
    sys.argv = ["-c", *arguments]
    exec(program, {"__name__": "__main__"})
