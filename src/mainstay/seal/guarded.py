"""Files that decide who may do what: one writer at a time, and nobody but the owner."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstay.core.errors import Conflict, Missing, Refused


def content(path: Path, what: str, hint: str = "") -> bytes:
    """All of a file that only its owner can write. Raises Missing, Refused."""
    try:
        with path.open("rb") as file:
            mode, found = os.fstat(file.fileno()).st_mode, file.read()
    except OSError as error:
        raise Missing(f"the {what} {path} cannot be read: {error.strerror}", hint=hint) from error
    if mode & 0o022:
        raise Refused(f"others can write the {what} {path}", hint=f"chmod 600 {path}")
    return found


@contextmanager
def alone(path: Path, what: str) -> Iterator[Callable[[bytes], None]]:
    """Gives the act that puts a content in place of a file; nobody else writes it meanwhile.

    Raises Conflict.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.new")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise Conflict(
            f"somebody is writing the {what} of {path.parent}",
            hint=f"if nobody is, remove {draft}",
        ) from error
    try:
        yield lambda found: _written(path, draft, found)
    finally:
        draft.unlink(missing_ok=True)


def _written(path: Path, draft: Path, found: bytes) -> None:
    with draft.open("wb") as file:
        file.write(found + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
