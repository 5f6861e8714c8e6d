"""The files of a door's journal, numbered from 1; a number is never used twice.

Who writes a file holds its lock: a file without one is closed, and nothing follows in it.
"""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mainstay.core import durable, frames

_NAME = re.compile(r"requests-(\d{8})\.journal")


class File(NamedTuple):
    """One file of frames."""

    number: int
    path: Path


def files(folder: Path) -> tuple[File, ...]:
    """All there are, in order."""
    names = sorted(path.name for path in folder.glob("*.journal")) if folder.is_dir() else []
    matches = filter(None, map(_NAME.fullmatch, names))
    return tuple(File(int(one[1]), folder / one[0]) for one in matches)


def size(folder: Path) -> int:
    """Bytes of all there are; one that is removed meanwhile counts nothing."""
    total = 0
    for file in files(folder):
        with suppress(FileNotFoundError):
            total += file.path.stat().st_size
    return total


def created(folder: Path) -> tuple[File, int]:
    """The next file and its handle, to append to; locked before anybody else can see it.

    Raises OSError.
    """
    handle, draft = tempfile.mkstemp(dir=folder, prefix=durable.DRAFT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        fcntl.fcntl(handle, fcntl.F_SETFL, fcntl.fcntl(handle, fcntl.F_GETFL) | os.O_APPEND)
        file = _named(folder, draft)
        durable.sync(folder)
    except BaseException:
        os.close(handle)
        raise
    finally:
        Path(draft).unlink()
    return file, handle


def is_closed(file: File) -> bool:
    """Whether nobody writes it any more."""
    with file.path.open("rb") as reader:
        try:
            fcntl.flock(reader, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def read(folder: Path) -> Iterator[bytes]:
    """The payloads of all files in order. Raises Broken where a frame is damaged."""
    for file in files(folder):
        yield from frames.read(file.path)


def _named(folder: Path, draft: str) -> File:
    """The newest file always stays, so that its number says which is free."""
    number = max((file.number for file in files(folder)), default=0)
    while True:
        number += 1
        path = folder / f"requests-{number:08}.journal"
        try:
            os.link(draft, path)
        except FileExistsError:
            continue
        return File(number, path)
