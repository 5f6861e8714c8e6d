"""Rows read, answered and worded on this machine: one thread reads while some answer."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

from mainstay.data.partitions import Cut
from mainstay.data.stream import Batch, Span
from mainstay.life.score import answers as answering
from mainstay.life.score import quarantine
from mainstay.life.score.ahead import Ahead
from mainstay.life.score.scoring import Part, Scoring, See, first_place, part

_SCORERS = 2  # threads: as many as the engine that reads has
_AHEAD = 2  # batches between two steps: what is held is bounded, whatever step is slowest


class Here:
    """See scoring.Maker."""

    def came(self, scoring: Scoring, cut: Cut) -> Generator[Batch, None, None]:
        """From the engine, as they lie."""
        span = Span(scoring.asks.came[scoring.time], cut.window.since, cut.window.until)
        yield from scoring.asks.asked.batches(span)

    def parts(self, scoring: Scoring, cut: Cut, see: See) -> Generator[Part, None, None]:
        """Read in one thread, scored in some, in order, while whoever asks writes them."""
        place = first_place(scoring, cut.name)
        waiting: deque[Future[Part]] = deque()
        rows = (see(batch) for batch in self.came(scoring, cut))
        with (
            closing(Ahead(rows, _AHEAD)) as batches,
            ThreadPoolExecutor(_SCORERS, "score") as scorers,
        ):
            for batch in batches:
                waiting.append(scorers.submit(_part, scoring, batch, place))
                place += batch.rows
                if len(waiting) > _SCORERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


def _part(scoring: Scoring, batch: Batch, place: int) -> Part:
    said = answering.answers(batch, scoring.asks, scoring.standing)
    rejected, guard = said.rejected, scoring.standing.runtime.guard
    some = quarantine.table(batch, scoring.asks, guard, rejected) if rejected.any() else None
    return part(scoring, batch, said, some, place)
