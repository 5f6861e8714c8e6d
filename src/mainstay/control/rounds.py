"""Which projects a worker must look at now: those where a turn is due, and those that changed.

While neither the record, the clock, nor a contract changed and nothing is due, a look costs a few
questions to the file system, so that a worker that waits takes next to no time.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from mainstay.control import project, scheduling, several, team
from mainstay.core import clock, settings
from mainstay.core.places import Places
from mainstay.core.progress import nothing
from mainstay.ledger import runs, state
from mainstay.ledger.store import Ledger

LONGEST = 15.0
"""Seconds until everything is looked at anyway: a lease may have run out, a server have news."""
PRUNED = timedelta(hours=1)
Stamp = tuple[int, int]


class Plan(NamedTuple):
    """Of one project. changed: what its turns follow from; due: its next, None without any."""

    changed: tuple[int, Stamp]
    due: datetime | None


class Rounds:
    """What was seen at the last look at each project; remembers, and decides nothing."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._plans: dict[str, Plan] = {}
        self._seen: tuple[Stamp, ...] = ()
        self._until = self._prune = 0.0

    def quiet(self) -> bool:
        """Whether nothing can have come up since the last look."""
        due = [one.due for one in self._plans.values() if one.due]
        turn = bool(due) and clock.now() >= min(due)
        return not turn and clock.stopwatch() < self._until and self._stamps() == self._seen

    def busy(self) -> tuple[Path, ...]:
        """Folders of projects in which a run is to be done or let go on; plans what is due.

        Raises what hinders it, such as no contract.
        """
        self._seen = self._stamps()
        with several.opened(self.places.folder, nothing, None) as opened:
            folders = self._folders()
            spoken = state.spoken(opened.ledger, folders)
            for model, folder in folders.items():
                self._planned(model, folder, spoken[model])
            self._tidied(opened.ledger)
            found, earliest = runs.outstanding(opened.ledger)
        self._until = clock.stopwatch() + max(min(LONGEST, earliest), 0.0)
        return tuple(folders[one] for one in found if one in folders)

    def _folders(self) -> dict[str, Path]:
        if self.places.is_team:
            return team.members(self.places)
        return {project.contract(self.places.contract).contract.model: self.places.folder}

    def _planned(self, model: str, folder: Path, seq: int) -> None:
        changed = (seq, _stamp(Places(folder).contract))
        known = self._plans.get(model)
        if known and known.changed == changed and not (known.due and clock.now() >= known.due):
            return
        with project.opened(folder) as opened:
            scheduling.planned(opened)
            self._plans[model] = Plan(changed, scheduling.following(opened))

    def _tidied(self, ledger: Ledger) -> None:
        if clock.stopwatch() >= self._prune:
            runs.pruned(ledger)
            self._prune = clock.stopwatch() + PRUNED.total_seconds()

    def _stamps(self) -> tuple[Stamp, ...]:
        """Of all files that something can come up by."""
        ledger, moment = self.places.ledger, settings.clock_file()
        files = [ledger, ledger.with_name(f"{ledger.name}-wal"), *((moment,) if moment else ())]
        files += self.places.folder.glob(
            "*/contract.yaml" if self.places.is_team else "contract.yaml"
        )
        return tuple(map(_stamp, files))


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
