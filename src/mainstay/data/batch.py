"""The rows of a batch: decisions of the contract or of another table, with their context.

Read partition by partition: where a file already lies in the order of time, from the file itself;
in Spark, from there; else from a copy in the order of time and key, made here once for a run.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from mainstay.contract import cleaning
from mainstay.contract.batch import Unit
from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core import digest
from mainstay.core.errors import Broken
from mainstay.core.nouns import Column
from mainstay.core.typed import FLAG, NUMBER
from mainstay.data import dialect, reading, rows, schema, source
from mainstay.data.partitions import Cut, cut
from mainstay.data.rows import Rows, Sources
from mainstay.data.silos import elsewhere
from mainstay.data.source import Reader

_ROWS = 65_536  # that come from an engine elsewhere at a time
_MOST = 4  # of all rows, so many may be read for the partitions together: a sort takes as long


class Place(NamedTuple):
    """Whose rows are read and how: these columns; draft: where a copy of them lies meanwhile."""

    contract: Contract
    reader: Reader
    wanted: tuple[Column, ...]
    draft: Path


class Readable(NamedTuple):
    """Rows, and the partitions they are cut into."""

    table: ir.Table
    cuts: tuple[Cut, ...]


class _Group(NamedTuple):
    """Rows of a file that lie together, from their first time to their last."""

    first: datetime
    last: datetime
    rows: int


class Asked(NamedTuple):
    """Which rows: of a table at an address, "" the contract's own, in [since, until), up to now."""

    table: str
    since: datetime | None
    until: datetime | None
    now: datetime


def found(place: Place, asked: Asked) -> Rows:
    """The rows as training assembles them; a table that has all wanted columns needs no context.

    Raises what data.rows raises, Broken where a wanted column is of another type than it was.
    """
    contract, reader, wanted, _ = place
    if asked.table:
        contract, sources = _elsewhere(contract, reader, asked, wanted)
    else:
        sources = rows.opened(contract, reader)
    since, until, now = asked.since, asked.until, asked.now
    made = rows.of(contract, sources, since=since, until=until, now=now)
    refuse_other_types(wanted, made.columns)
    return made


def size(contract: Contract, reader: Reader, asked: Asked) -> int:
    """Bytes of the Parquet files here that all rows are asked of, 0 for whatever else."""
    address = asked.table or contract.data.decisions.source
    if reader.url or asked.since or asked.until or not _is_parquet(address):
        return 0
    return sum(file.stat().st_size for file in source.files(address, reader.base))


def sources(found: Rows) -> str:
    """The digest of all files that rows came from."""
    return digest.of_value({one.uri: one.digest for one in found.datasets})


def refuse_other_types(wanted: tuple[Column, ...], now: tuple[Column, ...]) -> None:
    """A column that changed its type since the build is refused: its meaning is unknown."""
    types = {column.name: column.type for column in now}
    for one in wanted:
        if types.get(one.name) != one.type:
            raise Broken(
                f"{one.name} is {types.get(one.name, 'missing')}, the version was built when it"
                f" was {one.type}",
                hint="ask the owner of the source what changed, then mainstay build",
            )


@contextmanager
def readable(place: Place, found: Rows, unit: Unit) -> Iterator[Readable]:
    """Rows that are cheap to read partition by partition, always in one order."""
    contract, reader = place.contract, place.reader
    clause = contract.data.decisions
    table = found.table.select([one.name for one in place.wanted])
    plain = len(found.datasets) == 1 and not found.aside
    if reading.is_spark(reader.url):
        with nullcontext(table) if plain else table.cache() as held:  # what is joined, once
            typed = schema.widened(held)  # what is held forgets the zone of its moments
            yield Readable(typed, cut(typed, clause.time, unit))
        return
    if plain and not reader.url:
        cuts = cut(table, clause.time, unit)
        if _in_order(reader, found.datasets[0].uri, clause.time, cuts):
            yield Readable(table, cuts)
            return
    try:
        ordered = table.order_by([clause.time, dialect.ordered(table[clause.key])])
        place.draft.parent.mkdir(parents=True, exist_ok=True)
        _copied(ordered, place.draft)
        copy = reader.here.engine.read_parquet(str(place.draft))
        yield Readable(copy, cut(copy, clause.time, unit))
    finally:
        place.draft.unlink(missing_ok=True)


def _elsewhere(
    contract: Contract, reader: Reader, asked: Asked, wanted: tuple[Column, ...]
) -> tuple[Contract, Sources]:
    """The contract with that table for its decisions, and without context where it needs none."""
    clause = contract.data.decisions.model_copy(update={"source": asked.table})
    stated = contract.model_copy(
        update={"data": contract.data.model_copy(update={"decisions": clause})}
    )
    decisions = _labelled(contract, rows.named(stated, reader, DECISIONS))
    there = {one.name for one in decisions.columns}
    if {one.name for one in wanted} <= there:
        clean = {n: one for n, one in cleaning.of_request(contract).items() if n in there}
        whole = clause.model_copy(update={"clean": clean})
        data = stated.data.model_copy(update={"context": {}, "decisions": whole})
        stated = stated.model_copy(update={"data": data})
        return stated, Sources(decisions, {})
    contexts = {
        name: rows.named(contract, reader, DECISIONS if one.source == DECISIONS else name)
        for name, one in contract.data.context.items()
    }
    return stated, Sources(decisions, contexts)


def _labelled(contract: Contract, one: source.Source) -> source.Source:
    """Rows that are not labelled yet need no column for it."""
    name = contract.data.label.column
    if name in one.table.columns:
        return one
    kind = NUMBER if contract.objective.task == "regression" else FLAG
    return one._replace(table=one.table.mutate(**{name: ibis.null(kind)}))


def _copied(ordered: ir.Table, path: Path) -> None:
    """The rows as a file; of an engine elsewhere some at a time."""
    if schema.engine(ordered) == schema.DUCKDB:
        ordered.to_parquet(path)
        return
    with (
        ordered.to_pyarrow_batches(chunk_size=_ROWS) as batches,
        pq.ParquetWriter(path, batches.schema) as file,
    ):
        for batch in batches:
            file.write_batch(batch)


def _in_order(reader: Reader, address: str, time: str, cuts: tuple[Cut, ...]) -> bool:
    """Whether partitions can be read from files without reading much twice, by what files say."""
    if not _is_parquet(address):
        return False
    groups = [one for file in source.files(address, reader.base) for one in _groups(file, time)]
    if not all(groups):
        return False
    known = [one for one in groups if one]
    read = sum(
        one.rows
        for one in known
        for each in cuts
        if one.first < each.window.until and one.last >= each.window.since
    )
    return read <= _MOST * sum(one.rows for one in known)


def _is_parquet(address: str) -> bool:
    """Whether it names files here."""
    return address.endswith(".parquet") and not elsewhere.is_elsewhere(address)


def _groups(file: Path, time: str) -> Iterator[_Group | None]:
    """Of each group of rows when it is from; None where that is not known."""
    with pq.ParquetFile(file) as opened:
        names = opened.schema_arrow.names
        place = names.index(time) if time in names else -1
        for at in range(opened.metadata.num_row_groups):
            group = opened.metadata.row_group(at)
            told = group.column(place).statistics if place >= 0 else None
            if told is None or not told.has_min_max or not isinstance(told.min, datetime):
                yield None
            else:
                yield _Group(_utc(told.min), _utc(told.max), group.num_rows)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
