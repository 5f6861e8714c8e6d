"""Partitions: their rows read, scored and written side by side, then given their names."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from mainstay.core import digest, durable
from mainstay.data.partitions import Cut
from mainstay.data.snapshot import ARROW, Content
from mainstay.data.stream import Batch
from mainstay.life.score import layout as places
from mainstay.life.score.files import Growing
from mainstay.life.score.manifest import Partition
from mainstay.life.score.scoring import Counted, Part, Scoring, record_of


class Told(NamedTuple):
    """Who is told. done: how many more rows of a partition are scored; keep: of each partition

    whose files are in place; see: of rows as they came. Each in order, and each in a thread of its
    own.
    """

    done: Callable[[Cut, int], None]
    keep: Callable[[Partition], None]
    see: Callable[[Batch], None]


def content(scoring: Scoring, cut: Cut) -> str:
    """The digest of the rows of a partition as they came, without scoring any."""
    seen = _Seen(scoring)
    for batch in scoring.maker.came(scoring, cut):
        seen.add(batch)
    return seen.digest


def written(scoring: Scoring, cuts: Sequence[Cut], told: Told) -> None:
    """Scores partitions and puts their files in place, in order.

    One is put there while the next is read and scored.
    """
    seen: defaultdict[str, _Seen] = defaultdict(lambda: _Seen(scoring))

    def see(cut: Cut, batch: Batch) -> None:
        seen[cut.name].add(batch)
        told.see(batch)

    parts = scoring.maker.parts(scoring, cuts, see)
    with closing(parts), ThreadPoolExecutor(1, "put") as puts:
        before: Future[None] | None = None
        for cut in cuts:
            drafts = _Drafts(scoring, cut)
            drafts.grow(iter(parts.__next__, None), told.done)
            put = puts.submit(drafts.put, seen.pop(cut.name).digest, told.keep)
            if before:
                before.result()
            before = put
        if before:
            before.result()


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

    def add(self, batch: Batch) -> None:
        columns = [batch.column(name) for name in self._names]
        named = pa.RecordBatch.from_arrays(columns, names=self._types.names)
        self._content.add(named.cast(self._types), "")


class _Drafts:
    """The files of a partition while they grow."""

    def __init__(self, scoring: Scoring, cut: Cut) -> None:
        self._scoring, self._cut, self._counted = scoring, cut, Counted()
        self._files = tuple(Growing(_draft_of(one)) for one in _targets(scoring, cut.name))

    def grow(self, parts: Iterable[Part], done: Callable[[Cut, int], None]) -> None:
        """By all that is written of a partition."""
        try:
            for one in parts:
                self._add(one)
                done(self._cut, one.counted.rows)
        except BaseException:
            self._drop()
            raise

    def put(self, rows: str, keep: Callable[[Partition], None]) -> None:
        """Each file in its place, the answers last; rows: their digest as they came."""
        scoring, (name, window, _) = self._scoring, self._cut
        try:
            for one in self._files:
                one.close()
            files = self._named()
        finally:
            self._drop()
        keep(Partition(
            name, window.since, window.until, **self._counted._asdict(),
            sources=scoring.sources, input=rows, made=scoring.made, files=files,
        ))  # fmt: skip

    def _add(self, part: Part) -> None:
        tables = part.rejected, part.record, part.answers
        for file, table in zip(self._files, tables, strict=True):
            if table is not None:
                file.add(table)
        self._counted = Counted(*map(sum, zip(self._counted, part.counted, strict=True)))

    def _named(self) -> dict[str, str]:
        """Each whole: what a killed run left of them is written again the same."""
        layout, name, files = self._scoring.layout, self._cut.name, {}
        for draft, target in zip(self._files, _targets(self._scoring, name), strict=True):
            if draft.rows and target in layout.files(name):
                files[str(target.relative_to(layout.folder))] = digest.of_file(draft.path)
            if draft.rows:
                places.named(draft.path, target)
            else:
                target.unlink(missing_ok=True)
        return files

    def _drop(self) -> None:
        for one in self._files:
            one.path.unlink(missing_ok=True)


def _targets(scoring: Scoring, name: str) -> tuple[Path, Path, Path]:
    """Rejected rows, what the watch reads, and the answers last."""
    rejected, scores = scoring.layout.files(name)
    return rejected, record_of(scoring, name), scores


def _draft_of(target: Path) -> Path:
    """Beside it, where a rename is one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f"{durable.DRAFT}{target.stem}")
