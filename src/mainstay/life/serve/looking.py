"""Context that a door looks up: the generation in force, and requests completed from it."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mainstay.bundle.completing import Completed
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import Folder, Shelf, Store
from mainstay.core import clock
from mainstay.core.errors import MainstayError
from mainstay.life.serve.served import Served, Table

EVERY = 1.0
"""Seconds between two looks at a server; a folder is looked at as often as the routing."""


class Views:
    """Follows the views of one model. store: of the generation in force, None before the first.

    lacking: why it cannot be followed, empty where it can; then the one before stays.
    """

    def __init__(self, folder: Path, url: str = "") -> None:
        """url: of a Redis; else they lie in the folder."""
        self.store: Store | None = None
        self.lacking = ""
        self._folder, self._url = folder, url
        self._shelf: Shelf | None = None
        self._before: Store | None = None  # a thread may be at it still
        self._looked = 0.0

    @property
    def cut(self) -> datetime | None:
        """Up to when context is known; None where nothing is looked up, or known."""
        store = self.store
        return store.current.cut if store else None

    def look(self, table: Table) -> None:
        """Follows, where a version of the table looks anything up."""
        if not any(one.held.runtime.completer for one in table.everyone):
            return
        if self._url and clock.stopwatch() - self._looked < EVERY:
            return
        try:
            self._follow(table.routing.model)
            self.lacking = (
                "" if self.store else "no view of context is there: mainstay context refresh"
            )
        except MainstayError as error:
            self.lacking = str(error)
        self._looked = clock.stopwatch()

    def close(self) -> None:
        """Nobody asks any more."""
        for one in (self._before, self.store):
            if one:
                one.close()
        self._before = self.store = None

    def _follow(self, model: str) -> None:
        if self._shelf is None:
            self._shelf = Server(self._url, model) if self._url else Folder(self._folder)
        found = self._shelf.current()
        if found is None or (self.store and self.store.current == found):
            return
        if self.store and self.store.current.generation == found.generation:
            self.store.current = found
            return
        oldest, self._before, self.store = self._before, self.store, self._shelf.opened(found)
        if oldest:
            oldest.close()


class Bodies(NamedTuple):
    """A request for a champion and who answers beside it, and as it is written down."""

    first: Completed
    second: Completed
    written: bytes


def bodies(table: Table, body: bytes, store: Store | None, at: datetime) -> Bodies:
    """Completed for each version by what it looks up itself."""
    first, *others = table.served
    own = completed(first, body, store, at)
    if not others or _lookups(first) == _lookups(others[0]):
        return Bodies(own, own, own.body)
    beside = completed(others[0], body, store, at)
    return Bodies(own, beside, completed(others[0], own.body, store, at).body)


def completed(one: Served, body: bytes, store: Store | None, at: datetime) -> Completed:
    """As one version needs it."""
    completer = one.held.runtime.completer
    return completer.completed(body, store, at) if completer else Completed(body)


def _lookups(one: Served) -> object:
    completer = one.held.runtime.completer
    return completer.lookups if completer else ()
