"""Streams, landed here exactly once: rows and the offsets after them come into sight together.

A micro-batch is a folder with its rows and its offsets, made beside its place, fsynced, renamed.
Its name is its number, so whoever was killed goes on after the last one there is; two at once are
kept apart by a lock. What is landed stays: topics forget. Many batches are put together in the same
way, under the numbers they stand for: from that name on nobody reads the single ones.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mainstay.core import clock, digest, durable
from mainstay.core.errors import Broken
from mainstay.data import engine
from mainstay.data.silos import compacted
from mainstay.data.silos.compacted import ROWS
from mainstay.data.silos.found import Files, Place

OFFSETS = "offsets.json"
LOOSE = 16
"""Batches, or files of many of them, beyond which they are put together."""
GRACE = 86_400
"""Seconds that what was put together stays for whoever is reading it."""
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
    with _alone(folder):
        _brought(folder, pull)
        batches = landed(folder)
    read = [file for batch in batches for file in compacted.files(batch)]
    return Files(read, digest.of_value([address, offsets(folder), _last(folder)]))


def land(folder: Path, pull: Pull) -> int:
    """Brings what is new; how many rows that were."""
    with _alone(folder):
        return _brought(folder, pull)


def landed(folder: Path) -> list[Path]:
    """The micro-batches, or what stands for many, in order. Raises Broken where one is gone."""
    kept: list[Path] = []
    for path in sorted(_named(folder), key=lambda one: (_span(one)[0], -_span(one)[1])):
        (first, last), end = _span(path), _span(kept[-1])[1] if kept else 0
        if first > end + 1:
            hint = "bring it back from a backup; without it rows are missing"
            raise Broken(f"of the stream in {folder} batch {end + 1} is gone", hint=hint)
        if last > end:
            kept.append(path)
    return kept


def offsets(folder: Path) -> Offsets:
    """Where the stream goes on; nothing before the first batch."""
    batches = landed(folder)
    if not batches:
        return {}
    said: Offsets = json.loads((batches[-1] / OFFSETS).read_text(encoding="utf-8"))
    return said


def _brought(folder: Path, pull: Pull) -> int:
    count = 0
    shutil.rmtree(folder / _DRAFT, ignore_errors=True)
    _clear(folder)
    for since, one in enumerate(pull(offsets(folder)), 1):
        _put(folder, _last(folder) + 1, one)
        count += len(one.rows)
        if since % (LOOSE + 1) == 0:
            _tidy(folder)
    _tidy(folder)
    return count


def _put(folder: Path, number: int, one: Pulled) -> None:
    draft = folder / _DRAFT
    draft.mkdir()
    (draft / ROWS).write_bytes(b"".join(row + b"\n" for row in one.rows))
    _name(draft, f"{number:09}", one.next)


def _name(draft: Path, name: str, next_: Offsets) -> None:
    """From here on it is there."""
    (draft / OFFSETS).write_text(json.dumps(next_), encoding="utf-8")
    durable.sync_all(draft)
    draft.rename(draft.parent / name)
    durable.sync(draft.parent)


def _tidy(folder: Path) -> None:
    """Puts batches together where they are many, and again where a new one widens a type."""
    batches = landed(folder)
    loose = [batch for batch in batches if not (batch / compacted.NAME).exists()]
    many, whole = len(loose) > LOOSE, len(batches) - len(loose)
    if not whole:
        return _compact(folder, loose) if many else None
    types = _types(batches)
    if types is None or whole > LOOSE:
        return _compact(folder, batches)
    return _compact(folder, loose, types) if many else None


def _types(batches: list[Path]) -> compacted.Types | None:
    paths = [file for batch in batches for file in compacted.files(batch)]
    return compacted.types(engine.connect().con, paths)


def _compact(folder: Path, batches: list[Path], types: compacted.Types | None = None) -> None:
    draft = folder / _DRAFT
    draft.mkdir()
    compacted.put(draft, batches, types)
    first, last = _span(batches[0])[0], _span(batches[-1])[1]
    _name(draft, f"{first:09}-{last:09}", offsets(folder))


def _clear(folder: Path) -> None:
    """Removes what something else stands for, long enough after."""
    kept = landed(folder)
    for path in set(_named(folder)) - set(kept):
        cover = next(one for one in kept if _span(one)[1] >= _span(path)[1])
        if clock.machine().timestamp() - cover.stat().st_mtime > GRACE:
            shutil.rmtree(path)


def _named(folder: Path) -> list[Path]:
    return [path for path in folder.glob("[0-9]*") if path.is_dir()]


def _span(path: Path) -> tuple[int, int]:
    """The first and the last batch that a folder stands for."""
    first, _, last = path.name.partition("-")
    return int(first), int(last or first)


def _last(folder: Path) -> int:
    batches = landed(folder)
    return _span(batches[-1])[1] if batches else 0


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; whoever comes second waits and finds what the first brought."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
