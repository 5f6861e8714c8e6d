"""One partition: its rows read, scored and written side by side, then given their names."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mainstay.core import digest, durable
from mainstay.data.partitions import Cut
from mainstay.data.snapshot import ARROW, Content
from mainstay.data.stream import Batch, Span
from mainstay.life.score import answers as answering
from mainstay.life.score import layout as places
from mainstay.life.score import quarantine, record
from mainstay.life.score.ahead import Ahead
from mainstay.life.score.answers import BASELINE, MODEL, PERSON, Answers, Standing
from mainstay.life.score.asked import Asks
from mainstay.life.score.files import Growing
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Made, Partition
from mainstay.life.score.record import Recording

_SCORERS = 2  # threads: as many as the engine that reads has
_AHEAD = 2  # batches between two steps: what is held is bounded, whatever step is slowest
Done = Callable[[int], None]
"""Told how many rows were scored since it was told last."""


class Scoring(NamedTuple):
    """What all partitions of a run share. asks: of all their rows. sources: see manifest.Partition.

    journal: where the watch finds what was answered; recording: how, None where it should not.
    """

    asks: Asks
    key: str
    time: str
    standing: Standing
    layout: Layout
    made: Made
    sources: str
    journal: Path
    recording: Recording | None


class Counted(NamedTuple):
    """How many rows of a partition."""

    rows: int = 0
    by_model: int = 0
    by_baseline: int = 0
    by_person: int = 0
    rejected: int = 0
    flagged: int = 0


class _Scored(NamedTuple):
    """A batch and all that is written of it."""

    counted: Counted
    answers: pa.Table
    rejected: pa.Table | None
    record: pa.Table | None


def content(scoring: Scoring, cut: Cut) -> str:
    """The digest of the rows of a partition as they came, without scoring any."""
    seen = _Seen(scoring)
    for _ in _read(scoring, cut, seen):
        continue
    return seen.digest


def written(scoring: Scoring, cut: Cut, done: Done) -> Partition:
    """Scores a partition and puts its files in place, the answers last."""
    seen = _Seen(scoring)
    drafts = tuple(Growing(_draft_of(target)) for target in _targets(scoring, cut.name))
    try:
        counted = _grown(_scored(scoring, cut, seen), drafts, done)
        for one in drafts:
            one.close()
        files = _named(scoring, cut, drafts)
    finally:
        for one in drafts:
            one.path.unlink(missing_ok=True)
    return Partition(
        cut.name, cut.window.since, cut.window.until, **counted._asdict(),
        sources=scoring.sources, input=seen.digest, made=scoring.made, files=files,
    )  # fmt: skip


def removed(scoring: Scoring, name: str) -> None:
    """All that was written of a partition."""
    for path in (*scoring.layout.files(name), _record_of(scoring, name)):
        path.unlink(missing_ok=True)


class _Seen:
    """The digest of rows that pass by."""

    def __init__(self, scoring: Scoring) -> None:
        stated = scoring.standing.runtime.manifest
        self._columns = stated.requested
        self._names = [scoring.asks.came[one.name] for one in self._columns]
        self._types = pa.schema([(one.name, ARROW[one.type]) for one in self._columns])
        self._content = Content(self._columns)

    @property
    def digest(self) -> str:
        """Of all so far."""
        return self._content.dataset().digest

    def add(self, batch: Batch) -> Batch:
        """The same batch."""
        columns = [batch.column(name) for name in self._names]
        named = pa.RecordBatch.from_arrays(columns, names=self._types.names)
        self._content.add(named.cast(self._types), "")
        return batch


def _scored(scoring: Scoring, cut: Cut, seen: _Seen) -> Generator[_Scored, None, None]:
    """Read in one thread, scored in some, in order, while whoever asks writes what was scored."""
    place = record.first_place(_record_of(scoring, cut.name).name)
    waiting: deque[Future[_Scored]] = deque()
    with (
        closing(Ahead(_read(scoring, cut, seen), _AHEAD)) as batches,
        ThreadPoolExecutor(_SCORERS, "score") as scorers,
    ):
        for batch in batches:
            waiting.append(scorers.submit(_of_batch, scoring, batch, place))
            place += batch.rows
            if len(waiting) > _SCORERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _read(scoring: Scoring, cut: Cut, seen: _Seen) -> Generator[Batch, None, None]:
    span = Span(scoring.asks.came[scoring.time], cut.window.since, cut.window.until)
    for batch in scoring.asks.asked.batches(span):
        yield seen.add(batch)


def _of_batch(scoring: Scoring, batch: Batch, place: int) -> _Scored:
    asked, standing, how = scoring.asks, scoring.standing, scoring.recording
    said = answering.answers(batch, asked, standing)
    keys, rejected = batch.column(asked.came[scoring.key]), said.rejected
    return _Scored(
        _counted(said),
        answering.table(said, standing, keys, scoring.key),
        quarantine.table(batch, asked, standing.runtime.guard, rejected)
        if rejected.any()
        else None,
        record.table(batch, asked, said, standing, how, place) if how else None,
    )


def _counted(said: Answers) -> Counted:
    rejected = said.rejected
    by = np.bincount(said.by[~rejected], minlength=3)
    flagged = np.array([bool(one.flags) for one in said.judged.kinds])[said.judged.kind]
    return Counted(
        len(rejected), int(by[MODEL]), int(by[BASELINE]), int(by[PERSON]),
        int(rejected.sum()), int((flagged & ~rejected).sum()),
    )  # fmt: skip


def _grown(
    scored: Generator[_Scored, None, None], drafts: tuple[Growing, ...], done: Done
) -> Counted:
    total = Counted()
    for one in scored:
        for draft, table in zip(drafts, (one.rejected, one.record, one.answers), strict=True):
            if table is not None:
                draft.add(table)
        total = Counted(*map(sum, zip(total, one.counted, strict=True)))
        done(one.counted.rows)
    return total


def _named(scoring: Scoring, cut: Cut, drafts: tuple[Growing, ...]) -> dict[str, str]:
    """Each file in its place, whole: what a killed run left of them is written again the same."""
    files = {}
    for draft, target in zip(drafts, _targets(scoring, cut.name), strict=True):
        if draft.rows and target in scoring.layout.files(cut.name):
            name = str(target.relative_to(scoring.layout.folder))
            files[name] = digest.of_file(draft.path)
        if draft.rows:
            places.named(draft.path, target)
        else:
            target.unlink(missing_ok=True)
    return files


def _targets(scoring: Scoring, name: str) -> tuple[Path, Path, Path]:
    """Rejected rows, what the watch reads, and the answers last."""
    rejected, scores = scoring.layout.files(name)
    return rejected, _record_of(scoring, name), scores


def _draft_of(target: Path) -> Path:
    """Beside it, where a rename is one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f"{durable.DRAFT}{target.stem}")


def _record_of(scoring: Scoring, name: str) -> Path:
    return scoring.journal / f"{scoring.layout.id}-{name}.parquet"
