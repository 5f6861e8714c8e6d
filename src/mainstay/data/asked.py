"""What a file of the user answers in a process of its own, without secrets."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from mainstay.core import settings
from mainstay.core.errors import Finding, Mistake, Mistakes

Answer = TypeVar("Answer")


def asked(
    command: Sequence[str],
    given: bytes,
    file: Path,
    read: Callable[[bytes], Answer],
    *,
    seconds: float,
    hint: str,
) -> Answer:
    """What the command writes, as it is read; given: what it reads itself; hint: where it is slow.

    Raises Mistake beyond so many seconds, Mistakes where it ends without an answer.
    """
    try:
        child = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=settings.child_environment(),
            cwd=file.parent,
        )
    except subprocess.TimeoutExpired as error:
        raise Mistake(f"{file.name} took more than {seconds:g} s", hint) from error
    try:
        return read(child.stdout)
    except ValueError as error:
        said = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        what = f"{file.name} ended its process with code {child.returncode}"
        raise Mistakes([Finding(file.name, 0, 0, f"{what}: {said}" if said else what)]) from error
