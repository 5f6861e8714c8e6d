"""A control plane in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mainstay.ledger.store import Ledger

MAIN = "from mainstay.cli.main import main; main()"


class Server(NamedTuple):
    """Where it answers, and the link that sets it up, empty once somebody may sign in."""

    url: str
    link: str


@contextmanager
def served(folder: Path, environment: dict[str, str], *more: str) -> Iterator[Server]:
    """Until the block ends; what it wrote lies beside the project."""
    command = [sys.executable, "-c", MAIN, "control", "--folder", folder, "--port", "0", *more]
    with (
        (folder.parent / "log").open("ab") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        ) as process,
    ):
        try:
            url = process.stdout.readline().split()[-1]
            line = process.stdout.readline() if not invited(folder) else ""
            yield Server(url, line.split()[-1] if line else "")
        finally:
            process.terminate()
            process.stdout.close()


def invited(folder: Path) -> bool:
    """Whether somebody can sign in already."""
    with Ledger(folder / ".mainstay" / "ledger.db") as ledger:
        return bool(ledger.rows("SELECT 1 FROM granted LIMIT 1"))
