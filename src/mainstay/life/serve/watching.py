"""Follows the routing of a serving folder: looks ten times a second, swaps one pointer."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mainstay.bundle.views import FOLDER
from mainstay.core import clock, pseudonyms, settings
from mainstay.core.errors import MainstayError, Refused
from mainstay.core.notices import Kind, Notice
from mainstay.life.serve import loader, recalls, sequence
from mainstay.life.serve.away import Away
from mainstay.life.serve.loader import Place
from mainstay.life.serve.looking import Views
from mainstay.life.serve.notices import Notices
from mainstay.life.serve.present import Present, Print, fingerprint
from mainstay.life.serve.private import private
from mainstay.life.serve.recalls import Recalls
from mainstay.life.serve.routing import bounds
from mainstay.life.serve.served import Aside, Served, Silent, Table, proven, unproven
from mainstay.life.serve.telling import SILENT, Teller, Voice
from mainstay.seal import routing, trust
from mainstay.seal.routing import Routing, Share
from mainstay.seal.trust import Trust

EVERY = 0.1  # seconds between two looks
Claim = Callable[[str], None]
RETRY = 5.0  # seconds until what is short is tried again


class Watch:
    """The table in force and the one before, kept warm. refused: why the newest is not followed.

    restarts: how often the process of a model was started again. claim: asked before a model is
    served, raises Refused where another one of this door has its name.

    Then the table in force stays, each certificate of it verified against the trust file anew.
    """

    def __init__(
        self, place: Place, log: Path, keys: Path, voice: Voice = SILENT, *, named: bool = False
    ) -> None:
        """log: the door's own folder; keys: the trust file. named: the voice says of which model,

        and of which folder where none is known yet.
        """
        log.mkdir(parents=True, exist_ok=True)
        self.place, self.log, self.keys = place, log, keys
        self.table: Table | None = None
        self.refused = "no routing was read yet"
        self.shadow_refused = ""
        self.restarts = 0
        self._before: Table | None = None
        self._files = place.serving / routing.FILE, keys, keys.with_name(pseudonyms.FILE)
        self._print: tuple[Print, ...] = ()
        self._looked = 0.0
        self._present, self._teller = Present(), Teller(voice, str(place.serving) if named else "")
        self.notices = Notices(log)
        self._recalls = Recalls(self.notices)
        self.views = Views(place.serving / FOLDER, settings.context())
        self.claim: Claim = lambda _: None
        self.now = self._present.now
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
        self.notices.close()
        self.views.close()

    def notice(self, one: Served, kind: Kind, why: str, **facts: float | str) -> bool:
        """Writes down what was decided here about a version; whether it is safe on disk."""
        return self.notices.add(self._noticed(one.share.version, kind, why, facts))

    def _noticed(self, version: str, kind: Kind, why: str, facts: dict[str, float | str]) -> Notice:
        sequence = self.table.routing.sequence if self.table else 0
        return Notice(self.time() or clock.machine(), sequence, version, kind, why, facts)

    def tables(self) -> tuple[Table, ...]:
        """The table in force, then the one kept warm."""
        return tuple(table for table in (self.table, self._before) if table)

    def look(self) -> None:
        """Follows the routing if anything changed, or is short and not tried for a while."""
        found = tuple(map(fingerprint, self._files))
        if found != self._print or self._due():
            self._print, self._looked = found, clock.stopwatch()
            self._try()
        if self.table is not None:
            self.table = self._recalls.look(self.table, self._noticed)
            self.views.look(self.table)
        self._teller.tell(self.table, self.refused, self.time())

    def _due(self) -> bool:
        """Whether something does not answer as wished, for RETRY by now."""
        if clock.stopwatch() - self._looked < RETRY:
            return False
        everyone = self.table.everyone if self.table else ()
        return bool(self.refused) or any(one.silenced(None) for one in everyone)

    def _try(self) -> None:
        try:
            self._follow()
            self.refused = ""
        except MainstayError as error:
            self.refused = str(error)
        except Exception as error:  # noqa: BLE001 - a door outlives whatever lies in its folder
            self.refused = f"the routing could not be followed: {error!r}"
        if self.table is not None:
            if self.refused:
                self.table = self._verified(self.table)
            self.restarts += _revived(self.table)

    def _verified(self, table: Table) -> Table:
        """The table in force, by certificates that hold now for whom the trust file names now."""
        known = self._known()
        served = tuple(self._again(table, one, known) for one in table.served)
        standby = self._again(table, table.standby, known) if table.standby else None
        return table._replace(served=served, standby=standby)

    def _again(self, table: Table, one: Served, known: Trust) -> Served:
        try:
            certificate = loader.certified(
                self.place, table.routing, one.share, known, self.now(), files=False
            )
        except MainstayError as error:
            return unproven(one, str(error))
        return proven(one, certificate)

    def _known(self) -> Trust:
        """Nobody is trusted where the trust file cannot be read."""
        try:
            return trust.of_file(self.keys)
        except MainstayError:
            return Trust()

    def time(self) -> datetime | None:
        """The present; None where a replay file could never be read."""
        try:
            return self.now()
        except (OSError, ValueError):
            return None

    def _follow(self) -> None:
        known = trust.of_file(self.keys)
        table = routing.read(self.place.serving / routing.FILE, known)
        if table.environment != self.place.environment:
            raise Refused(
                f"the routing is for {table.environment}, this door for {self.place.environment}"
            )
        self.claim(table.model)
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
        ack = any(one.held.runtime.manifest.durability == "ack" for one in found)
        hidden = private(tuple(one.held.runtime.manifest for one in found), _secret(self.keys))
        limits = bounds(tuple(one.share for one in table.shares))
        made = Table(table, tuple(found), limits, ack, hidden, self._standby(table, known))
        made = made._replace(aside=self._aside(table, tuple(found)))
        return recalls.opened(made, self.table, self.notices)

    def _aside(self, table: Routing, beside: tuple[Served, ...]) -> Aside | None:
        """The shadow; it concerns nobody, so nothing about it stops a door."""
        self.shadow_refused = ""
        if table.shadow is None:
            return None
        asked = Share(table.shadow.version, table.shadow.bundle, "", table.shadow.share)
        warm = self._warm(asked)
        try:
            one = warm._replace(share=asked) if warm else loader.shadowed(self.place, table.shadow)
        except MainstayError as error:
            self.shadow_refused = f"the shadow {asked.version} does not run: {error}"
            return None
        manifests = tuple(other.held.runtime.manifest for other in (*beside, one))
        return Aside(one, private(manifests, _secret(self.keys)))

    def _standby(self, table: Routing, known: Trust) -> Served | None:
        """The version before; without it the baseline answers, so nothing about it stops a door."""
        if table.previous is None:
            return None
        try:
            return self._share(table, table.previous, known)
        except MainstayError:
            return None

    def _share(self, table: Routing, share: Share, known: Trust) -> Served:
        """A version that is warm is verified again, not opened again."""
        warm = self._warm(share)
        if warm is None:
            return loader.loaded(self.place, table, share, known, self.now())
        try:
            certificate = loader.certified(self.place, table, share, known, self.now())
        except MainstayError:
            return loader.loaded(self.place, table, share, known, self.now())
        return proven(warm._replace(share=share), certificate)

    def _warm(self, share: Share) -> Served | None:
        tables = (table for table in (self.table, self._before) if table)
        same = (one for table in tables for one in table.everyone if not _silent(one))
        wanted = (share.bundle, share.version, share.certificate)
        return next(
            (o for o in same if (o.share.bundle, o.share.version, o.share.certificate) == wanted),
            None,
        )

    def _swap(self, table: Table) -> None:
        if self.table is not None and self.table.routing == table.routing:
            old, self.table = self.table, table
            _retired((old,), (self._before, table))
            return
        oldest, self._before, self.table = self._before, self.table, table
        _retired((oldest,), (self._before, table))

    def _run(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(EVERY)


def _retired(old: tuple[Table | None, ...], kept: tuple[Table | None, ...]) -> None:
    """Retires the runtimes of old tables that none of the kept ones uses."""
    needed = {one.held for table in kept if table for one in table.everyone}
    for held in {one.held for table in old if table for one in table.everyone} - needed:
        held.retire()


def _secret(keys: Path) -> bytes:
    """The key of pseudonyms, which lies beside the trust file; empty where there is none."""
    try:
        return pseudonyms.read(keys.parent)
    except MainstayError:
        return b""


def _silent(one: Served) -> bool:
    return isinstance(one.held.runtime.engine, Silent)


def _revived(table: Table) -> int:
    """Starts the processes of models that ended; one that does not start is tried again later."""
    started = 0
    for one in table.everyone:
        runtime = one.held.runtime
        if isinstance(runtime.engine, Away) and not runtime.engine.alive:
            try:
                runtime.engine.start()
                runtime.failure = None
                started += 1
            except MainstayError as error:
                runtime.failure = error
    return started
