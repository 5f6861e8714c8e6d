"""A shadow: scores what was answered, after the answer went, and never instead of it.

Requests wait in a queue of a few; what does not fit is dropped and counted. A thread scores them,
half of its time at most, so that it takes little from whoever answers. What it says goes into a
journal of its own: nobody who reads decisions comes across it.
"""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle.guard import Judgement
from mainstay.bundle.reading import RECORDS
from mainstay.core import clock
from mainstay.core.entries import SHADOW, Entry, packed
from mainstay.life.serve.handle import ENCODE, Rejected
from mainstay.life.serve.health import Rounds
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.routing import BUCKETS, bucket
from mainstay.life.serve.served import Answered, Aside, Served

EVERY = 0.02  # seconds between two looks at the queue: to wake the thread each time costs more
CALM = 50  # looks in vain, after which it sleeps until something is offered
ASLEEP = 60.0  # seconds
ROOM = 256  # requests that wait
LARGEST = 256_000  # bytes of a request that may wait: 64 MB in all
_JOURNAL = 16_000_000  # bytes that wait for the disk


class Counted(NamedTuple):
    """scored: rows; dropped, failed: requests. agreed: of compared rows, the same decision.

    difference, squares: sums over compared rows of what its score is above that of the answer.
    """

    scored: int = 0
    dropped: int = 0
    failed: int = 0
    compared: int = 0
    agreed: int = 0
    difference: float = 0.0
    squares: float = 0.0


class _Told(msgspec.Struct, gc=False):
    decided_by: str = ""
    decision: Any = None
    score: float = 0.0


class _Reply(msgspec.Struct, gc=False):
    answers: list[_Told] = []


_READ = msgspec.json.Decoder(_Reply).decode
_Said = Answered | Rejected


class Shadows:
    """The queue, the thread and the journal of whatever shadow a table names."""

    def __init__(self, log: Path) -> None:
        """log: the door's own folder; the journal begins with the first row."""
        self.counted = Counted()
        self._dropped = 0
        self._log = log
        self._queue: deque[tuple[Aside, Entry]] = deque()
        self._journal: Journal | None = None
        self._vain, self._asleep = 0, False
        self._rounds = Rounds("shadow", EVERY, self.look)

    def start(self) -> None:
        """From now on."""
        self._rounds.start()

    def stop(self) -> None:
        """Ends after the request under way; what waits is dropped."""
        self._rounds.stop()
        journal, self._journal = self._journal, None
        if journal:
            journal.close()

    def offer(self, aside: Aside, entry: Entry) -> None:
        """A request that was answered, as it came and went; from any thread, 0.2 us."""
        if len(self._queue) < ROOM and len(entry.body) < LARGEST:
            self._queue.append((aside, entry))
            if self._asleep:
                self._rounds.wake()
        else:
            self._dropped += 1

    def standing(self) -> Counted:
        """How it stands now."""
        return self.counted._replace(dropped=self._dropped)

    def look(self) -> float:
        """Scores what waits first; seconds to wait: as it took, ASLEEP after much in vain."""
        if not self._queue:
            self._vain += 1
            self._asleep = self._vain > CALM
            return ASLEEP if self._asleep and not self._queue else 0.0
        self._vain, self._asleep = 0, False
        begun = clock.stopwatch()
        aside, entry = self._queue.popleft()
        try:
            with aside.one.held.used() as alive:
                if alive:
                    self._scored(aside, entry)
        except Exception:  # noqa: BLE001 - whatever a shadow does concerns nobody
            self.counted = self.counted._replace(failed=self.counted.failed + 1)
        return clock.stopwatch() - begun

    def _scored(self, aside: Aside, entry: Entry) -> None:
        one = aside.one
        judged = one.judged(entry.body)
        told = _READ(entry.reply).answers
        if not isinstance(judged, list) or len(told) != len(judged):
            return
        places = [at for at, found in enumerate(judged) if _is_its(one, found)]
        if not places:
            return
        said = _said(one, [judged[at] for at in places])
        self._compare(said, [told[at] for at in places])
        if len(places) < len(judged):
            entry = entry._replace(body=_only(entry.body, places))
        written = entry._replace(reply=ENCODE({"answers": said}))
        self._write(aside.private.entry(written) if aside.private else written)

    def _compare(self, said: Sequence[_Said], told: Sequence[_Told]) -> None:
        """Rows that both models scored; the sums are replaced as one, for whoever reads them."""
        both = [
            (mine, theirs)
            for mine, theirs in zip(said, told, strict=True)
            if mine.decided_by == theirs.decided_by == "model" and isinstance(mine, Answered)
        ]
        apart = [mine.score - theirs.score for mine, theirs in both]
        before = self.counted
        self.counted = before._replace(
            scored=before.scored + sum(isinstance(one, Answered) for one in said),
            compared=before.compared + len(both),
            agreed=before.agreed + sum(mine.decision == one.decision for mine, one in both),
            difference=before.difference + sum(apart),
            squares=before.squares + sum(one * one for one in apart),
        )

    def _write(self, entry: Entry) -> None:
        if self._journal is None:
            with suppress(OSError):
                self._journal = Journal(self._log / SHADOW, room=_JOURNAL)
        if self._journal:
            self._journal.add(packed(entry))


def _is_its(one: Served, found: Judgement) -> bool:
    """Whether a row is in its share: of the lowest buckets, as a canary's are."""
    if one.share.share == 1:
        return True
    return found.row is not None and bucket(one.entity(found.row)) < BUCKETS * one.share.share


def _said(one: Served, judged: Sequence[Judgement]) -> list[_Said]:
    """What it would have answered, row by row."""
    kept = [at for at, found in enumerate(judged) if found.row and found.outcome != "reject"]
    answers = one.held.runtime.answers([judged[at] for at in kept]) if kept else []
    said = {
        at: _answered(one, judged[at], answer) for at, answer in zip(kept, answers, strict=True)
    }
    return [said.get(at) or Rejected(None, ()) for at in range(len(judged))]


def _answered(one: Served, found: Judgement, said: Any) -> Answered:
    key = one.key(found.row) if found.row is not None else None
    flags = (*said.flags, SHADOW)
    return Answered(
        key, said.decision, said.score, said.decided_by, said.version, "", flags, covered=False
    )


def _only(body: bytes, places: Sequence[int]) -> bytes:
    """The same request with some of its records."""
    records = RECORDS.decode(body).records
    return b'{"records":[' + b",".join(bytes(records[at]) for at in places) + b"]}"
