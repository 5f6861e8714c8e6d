"""Files that are there whole or not at all, also after a power cut.

Write a draft, fsync it, rename it, fsync the folder: of the orders one could choose, the only one
that leaves no bad state wherever the power goes.
"""

import os
import tempfile
from pathlib import Path

DRAFT = ".new-"
"""How the names of drafts begin; one left by a crash means nothing."""


def write(path: Path, content: bytes) -> None:
    """Put the content under a name, which the caller makes durable by `sync` of the folder."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make a file's content durable, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Make a folder durable, with everything below it that is no link."""
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            sync(path)
