"""The same answers where rows already are in Spark: the same bundle, batch by batch of Arrow.

Spark computes what is asked of each row, by the expressions that every engine shares; its Python
processes answer as here. What they say of a partition lies in a folder until it is written: a
folder that all machines share. Each process opens the bundle once, by its digest.
"""

import atexit
import functools
import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mainstay.bundle import environment, golden, runtime
from mainstay.bundle.layout import GOLDEN, ULP
from mainstay.core.errors import Unavailable
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import engine
from mainstay.data.partitions import Cut
from mainstay.data.stream import Batch, Flags
from mainstay.life.score import answers as answering
from mainstay.life.score import quarantine
from mainstay.life.score.answers import Codes, Floats, Standing
from mainstay.life.score.asked import Asks
from mainstay.life.score.scoring import Part, Scoring, See, first_place, part
from mainstay.seal.certificate import Certificate

_SPARK = {
    INTEGER: "bigint", NUMBER: "double", TEXT: "string", FLAG: "boolean", DATE: "date",
    TIME: "timestamp",
}  # fmt: skip
_SAID = {
    "score": "double", "decided": "double", "by": "bigint", "covered": "boolean",
    "rejected": "boolean", "flagged": "boolean", "flags": "string", "breaches": "string",
    quarantine.REASONS: "string",
}  # fmt: skip
_ROWS = 65_536  # of a batch that is read back
_JOBS = 4  # partitions that Spark answers at a time
_ONE = 1_000_000
"""Rows that one task sorts: a sort over tasks computes them twice, once to know where to cut."""
_MICROS = ("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")


class Version(NamedTuple):
    """What answers: a bundle's folder on this machine, its digest, and how answers name it.

    certificate: None where none holds; short: its short id. environments: where a model that no
    native engine answers has its Python on every machine.
    """

    folder: Path
    bundle: str
    name: str
    certificate: Certificate | None
    short: str
    environments: Path = Path("environments")


class Spark:
    """See scoring.Maker. draft: how folders of this output begin, where every machine sees them.

    What a killed run left goes; where its Spark still writes, it writes into another folder.
    """

    def __init__(self, version: Version, draft: Path) -> None:
        for left in draft.parent.glob(f"{draft.name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        self._version, self._staged = version, draft.with_name(f"{draft.name}-{os.getpid()}")

    def came(self, scoring: Scoring, cut: Cut) -> Generator[Batch, None, None]:
        """The rows as Spark has them, in the order of time and key."""
        self._stage(_frame(scoring, cut), cut)
        yield from self._read(cut)

    def parts(
        self, scoring: Scoring, cuts: Iterable[Cut], see: See
    ) -> Generator[Part | None, None, None]:
        """Answered there, worded here, while the partitions that follow are answered."""
        jobs, waiting = ThreadPoolExecutor(_JOBS, "spark"), deque[tuple[Cut, Future[None]]]()
        try:
            for cut in cuts:
                waiting.append((cut, jobs.submit(self._stage, self._answered(scoring, cut), cut)))
                if len(waiting) > _JOBS:
                    yield from self._worded(scoring, *waiting.popleft(), see)
            while waiting:
                yield from self._worded(scoring, *waiting.popleft(), see)
        finally:
            jobs.shutdown(cancel_futures=True)
            shutil.rmtree(self._staged, ignore_errors=True)

    def _answered(self, scoring: Scoring, cut: Cut) -> Any:
        """What is said of the rows of a partition, beside them."""
        frame = _frame(scoring, cut)
        archive = _sent(frame.sparkSession, self._version.folder)
        act = _Act(scoring.asks._replace(asked=None), self._version, archive)  # type: ignore[arg-type]  # not sent
        return frame.mapInArrow(act.batches, _columns(scoring))

    def _worded(
        self, scoring: Scoring, cut: Cut, staged: Future[None], see: See
    ) -> Iterator[Part | None]:
        staged.result()
        place = first_place(scoring, cut.name)
        for batch in self._read(cut):
            said = Staged(batch)
            aside = _aside(batch, scoring.asks, said.rejected)
            see(cut, batch)
            yield part(scoring, batch, said, aside, place)
            place += batch.rows
        yield None

    def _stage(self, frame: Any, cut: Cut) -> None:
        """Raises Unavailable where Spark fails."""
        try:
            frame.write.mode("overwrite").parquet(self._folder(cut).absolute().as_uri())
        except engine.errors() as error:
            said = str(error).strip().splitlines()
            raise Unavailable(
                f"Spark failed: {said[0]}", said[-1] if len(said) > 1 else ""
            ) from error

    def _read(self, cut: Cut) -> Iterator[Batch]:
        """Once. Raises Unavailable where what Spark wrote is not seen here."""
        rows, folder = 0, self._folder(cut)
        try:
            for file in sorted(folder.glob("part-*.parquet")):
                with pq.ParquetFile(file) as opened:
                    for one in opened.iter_batches(_ROWS):
                        rows += one.num_rows
                        yield Batch(one)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if rows != cut.rows:
            raise Unavailable(
                f"Spark answered {rows:,} of {cut.rows:,} rows of {cut.name}",
                f"its machines must share {self._staged.parent}, and the table stay as it is",
            )

    def _folder(self, cut: Cut) -> Path:
        return self._staged / cut.name


class Staged:
    """What was said of a batch of rows that is read back: see answers.Said."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    @property
    def score(self) -> Floats:
        return self._batch.numbers("score")

    @property
    def decided(self) -> Floats:
        return self._batch.numbers("decided")

    @property
    def by(self) -> Codes:
        return self._batch.wholes("by")

    @property
    def covered(self) -> Flags:
        return self._batch.flags("covered")

    @property
    def rejected(self) -> Flags:
        return self._batch.flags("rejected")

    @property
    def flagged(self) -> Flags:
        return self._batch.flags("flagged")

    @property
    def flags(self) -> pa.Array:
        return self._batch.column("flags").dictionary_encode()

    @property
    def breaches(self) -> pa.Array:
        return self._batch.column("breaches").dictionary_encode()

    @property
    def outcome(self) -> pa.Array:
        return answering.who(self)


class _Act(NamedTuple):
    """What a process of Spark does with its batches."""

    asks: Asks
    version: Version
    archive: str

    def batches(self, found: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Each with what is said of its rows."""
        version = self.version
        opened = _opened(self.archive, version.bundle, version.name, version.environments)
        standing = Standing(opened, version.certificate, version.short)
        for batch in found:
            if batch.num_rows:
                yield self.of(Batch(batch), standing)

    def of(self, batch: Batch, standing: Standing) -> pa.RecordBatch:
        """The rows as they came, and what is said of them."""
        said = answering.answers(batch, self.asks, standing)
        rejected = said.rejected
        reasons = pa.nulls(batch.rows, pa.string())
        if rejected.any():
            aside = quarantine.table(batch, self.asks, standing.runtime.guard, rejected)
            reasons = _spread(aside[quarantine.REASONS], rejected)
        return pa.RecordBatch.from_pydict({
            **{at: batch.column(at) for at in self.asks.came.values()},
            "score": said.score, "decided": said.decided, "by": said.by, "covered": said.covered,
            "rejected": rejected, "flagged": said.flagged,
            "flags": said.flags.cast(pa.string()), "breaches": said.breaches.cast(pa.string()),
            quarantine.REASONS: reasons,
        })  # fmt: skip


def _spread(some: Any, where: Flags) -> pa.Array:
    """Values at their places among all rows, null elsewhere."""
    places = np.cumsum(where) - 1
    return some.combine_chunks().take(pa.array(places, mask=~where))


def _aside(batch: Batch, asked: Asks, rejected: Flags) -> pa.Table | None:
    """As quarantine.table has it."""
    if not rejected.any():
        return None
    places = pa.array(np.flatnonzero(rejected))
    names = {**asked.came, quarantine.REASONS: quarantine.REASONS}
    return pa.table({name: batch.column(at).take(places) for name, at in names.items()})


def _frame(scoring: Scoring, cut: Cut) -> Any:
    """A DataFrame of what is asked of the rows of a partition, in their order."""
    came, rows = scoring.asks.came, scoring.asks.asked.rows()
    time, key = came[scoring.time], came[scoring.key]
    some = rows.filter(rows[time] >= cut.window.since, rows[time] < cut.window.until)
    backend = some.get_backend()
    backend._run_pre_execute_hooks(some)  # noqa: SLF001 - as its own to_pyarrow does
    session = backend._session  # noqa: SLF001 - Ibis has no other name for it
    session.conf.set(*_MICROS)
    if session.sparkContext.master.startswith("local"):
        session.sparkContext.pythonExec = sys.executable
    frame = session.sql(backend.compile(some))
    order = [frame[name].asc_nulls_last() for name in (time, key)]
    if cut.rows <= _ONE:
        return frame.coalesce(1).sortWithinPartitions(*order)
    return frame.orderBy(*order)


@functools.lru_cache(1)
def _opened(archive: str, bundle: str, name: str, environments: Path) -> runtime.Runtime:
    """Once in each process."""
    from pyspark import SparkFiles  # noqa: PLC0415 - an optional engine

    folder = Path(SparkFiles.get(archive))
    made = runtime.opened(
        folder, environments, expected=bundle, version=name, find=environment.existing
    )
    golden.refuse(folder / GOLDEN, made.inputs, made.scores, ULP, name)
    return made


@functools.lru_cache
def _sent(session: Any, bundle: Path) -> str:
    """The name under which every machine finds the bundle; once for a session."""
    name = bundle.name[:16]
    folder = Path(tempfile.mkdtemp(prefix="mainstay-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    packed = shutil.make_archive(str(folder / name), "zip", bundle)
    session.sparkContext.addArchive(f"{packed}#{name}")
    return name


def _columns(scoring: Scoring) -> str:
    kinds = {one.name: one.type for one in scoring.standing.runtime.manifest.request}
    came = {at: _SPARK[kinds[name]] for name, at in scoring.asks.came.items()}
    return ", ".join(f"`{name}` {kind}" for name, kind in {**came, **_SAID}.items())
