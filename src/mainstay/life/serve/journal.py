"""What was asked and answered, on disk within 50 ms; a caller may wait for it, a loss is counted.

Nothing here blocks an answer: where the disk cannot follow, or the files are all they may be,
frames are dropped and counted. A file that has grown gives way to the next; whoever brought all of
a closed one may remove it.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mainstay.core import clock, entries, frames, journals
from mainstay.core.entries import Entry

EVERY = 0.05  # seconds between two writes
ROOM = 128_000_000  # bytes that wait at most
LARGEST = 128_000_000
"""Bytes from which a file gives way to the next."""
MOST = 64_000_000_000
"""Bytes of all files of a folder: nobody brings them, if they come to that."""
LOOKS = 1.0  # seconds between two looks at how large they are, while that is too large
PART = 1_000_000
"""Bytes that are written by one call, about."""
ROUND = 500
"""Bytes of a frame around body and reply, at most."""
Told = Callable[[bool], None]


class Standing(NamedTuple):
    """How a journal stands. lag: seconds that the oldest frame waits; flush: of the last write.

    added, lost: frames since the door began; size: bytes of the present file; waiting: bytes.
    kept: bytes of all files; full: whether that is all they may be.
    """

    added: int
    lost: int
    size: int
    waiting: int
    lag: float
    flush: float
    kept: int
    full: bool


class Journal:
    """Append-only files and the thread that writes them. lost: frames that never got there."""

    def __init__(
        self,
        folder: Path,
        *,
        every: float = EVERY,
        room: int = ROOM,
        largest: int = LARGEST,
        most: int = MOST,
    ) -> None:
        """Begins a file of its own: others in the folder belong to doors that ended, or still run.

        Raises OSError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.lost = self.added = self.written = 0
        self._folder, self._every, self._room, self._largest = folder, every, room, largest
        self._most, self._looked, self._full = most, 0.0, False
        self._size = self._unsafe = self._end = 0
        self._since = self._flush = 0.0
        self._waiting: deque[bytes | Entry] = deque()
        self._waiters: list[tuple[int, Told]] = []
        self._changed = threading.Condition()
        self._closed = self._torn = False
        self._beside = journals.size(folder)  # bytes of the other files
        _, self._file = journals.created(folder)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def add(self, payload: bytes) -> int:
        """Its number, for `tell`; 0 where there was no room and it is lost."""
        frame = frames.framed(payload)
        return self._put(frame, len(frame))

    def note(self, entry: Entry) -> int:
        """Likewise of an entry, which is packed and framed when it is written.

        Its body and reply together are shorter than the largest frame by at least ROUND bytes.
        """
        return self._put(entry, ROUND + len(entry.body) + len(entry.reply))

    def _put(self, one: bytes | Entry, size: int) -> int:
        with self._changed:
            if self._closed or self._size + size > self._room:
                self.lost += 1
                return 0
            if self.added == self.written:
                self._since = clock.stopwatch()
            if not self._waiting:
                self._changed.notify()
            self._waiting.append(one)
            self._size += size
            self.added += 1
            return self.added

    def tell(self, number: int, told: Told) -> None:
        """Calls `told` once, from any thread: whether the frame of a number is safe on disk.

        What waits is written at once, together.
        """
        with self._changed:
            if number > self.written and not self._closed:
                self._waiters.append((number, told))
                self._changed.notify_all()
                return
            safe = self._safe(number)
        told(safe)

    def kept(self, number: int, timeout: float = 5.0) -> bool:
        """Waits until the frame of a number is safe on disk; False where it is not."""
        done, found = threading.Event(), [False]

        def told(safe: bool) -> None:  # noqa: FBT001 - one of its kind
            found[0] = safe
            done.set()

        self.tell(number, told)
        return done.wait(timeout) and found[0]

    def standing(self) -> Standing:
        """How it stands now."""
        with self._changed:
            lag = clock.stopwatch() - self._since if self.written < self.added else 0.0
            kept = self._beside + self._end
            return Standing(
                self.added, self.lost, self._end, self._size, lag, self._flush, kept, self._full
            )

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
                self._changed.wait_for(lambda: self._closed or self._waiting)
                self._changed.wait_for(lambda: self._closed or self._waiters, self._every)
                group, self._waiting = self._waiting, deque()
                count, closed, self._size = len(group), self._closed, 0
            begun = clock.stopwatch()
            safe = not count or self._flushed(_packed(group))
            with self._changed:
                self._done(count, safe=safe)
                self._since = begun
                self._flush = clock.stopwatch() - begun if count else self._flush
                waiters = [(told, self._safe(at)) for at, told in self._waiters if self._over(at)]
                self._waiters = [one for one in self._waiters if not self._over(one[0])]
            for told, kept in waiters:
                told(kept)

    def _done(self, count: int, *, safe: bool) -> None:
        self.written += count
        if not safe:
            self.lost += count
            self._unsafe = self.written

    def _over(self, number: int) -> bool:
        return number <= self.written or self._closed

    def _safe(self, number: int) -> bool:
        """Whoever asks late for a frame before one that was lost is not told that it is safe."""
        return self._unsafe < number <= self.written

    def _flushed(self, parts: list[bytes]) -> bool:
        """Whether all of them are on disk; what was written in part is taken back."""
        size = sum(map(len, parts))
        try:
            if self._torn or self._end >= self._largest:
                self._next()
            if not self._fits(size):
                return False
            for part in parts:
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(self._file, rest) :]
            os.fdatasync(self._file)
        except OSError:
            self._take_back()
            return False
        self._end += size
        return True

    def _fits(self, size: int) -> bool:
        """Whether the files may grow by so much; somebody may have brought some meanwhile."""
        if self._beside + self._end + size > self._most:
            if self._full and clock.stopwatch() < self._looked + LOOKS:
                return False
            self._looked = clock.stopwatch()
            if self._end:
                self._next()  # what is closed can be brought and removed
            self._beside = journals.size(self._folder) - self._end
        self._full = self._beside + self._end + size > self._most
        return not self._full

    def _next(self) -> None:
        """Another file; where there is none to be had, the present one grows on unless torn."""
        try:
            _, file = journals.created(self._folder)
        except OSError:
            if self._torn:
                raise
            return
        os.close(self._file)
        self._beside = journals.size(self._folder)
        self._file, self._end, self._torn = file, 0, False

    def _take_back(self) -> None:
        """A file that keeps half a frame is never appended to again."""
        try:
            os.ftruncate(self._file, self._end)
        except OSError:
            self._torn = True


def _packed(group: deque[bytes | Entry]) -> list[bytes]:
    """As frames, some together in a part of about PART bytes.

    What is packed is let go of at once: 50 ms of requests of 1,000 rows are 10 MB, and more where
    the disk is slow.
    """
    parts, some, size = [], list[bytes](), 0
    while group:
        some.append(_frame(group.popleft()))
        size += len(some[-1])
        if size >= PART or not group:
            parts.append(b"".join(some))
            some, size = [], 0
    return parts


def _frame(one: bytes | Entry) -> bytes:
    return one if isinstance(one, bytes) else frames.framed(entries.packed(one))
