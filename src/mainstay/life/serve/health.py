"""Whether every routed version would answer rightly now: golden rows, scored again and again.

A few rows each time, others the next: a model's own process is asked once for all of them.
Where a version's model may not answer, or its circuit is open, its fallback does, as the contract
says, and that is ready.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np

from mainstay.bundle import golden
from mainstay.bundle.golden import Golden
from mainstay.bundle.layout import GOLDEN, ULP
from mainstay.core import clock
from mainstay.core.errors import MainstayError
from mainstay.life.serve.served import Served, Silent, Table
from mainstay.seal.routing import BUNDLES

EVERY = 2.0  # seconds between two looks
STALE = 10.0  # seconds after which what was seen counts no more
ROWS = 8


class Health:
    """Looks at every version of the tables; `reasons` says what is not as it must be."""

    def __init__(self, serving: Path, tables: Callable[[], tuple[Table, ...]]) -> None:
        """tables: the one in force first, then those kept warm."""
        self._bundles, self._tables = serving / BUNDLES, tables
        self._rounds = 0

    def look(self) -> None:
        """Scores some golden rows of every version."""
        self._rounds += 1
        served = {one.held: one for table in self._tables() for one in table.everyone}
        for held, one in served.items():
            with held.used() as alive:
                if alive:
                    held.wrong, held.checked = self.wrong(one), clock.stopwatch()

    def reasons(self) -> tuple[str, ...]:
        """Of the table in force, one line per version that would not answer rightly."""
        table = next(iter(self._tables()), None)
        found = [(one.share.version, doubt(one)) for one in table.answering] if table else []
        return tuple(f"{version}: {why}" for version, why in found if why)

    def wrong(self, one: Served) -> str:
        """What is wrong with some of its golden rows now; empty where nothing is."""
        if isinstance(one.held.runtime.engine, Silent):
            return ""
        try:
            rows = _some(_golden(self._bundles / one.share.bundle / GOLDEN), self._rounds)
            found = golden.replay(rows, one.held.runtime.inputs, one.held.runtime.scores)
        except MainstayError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way
            return f"its golden rows cannot be scored: {error!r}"
        if found.encoded or found.scored_ulp > ULP:
            return f"{found.encoded + found.scored} of {found.rows} golden rows came out otherwise"
        return ""


class Rounds:
    """A look again and again, in a thread of its own.

    look: may say how many seconds to wait until the next one, else as many as usual.
    """

    def __init__(self, name: str, every: float, look: Callable[[], float | None]) -> None:
        self._every, self._look = every, look
        self._over, self._woken = False, threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the look under way."""
        self._over = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """The next look is now."""
        self._woken.set()

    def _run(self) -> None:
        wait = self._every
        while True:
            self._woken.wait(wait)
            self._woken.clear()
            if self._over:
                return
            wait = self._every
            with suppress(Exception):  # the next look may succeed; what is old says so itself
                wait = self._look() or self._every


def ready(table: Table | None) -> bool:
    """Whether every version that answers would answer rightly now."""
    return table is not None and not any(map(doubt, table.answering))


def doubt(one: Served) -> str:
    """Why a version would not answer rightly, empty where it would; by its fallback is rightly."""
    engine = one.held.runtime.engine
    if isinstance(engine, Silent):
        return engine.reason if one.certificate else ""
    if one.held.circuit.open:  # its fallback answers, by design
        return ""
    if one.held.wrong:
        return one.held.wrong
    since = clock.stopwatch() - one.held.checked
    return f"no golden row was scored for {since:.0f} s" if since > STALE else ""


def _some(rows: Golden, turn: int) -> Golden:
    """ROWS of them, the next ones in the next turn."""
    count = len(rows.rows)
    at = (np.arange(min(ROWS, count)) + turn * ROWS) % count
    return Golden(tuple(rows.rows[place] for place in at), rows.inputs[at], rows.scores[at])


@lru_cache(maxsize=8)
def _golden(path: Path) -> Golden:
    """Bundles are named by what they hold: the same path, the same rows."""
    return golden.read(path)
