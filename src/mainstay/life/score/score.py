"""Batch scoring: tables in, tables out, each partition exactly once.

A partition is visible when it is whole. Its files are the same bytes however often a run was
killed: the rows come in one order, and who goes on where a run was killed keeps its moment.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.bundle.manifest import Manifest as Stated
from mainstay.bundle.runtime import Runtime
from mainstay.contract.batch import Unit
from mainstay.contract.model import Contract
from mainstay.core import clock, digest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Dataset
from mainstay.data import batch, changes, schema, sla
from mainstay.data.batch import Asked, Place, Readable
from mainstay.data.lineage import Born
from mainstay.data.partitions import Cut, aligned
from mainstay.data.rows import Rows
from mainstay.data.source import Reader
from mainstay.life.score import apart, manifest, partition, spark
from mainstay.life.score import layout as places
from mainstay.life.score.answers import Standing
from mainstay.life.score.apart import Apart
from mainstay.life.score.asked import asks
from mainstay.life.score.beside import Counted, Counting
from mainstay.life.score.here import Here
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Begun, Book, Made, Manifest, Partition
from mainstay.life.score.partition import Told
from mainstay.life.score.record import Recording
from mainstay.life.score.scoring import Maker, Scoring

Tell = Callable[[str], None]
STOPPED = "batch scoring"
_BAR = 24  # characters of the bar


class Order(NamedTuple):
    """What to score. born: what the version was made of; draft: where rows may lie meanwhile.

    bundle, environments: folders of the version, for whoever answers in another process.

    journal: the folder of what batches say to the watch; sequence: of the routing under which the
    version answers, None where the watch should hear nothing.
    """

    contract: Contract
    reader: Reader
    asked: Asked
    standing: Standing
    made: Made
    born: Born
    layout: Layout
    unit: Unit
    draft: Path
    journal: Path
    sequence: int | None
    bundle: Path
    environments: Path
    secret: bytes = b""
    tell: Tell = lambda _: None


class Scored(NamedTuple):
    """What came of a run. written, unchanged, gone: names of partitions; partitions: all of those

    asked for, as they are now. notes: what a person should know of the rows. seconds: in all.

    counted: the rows of what was written, None where nothing was.
    """

    manifest: Manifest
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    gone: tuple[str, ...]
    partitions: tuple[Partition, ...]
    datasets: tuple[Dataset, ...]
    notes: tuple[str, ...]
    seconds: float
    counted: Counted | None = None


def scored(order: Order) -> Scored:
    """Brings the output to the rows as they are now.

    Raises Broken or Unsure for a source that blocks before anything is visible, Conflict while
    another run writes there, Mistake for a period that cuts a partition, and what data.batch and
    the engine raise.
    """
    since = clock.stopwatch()
    _refuse_half(order)
    order.tell("reading the sources")
    runtime = order.standing.runtime
    place = Place(order.contract, order.reader, runtime.manifest.requested, order.draft)
    with apart.ready(runtime, order.bundle, order.environments) as engine:
        if engine and _is_large(order):
            engine.start()  # it is there when the sources are read
        found = _found(order)
        with places.held(order.layout), batch.readable(place, found, order.unit) as readable:
            made = _run(_answering(order, engine, readable), found, readable, runtime.manifest)
    return made._replace(seconds=clock.stopwatch() - since)


def _is_large(order: Order) -> bool:
    """Whether many rows will be scored, told by the size of their files before any is read."""
    fresh = not order.layout.manifest.exists()
    return fresh and batch.size(order.contract, order.reader, order.asked) >= apart.LARGE


def _answering(order: Order, engine: Apart | None, readable: Readable) -> Order:
    """By that engine, where rows are many and answered here."""
    many = sum(one.rows for one in readable.cuts) >= apart.MANY
    there = schema.engine(readable.table) == schema.SPARK
    if engine is None or there or not (many or engine.started):
        return order
    known = order.standing.runtime
    runtime = Runtime(known.manifest, engine, known.version, known.notes)
    return order._replace(standing=order.standing._replace(runtime=runtime))


def _found(order: Order) -> Rows:
    """The rows, once their sources are as agreed."""
    stated = order.standing.runtime.manifest
    changed = changes.changes(order.contract, order.reader, order.born)
    changes.refuse(changed, STOPPED)
    place = Place(order.contract, order.reader, stated.requested, order.draft)
    found = batch.found(place, order.asked)
    sla.refuse(found.judged, STOPPED)
    return found


def _run(order: Order, found: Rows, readable: Readable, stated: Stated) -> Scored:
    since = clock.stopwatch()
    before = _begun(order, batch.sources(found), stated)
    scoring = shared(order, readable, before.begun)
    progress = _Progress(order.tell, sum(one.rows for one in readable.cuts), since)
    book = Book(order.layout.manifest, before)
    due = tuple(_due(scoring, readable.cuts, book, progress))
    counting = Counting(order.bundle, stated, scoring.asks.came)
    partition.written(scoring, due, Told(progress.done, book.put, counting.add))
    names = [cut.name for cut in readable.cuts]
    gone = tuple(one.name for one in book.now.partitions if _is_gone(one, names, order.asked))
    for name in gone:
        book.drop(name)
        partition.removed(scoring, name)
    book.over()
    written = tuple(cut.name for cut in due)
    unchanged = tuple(name for name in names if name not in written)
    partitions = tuple(one for one in book.now.partitions if one.name in names)
    seen = counting.counted([cut.window for cut in due])
    return Scored(
        book.now, written, unchanged, gone, partitions, found.datasets, found.notes, 0.0, seen
    )


def _begun(order: Order, sources: str, stated: Stated) -> Manifest:
    """The manifest with this run in it. Raises Conflict for the output of another model or unit."""
    known = manifest.read(order.layout.manifest)
    begun = Begun(order.asked.now, sources, order.made, over=False)
    if known is None:
        known = Manifest(stated.model, order.unit, begun)
    if (known.model, known.unit) != (stated.model, order.unit):
        raise Mistake(
            f"{order.layout.path} holds {known.model} by the {known.unit}",
            f"name another --out, or say --partition {known.unit}",
        )
    same = (known.begun.sources, known.begun.made) == (sources, order.made)
    goes_on = same and not known.begun.over
    made = manifest.with_run(known, known.begun if goes_on else begun)
    manifest.written(order.layout.manifest, made)
    return made


def shared(order: Order, readable: Readable, begun: Begun) -> Scoring:
    """What all partitions of a run share."""
    clause, sequence = order.contract.data.decisions, order.sequence
    how = None if sequence is None else Recording(begun.at, sequence, order.secret)
    stated = order.standing.runtime.manifest
    asked = asks(readable.table, stated, tuple(order.standing.levels or ()))
    return Scoring(
        asked, clause.key, clause.time, order.standing, order.layout, order.made,
        begun.sources, order.journal, how, _maker(order, readable.table),
    )  # fmt: skip


def _maker(order: Order, table: ir.Table) -> Maker:
    """Rows are answered where they are."""
    if schema.engine(table) != schema.SPARK:
        return Here()
    made, standing = order.made, order.standing
    version = spark.Version(
        order.bundle, made.bundle, made.version, standing.certificate, standing.short,
        order.environments,
    )  # fmt: skip
    return spark.Spark(version, order.draft.with_suffix(""))


def _due(
    scoring: Scoring, cuts: tuple[Cut, ...], book: Book, progress: "_Progress"
) -> Iterator[Cut]:
    """The partitions to be made; others are kept."""
    for cut in cuts:
        made = _kept(scoring, cut, book.now.of(cut.name))
        if made is None:
            yield cut
        else:
            book.put(made)
            progress.done(cut, cut.rows)


def _kept(scoring: Scoring, cut: Cut, before: Partition | None) -> Partition | None:
    """What was made of a partition, where that still is what would be made.

    Answers that were given under a certificate that held stay, whatever became of it.
    """
    if before is None or (before.made.version, before.made.bundle) != (
        scoring.made.version,
        scoring.made.bundle,
    ):
        return None
    if before.made.holds < scoring.made.holds or not _lies(scoring, before):
        return None
    if before.sources != scoring.sources:
        if before.rows != cut.rows or partition.content(scoring, cut) != before.input:
            return None
        return manifest.moved(before, scoring.sources)
    return before


def _lies(scoring: Scoring, before: Partition) -> bool:
    """Whether its files are those that were written."""
    folder = scoring.layout.folder
    return all(
        (folder / name).is_file() and digest.of_file(folder / name) == sha
        for name, sha in before.files.items()
    )


def _is_gone(one: Partition, names: list[str], asked: Asked) -> bool:
    """Whether a partition within the period asked for has no rows any more."""
    early = asked.since is not None and one.since < asked.since
    late = asked.until is not None and one.until > asked.until
    return not early and not late and one.name not in names


def _refuse_half(order: Order) -> None:
    asked, unit = order.asked, order.unit
    for moment in (asked.since, asked.until):
        if moment and not aligned(moment, unit):
            raise Mistake(
                f"{moment:%Y-%m-%d %H:%M} cuts a partition in two",
                f"partitions are by the {unit}: begin and end where one does",
            )


class _Progress:
    """Tells how far a run is."""

    def __init__(self, tell: Tell, rows: int, since: float) -> None:
        self._tell, self._rows, self._since, self._done = tell, rows, since, 0

    def done(self, cut: Cut, rows: int) -> None:
        """So many more rows of a partition are."""
        self._done += rows
        self._tell(self._text(cut))

    def _text(self, cut: Cut) -> str:
        share = min(self._done / max(self._rows, 1), 1.0)
        spent = clock.stopwatch() - self._since
        left = spent / share - spent if share else 0.0
        bar = "━" * round(_BAR * share) + "╌" * (_BAR - round(_BAR * share))
        count = f"{self._done:,} of {self._rows:,} rows"
        return f"scoring {cut.name} {bar} {share:.0%} {count}, {spent:.0f} s, {left:.0f} s left"
