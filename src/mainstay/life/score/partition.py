"""One partition: its rows read, scored and written side by side, then given their names."""

from collections.abc import Callable, Generator
from pathlib import Path

import pyarrow as pa

from mainstay.core import digest, durable
from mainstay.data.partitions import Cut
from mainstay.data.snapshot import ARROW, Content
from mainstay.data.stream import Batch
from mainstay.life.score import layout as places
from mainstay.life.score.files import Growing
from mainstay.life.score.manifest import Partition
from mainstay.life.score.scoring import Counted, Part, Scoring, record_of

Done = Callable[[int], None]
"""Told how many rows were scored since it was told last."""


def content(scoring: Scoring, cut: Cut) -> str:
    """The digest of the rows of a partition as they came, without scoring any."""
    seen = _Seen(scoring)
    for batch in scoring.maker.came(scoring, cut):
        seen.add(batch)
    return seen.digest


def written(scoring: Scoring, cut: Cut, done: Done) -> Partition:
    """Scores a partition and puts its files in place, the answers last."""
    seen = _Seen(scoring)
    drafts = tuple(Growing(_draft_of(target)) for target in _targets(scoring, cut.name))
    try:
        counted = _grown(scoring.maker.parts(scoring, cut, seen.add), drafts, done)
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
    for path in (*scoring.layout.files(name), record_of(scoring, name)):
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


def _grown(parts: Generator[Part, None, None], drafts: tuple[Growing, ...], done: Done) -> Counted:
    total = Counted()
    for one in parts:
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
    return rejected, record_of(scoring, name), scores


def _draft_of(target: Path) -> Path:
    """Beside it, where a rename is one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f"{durable.DRAFT}{target.stem}")
