"""Follows the routing of a serving folder: looks ten times a second, swaps one pointer."""

import threading
from datetime import datetime
from pathlib import Path

from mainstay.core import clock
from mainstay.core.errors import MainstayError, Refused
from mainstay.life.serve import loader, sequence
from mainstay.life.serve.loader import Place
from mainstay.life.serve.routing import bounds
from mainstay.life.serve.served import Served, Table
from mainstay.seal import routing, trust
from mainstay.seal.routing import Routing, Share
from mainstay.seal.trust import Trust

EVERY = 0.1  # seconds between two looks
Print = tuple[tuple[int, int, int], ...]


class Watch:
    """The table in force and the one before, kept warm. refused: why the newest is not followed."""

    def __init__(self, place: Place, log: Path, keys: Path) -> None:
        """log: the door's own folder; keys: the trust file."""
        log.mkdir(parents=True, exist_ok=True)
        self.place, self.log, self.keys = place, log, keys
        self.table: Table | None = None
        self.refused = "no routing was read yet"
        self._before: Table | None = None
        self._print: Print = ()
        self._at: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Looks from now on, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ends looking, and every runtime."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        before, self._before, table, self.table = self._before, None, self.table, None
        _retired((before, table), ())

    def now(self) -> datetime:
        """The present; the last one known while a replay file cannot be read."""
        try:
            self._at = clock.now()
        except (OSError, ValueError):
            if self._at is None:
                raise
        return self._at

    def look(self) -> None:
        """Follows the routing if it changed; whatever is wrong with it is kept as `refused`."""
        print_ = _print(self.place.serving / routing.FILE), _print(self.keys)
        if print_ == self._print:
            return
        self._print = print_
        try:
            self._follow()
            self.refused = ""
        except MainstayError as error:
            self.refused = str(error)
        except Exception as error:  # noqa: BLE001 - a door outlives whatever lies in its folder
            self.refused = f"the routing could not be followed: {error!r}"

    def _follow(self) -> None:
        known = trust.of_file(self.keys)
        table = routing.read(self.place.serving / routing.FILE, known)
        if table.environment != self.place.environment:
            raise Refused(
                f"the routing is for {table.environment}, this door for {self.place.environment}"
            )
        sequence.risen(self.log, table)
        self._swap(self._opened(table, known))

    def _opened(self, table: Routing, known: Trust) -> Table:
        """Raises where a bundle is not as named, and gives back what was opened until then."""
        found: list[Served] = []
        try:
            found.extend(self._share(table, share, known) for share in table.shares)
        except BaseException:
            fresh = Table(table, tuple(found), ())
            _retired((fresh,), (self.table, self._before))
            raise
        return Table(table, tuple(found), bounds(tuple(one.share for one in table.shares)))

    def _share(self, table: Routing, share: Share, known: Trust) -> Served:
        """A version that is warm is verified again, not opened again."""
        warm = self._warm(share)
        if warm is None:
            return loader.loaded(self.place, table, share, known, self.now())
        try:
            certificate = loader.certified(self.place, table, share, known, self.now())
        except MainstayError:
            return loader.loaded(self.place, table, share, known, self.now())
        return warm._replace(share=share, certificate=certificate)

    def _warm(self, share: Share) -> Served | None:
        tables = (table for table in (self.table, self._before) if table)
        same = (one for table in tables for one in table.served if one.certificate)
        wanted = (share.bundle, share.version, share.certificate)
        return next(
            (o for o in same if (o.share.bundle, o.share.version, o.share.certificate) == wanted),
            None,
        )

    def _swap(self, table: Table) -> None:
        oldest, self._before, self.table = self._before, self.table, table
        _retired((oldest,), (self._before, table))

    def _run(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(EVERY)


def _retired(old: tuple[Table | None, ...], kept: tuple[Table | None, ...]) -> None:
    """Retires the runtimes of old tables that none of the kept ones uses."""
    needed = {one.held for table in kept if table for one in table.served}
    for held in {one.held for table in old if table for one in table.served} - needed:
        held.retire()


def _print(path: Path) -> tuple[int, int, int]:
    try:
        stated = path.stat()
    except OSError:
        return 0, 0, 0
    return stated.st_mtime_ns, stated.st_ino, stated.st_size
