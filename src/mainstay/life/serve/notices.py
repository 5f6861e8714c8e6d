"""Tells what a door decided by itself, durably: a frame each, in a folder beside its journal."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from mainstay.core import frames, journals, notices
from mainstay.core.errors import MainstayError
from mainstay.core.notices import Notice


class Notices:
    """Written at once, by whichever thread decides. lost: notices that the disk did not take."""

    def __init__(self, log: Path) -> None:
        """log: the door's own folder; nothing is made there before the first notice."""
        self.lost = 0
        self._log, self._file = log, -1
        self._lock = threading.Lock()

    def add(self, notice: Notice) -> bool:
        """Whether it is safe on disk."""
        with self._lock:
            try:
                self._write(frames.framed(notices.packed(notice)))
            except OSError:
                self._end()  # a file that may hold half a frame is never appended to again
                self.lost += 1
                return False
        return True

    def recalled(self, sequence: int) -> str:
        """Why the canary of a routing gets no request, as told before; empty where it does."""
        try:
            found = notices.recalled(self._log, sequence)
        except (MainstayError, OSError, ValueError):
            return ""
        return found.why if found else ""

    def close(self) -> None:
        """Ends the file."""
        with self._lock:
            self._end()

    def _write(self, frame: bytes) -> None:
        if self._file < 0:
            folder = self._log / notices.FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            _, self._file = journals.created(folder)
        rest = memoryview(frame)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fdatasync(self._file)

    def _end(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1
