"""Views of context that doors look rows up in: whole generations, replaced at once.

A generation is one file of SQLite that is never changed; `current.json` names the one in force.
Whoever writes makes the file whole and durable before it is named, so a reader sees all of one
generation or all of another, whenever the writer is killed.
"""

import fcntl
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from mainstay.core import durable
from mainstay.core.errors import Missing, Unavailable

FOLDER = "context"
"""Where they lie in a serving folder."""
CURRENT = "current.json"
PART = 5_000
"""Rows that are written together."""
_LOCK, _ENDS = "lock", ".views"
_MAPPED = 1 << 30  # bytes of a file that are read where they lie
_PAGE = 8192
Rows = Iterable[tuple[bytes, int, bytes]]
"""By key: how many points there are, and the points packed, see `points`."""


class View(msgspec.Struct, frozen=True):
    """One context in a generation. newest: microseconds since 1970 of its newest row, None: it has

    no time, or no row. keys, points: how many. source: the digest of what it was made of. lies: on
    a server the generation that it was written for, of which it was kept; "" where it was not.
    """

    name: str
    newest: int | None
    keys: int = 0
    points: int = 0
    source: str = ""
    lies: str = ""


class Current(msgspec.Struct, frozen=True):
    """The generation in force. cut: nothing after that moment is in it. views: by their ids."""

    generation: str
    cut: datetime
    views: dict[str, View]


class Made(NamedTuple):
    """A view to be written; keys and points of it are not counted yet. rows: None where they are

    those of the generation before, which has the view.
    """

    id: str
    view: View
    rows: Rows | None


class Store(Protocol):
    """One generation, to be read; current: as it is named now."""

    current: Current

    def found(self, view: str, keys: Sequence[bytes]) -> Sequence[bytes | None]:
        """The packed points of each key. Raises Unavailable."""

    def close(self) -> None:
        """Nobody asks it any more."""


class Shelf(Protocol):
    """Where the generations of one model are kept; one writes at a time, see `writing`."""

    def current(self) -> Current | None:
        """The generation in force, None before the first. Raises Unavailable."""

    def written(
        self, cut: datetime, made: Iterable[Made], before: Current | None = None
    ) -> Current:
        """Writes a generation whole, then puts it in force. before: which it keeps views of.

        Raises Unavailable.
        """

    def moved(self, cut: datetime, before: Current) -> Current:
        """The same generation up to a later moment, where nothing came that is not in it."""

    def opened(self, found: Current) -> Store:
        """Raises Unavailable, also where it is gone meanwhile."""


class Embedded:
    """A generation in a file; any thread may ask."""

    def __init__(self, path: Path, current: Current) -> None:
        self.current = current
        self._lock = threading.Lock()
        address = f"{path.resolve().as_uri()}?immutable=1"
        try:
            self._base = sqlite3.connect(address, uri=True, check_same_thread=False)
            self._ask = self._base.cursor().execute
            self._ask(f"PRAGMA mmap_size = {_MAPPED}")
        except sqlite3.Error as error:
            raise Unavailable(f"the views in {path} cannot be read: {error}") from error
        self._asks = {one: f"SELECT points FROM {table(one)} WHERE key = ?"  # noqa: S608 - checked
                      for one in current.views}  # fmt: skip

    def found(self, view: str, keys: Sequence[bytes]) -> Sequence[bytes | None]:
        ask = self._asks[view]
        try:
            with self._lock:
                rows = [self._ask(ask, (key,)).fetchone() for key in keys]
        except sqlite3.Error as error:
            raise Unavailable(f"the view {view} cannot be read: {error}") from error
        return [row[0] if row else None for row in rows]

    def close(self) -> None:
        with self._lock:
            self._base.close()


class Folder:
    """A shelf that is a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def current(self) -> Current | None:
        try:
            return msgspec.json.decode((self._path / CURRENT).read_bytes(), type=Current)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Unavailable(f"{self._path / CURRENT} names no generation: {error}") from error

    def written(
        self, cut: datetime, made: Iterable[Made], before: Current | None = None
    ) -> Current:
        self._sweep()
        handle, draft = tempfile.mkstemp(dir=self._path, prefix=durable.DRAFT)
        os.close(handle)
        try:
            views = _filled(Path(draft), made, Old(self._file(before), before) if before else None)
            durable.sync(Path(draft))
            found = Current(f"{self._highest() + 1:08}", cut, views)
            Path(draft).replace(self._file(found))
            durable.sync(self._path)
        finally:
            Path(draft).unlink(missing_ok=True)
        return self._put(found)

    def moved(self, cut: datetime, before: Current) -> Current:
        return self._put(msgspec.structs.replace(before, cut=cut))

    def opened(self, found: Current) -> Store:
        return Embedded(self._file(found), found)

    def _file(self, one: Current) -> Path:
        return self._path / f"{one.generation}{_ENDS}"

    def _put(self, one: Current) -> Current:
        durable.write(self._path / CURRENT, msgspec.json.encode(one))
        durable.sync(self._path)
        return one

    def _highest(self) -> int:
        return max((int(path.stem) for path in self._files()), default=0)

    def _files(self) -> list[Path]:
        return [path for path in self._path.glob(f"*{_ENDS}") if path.stem.isdigit()]

    def _sweep(self) -> None:
        """What a killed writer left, and what was read before the generation in force."""
        drafts = list(self._path.glob(f"{durable.DRAFT}*"))
        with suppress(Unavailable):
            stands = self.current()
            drafts += [one for one in self._files() if not stands or one.stem != stands.generation]
        for path in drafts:
            path.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Nobody else on this machine writes generations meanwhile; others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def table(view: str) -> str:
    """What the rows of a view are kept under. Raises Missing for a name that no view has."""
    if not (view.isalnum() and view.isascii()):
        raise Missing(f"{view!r} names no view")
    return f"view_{view}"


def counted(view: View, keys: int, points: int) -> View:
    """The view, written."""
    return msgspec.structs.replace(view, keys=keys, points=points)


def kept(view: View, before: View) -> View:
    """The view, as the generation before has it."""
    return counted(view, before.keys, before.points)


class Old(NamedTuple):
    """The file of a generation, and what is in it."""

    path: Path
    current: Current


def _filled(draft: Path, made: Iterable[Made], old: Old | None) -> dict[str, View]:
    """A new file of views; what was written of each."""
    views = {}
    with closing(sqlite3.connect(draft, isolation_level=None, uri=True)) as base:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"page_size = {_PAGE}"):
            base.execute(f"PRAGMA {pragma}")
        if old:
            base.execute("ATTACH ? AS old", (f"{old.path.resolve().as_uri()}?immutable=1",))
        base.execute("BEGIN")
        for one in made:
            name = table(one.id)
            base.execute(f"CREATE TABLE {name} (key BLOB PRIMARY KEY, points BLOB) WITHOUT ROWID")
            if one.rows is not None:
                views[one.id] = _view(base, name, one.view, one.rows)
            elif old:
                base.execute(f"INSERT INTO {name} SELECT * FROM old.{name}")  # noqa: S608 - checked
                views[one.id] = kept(one.view, old.current.views[one.id])
        base.execute("COMMIT")
    return views


def _view(base: sqlite3.Connection, name: str, view: View, rows: Rows) -> View:
    keys = points = 0
    part: list[tuple[bytes, bytes]] = []
    insert = f"INSERT INTO {name} VALUES (?, ?)"  # noqa: S608 - the name is checked
    for key, count, blob in rows:
        part.append((key, blob))
        keys, points = keys + 1, points + count
        if len(part) == PART:
            base.executemany(insert, part)
            part.clear()
    base.executemany(insert, part)
    return counted(view, keys, points)
