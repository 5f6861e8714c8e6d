"""A canary that fails on trial gets no more requests, at once and for as long as its routing lasts.

The door has no right to change the record: it writes a notice, which `run` puts on record as a
rollback and follows by a routing without the canary. Until then, also after a restart, the notice
holds. A routing of a higher sequence is somebody's newer word.
"""

from collections.abc import Callable

from mainstay.core import clock
from mainstay.core.notices import Kind, Notice
from mainstay.life.serve.notices import Notices
from mainstay.life.serve.routing import BUCKETS
from mainstay.life.serve.served import Table
from mainstay.life.serve.trial import Trial

EVERY = 1.0  # seconds between two looks at a trial
Noticed = Callable[[str, Kind, str, dict[str, float | str]], Notice]


def opened(table: Table, before: Table | None, notices: Notices) -> Table:
    """The table with its trial, where it has a canary; without the canary where it was recalled.

    before: the table in force; of the same routing, its trial goes on.
    """
    if table.limits[-1] in (0, BUCKETS):  # nobody, or everybody: there is no canary
        return table
    sequence = table.routing.sequence
    same = before is not None and before.routing == table.routing
    why = (before.recalled if before and same else "") or notices.recalled(sequence)
    if why:
        return without(table, why)
    trial = before.trial if before and same else None
    return table._replace(trial=trial or Trial(table.served))


def without(table: Table, why: str) -> Table:
    """The same table, all of whose requests are answered as if there were no canary."""
    limits = (BUCKETS,) if len(table.served) > 1 else (BUCKETS, 0)
    return table._replace(limits=limits, trial=None, recalled=why)


class Recalls:
    """Looks at the trial of the table in force; for the thread that swaps tables."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._looked = 0.0
        self._untold: Notice | None = None

    def look(self, table: Table, notice: Noticed) -> Table:
        """The table as it is to be from now on; notice: makes one of the present moment."""
        if self._untold and self._notices.add(self._untold):
            self._untold = None
        if table.trial is None or clock.stopwatch() - self._looked < EVERY:
            return table
        self._looked = clock.stopwatch()
        found = table.trial.failing()
        if found is None:
            return table
        told = notice(table.trial.canary, "recalled", found.why, found.facts)
        self._untold = None if self._notices.add(told) else told
        return without(table, found.why)
