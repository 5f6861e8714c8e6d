"""Rows read, answered and worded on this machine: one thread reads while some answer."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from mainstay.data.partitions import Cut
from mainstay.data.stream import Batch, Span
from mainstay.life.score import answers as answering
from mainstay.life.score import quarantine
from mainstay.life.score.ahead import Ahead
from mainstay.life.score.apart import PROCESSES
from mainstay.life.score.scoring import Part, Scoring, See, first_place, part

_SCORERS = PROCESSES + 1  # threads: one prepares a batch while each engine has another
_AHEAD = 1  # batches read before they are asked for: what is held is bounded
_HELD = _SCORERS + 1  # batches under way or scored: who writes one leaves no scorer without work


class Here:
    """See scoring.Maker."""

    def came(self, scoring: Scoring, cut: Cut) -> Generator[Batch, None, None]:
        """From the engine, as they lie."""
        span = Span(scoring.asks.came[scoring.time], cut.window.since, cut.window.until)
        yield from scoring.asks.asked.batches(span)

    def parts(
        self, scoring: Scoring, cuts: Iterable[Cut], see: See
    ) -> Generator[Part | None, None, None]:
        """Read in one thread, scored in some, in order, while whoever asks writes them."""
        waiting: deque[Future[Part | None]] = deque()
        with (
            closing(Ahead(self._placed(scoring, cuts, see), _AHEAD)) as batches,
            ThreadPoolExecutor(_SCORERS, "score") as scorers,
        ):
            for placed in batches:
                waiting.append(scorers.submit(_part, scoring, placed))
                if len(waiting) > _HELD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _placed(
        self, scoring: Scoring, cuts: Iterable[Cut], see: See
    ) -> Generator["_Placed | None", None, None]:
        """None after each partition."""
        for cut in cuts:
            place = first_place(scoring, cut.name)
            for batch in self.came(scoring, cut):
                see(cut, batch)
                yield _Placed(batch, place)
                place += batch.rows
            yield None


class _Placed(NamedTuple):
    """A batch, and the place of its first row in what the watch reads."""

    batch: Batch
    place: int


def _part(scoring: Scoring, placed: _Placed | None) -> Part | None:
    if placed is None:
        return None
    batch, place = placed
    said = answering.answers(batch, scoring.asks, scoring.standing)
    rejected, guard = said.rejected, scoring.standing.runtime.guard
    some = quarantine.table(batch, scoring.asks, guard, rejected) if rejected.any() else None
    return part(scoring, batch, said, some, place)
