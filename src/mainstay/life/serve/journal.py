"""What was asked and answered, on disk within 50 ms; a caller may wait for it, a loss is counted.

Nothing here blocks an answer: where the disk cannot follow, frames are dropped and counted.
"""

import os
import threading
from collections import deque
from pathlib import Path

from mainstay.core import frames

FILE = "requests.journal"
EVERY = 0.05  # seconds between two writes
ROOM = 128_000_000  # bytes that wait at most


class Journal:
    """One append-only file and the thread that writes it. lost: frames that never got there."""

    def __init__(self, folder: Path, *, every: float = EVERY, room: int = ROOM) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        self.lost = self.added = self.written = 0
        self._every, self._room, self._size = every, room, 0
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._gone = self._closed = False
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._end = frames.whole(path)
        os.ftruncate(self._file, self._end)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def add(self, payload: bytes) -> int:
        """Its number, for `kept`; 0 where there was no room and it is lost."""
        frame = frames.framed(payload)
        with self._changed:
            if self._closed or self._size + len(frame) > self._room:
                self.lost += 1
                return 0
            self._waiting.append(frame)
            self._size += len(frame)
            self.added += 1
            return self.added

    def kept(self, number: int, timeout: float = 5.0) -> bool:
        """Waits until the frame of a number is safe on disk; False where it is not."""
        with self._changed:
            lost = self.lost
            done = self._changed.wait_for(lambda: self.written >= number or self._gone, timeout)
            return bool(number) and done and self.written >= number and self.lost == lost

    def close(self) -> None:
        """Writes what waits, then ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        os.close(self._file)

    def _run(self) -> None:
        closed = False
        while not closed:
            with self._changed:
                self._changed.wait_for(lambda: self._closed, self._every)
                group, closed = list(self._waiting), self._closed
                self._waiting.clear()
                self._size = 0
            safe = not group or self._flushed(b"".join(group))
            with self._changed:
                self.written += len(group)
                self.lost += 0 if safe else len(group)
                self._gone = closed
                self._changed.notify_all()

    def _flushed(self, content: bytes) -> bool:
        """Whether all of it is on disk; what was written in part is taken back."""
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fdatasync(self._file)
        except OSError:
            self._take_back()
            return False
        self._end += len(content)
        return True

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._file, self._end)
        except OSError:
            return
