"""Streams, landed here exactly once: rows and the offsets after them come into sight together.

A micro-batch is a folder with its rows and its offsets, made beside its place, fsynced, renamed.
Its name is its number, so whoever was killed goes on after the last one there is; two at once are
kept apart by a lock. What is landed stays: topics forget.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mainstay.core import digest, durable
from mainstay.core.errors import Broken
from mainstay.data.silos.found import Files, Place

ROWS, OFFSETS = "rows.jsonl", "offsets.json"
_DRAFT = ".draft"
_LOCK = ".lock"
Offsets = dict[str, int | str]
"""Where each part of a stream goes on."""


class Pulled(NamedTuple):
    """A micro-batch: rows as JSON, an object each without line breaks; next: where to go on."""

    rows: tuple[bytes, ...]
    next: Offsets


Pull = Callable[[Offsets], Iterator[Pulled]]
"""All that is there after some offsets, in order, and then an end."""


def found(address: str, place: Place, pull: Pull) -> Files:
    """All that ever came, the newest of it brought now. Raises what pulling raises, Broken."""
    folder = place.staged.parent / "streams" / digest.of_value(address)[:16]
    land(folder, pull)
    batches = landed(folder)
    read = [batch / ROWS for batch in batches if (batch / ROWS).stat().st_size]
    return Files(read, digest.of_value([address, offsets(folder), len(batches)]))


def land(folder: Path, pull: Pull) -> int:
    """Brings what is new; how many rows that were."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with _alone(folder):
        shutil.rmtree(folder / _DRAFT, ignore_errors=True)
        for one in pull(offsets(folder)):
            _put(folder, len(landed(folder)) + 1, one)
            count += len(one.rows)
    return count


def landed(folder: Path) -> list[Path]:
    """The micro-batches, in order. Raises Broken where one is gone."""
    found = sorted(path for path in folder.glob("[0-9]*") if path.is_dir())
    for number, path in enumerate(found, 1):
        if int(path.name) != number:
            hint = "bring it back from a backup; without it rows are missing"
            raise Broken(f"of the stream in {folder} batch {number} is gone", hint=hint)
    return found


def offsets(folder: Path) -> Offsets:
    """Where the stream goes on; nothing before the first batch."""
    batches = landed(folder)
    if not batches:
        return {}
    said: Offsets = json.loads((batches[-1] / OFFSETS).read_text(encoding="utf-8"))
    return said


def _put(folder: Path, number: int, one: Pulled) -> None:
    draft = folder / _DRAFT
    draft.mkdir()
    (draft / ROWS).write_bytes(b"".join(row + b"\n" for row in one.rows))
    (draft / OFFSETS).write_text(json.dumps(one.next), encoding="utf-8")
    durable.sync_all(draft)
    draft.rename(folder / f"{number:09}")
    durable.sync(folder)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; whoever comes second waits and finds what the first brought."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
