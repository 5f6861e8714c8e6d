"""Processes for tests that kill many of them: what they would import is in memory when they start.

A command of the control plane imports for 4 s of processor time, and often works for less than one.
"""

import atexit
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from io import TextIOWrapper
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["mainstay.control.handle", "mainstay.web.command"])


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


def typed(folder: Path, variables: Mapping[str, str], *words: str) -> CompletedProcess[str]:
    """A command line in a folder, with what it said and how it ended; variables: all it has."""
    with tempfile.TemporaryDirectory() as place:
        files = Path(place, "stdout"), Path(place, "stderr")
        given = words, folder, dict(variables), files
        process = _SERVER.Process(target=_typed, args=given)
        process.start()
        process.join()
        code = process.exitcode or 0
        process.close()
        return CompletedProcess(words, code, *(one.read_text("utf-8") for one in files))


def _typed(
    words: tuple[str, ...], folder: Path, variables: dict[str, str], files: tuple[Path, Path]
) -> None:
    from mainstay.cli.main import main

    for number, file in enumerate(files, 1):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), number)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    sys.argv = ["mainstay", *words]
    try:
        main()
    finally:
        atexit._run_exitfuncs()  # which a process that was forked would leave out


def _run(
    writer: Connection, program: str, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    os.dup2(writer.fileno(), 1)
    writer.close()
    os.environ.update(variables)
    sys.argv = ["-c", *arguments]
    exec(program, {"__name__": "__main__"})
