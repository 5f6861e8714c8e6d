"""The present as a door sees it: a replay file is looked at for every request, read when it moved.

Reading it costs 60 us, a look 1.5 us; to ask the environment whether there is one, 1.2 us.
"""

from datetime import datetime
from pathlib import Path

from mainstay.core import clock, settings

SETTLED = 0.1  # seconds: two writes within one tick of the file system look alike
Print = tuple[int, int, int]
ABSENT: Print = (0, 0, 0)


class Present:
    """Asks for the time; the last one known while a replay file cannot be read."""

    def __init__(self) -> None:
        self._file = settings.clock_file()
        self._print, self._seen = ABSENT, 0.0
        self._at: datetime | None = None

    def now(self) -> datetime:
        """Raises OSError, ValueError for a replay file that could never be read."""
        if self._file is None:
            return clock.machine()
        found = fingerprint(self._file)
        if self._at is None or found != self._print or clock.stopwatch() - self._seen < SETTLED:
            return self._read(self._file, found)
        return self._at

    def _read(self, file: Path, found: Print) -> datetime:
        try:
            at = clock.read(file)
        except (OSError, ValueError):
            if self._at is None:
                raise
            self._print = ABSENT
            return self._at
        if found != self._print:
            self._print, self._seen = found, clock.stopwatch()
        self._at = at
        return at


def fingerprint(path: Path) -> Print:
    """Changes whenever the file is replaced or written; ABSENT where there is none."""
    try:
        stated = path.stat()
    except OSError:
        return ABSENT
    return stated.st_mtime_ns, stated.st_ino, stated.st_size
