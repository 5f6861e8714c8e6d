"""The door's journal as Parquet: one row per record that was asked about, one file per stretch.

The stretch of bytes stands in a segment's name, so that a run that was killed goes on where the
last whole segment ends, and no frame is brought twice.
"""

import re
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from mainstay.core import durable, entries, frames
from mainstay.core.errors import Broken
from mainstay.core.frames import Frame
from mainstay.core.nouns import Column
from mainstay.data import schema
from mainstay.data.records import RESERVED, Records, Row
from mainstay.data.snapshot import ARROW

FILE = "requests.journal"
ROWS = 20_000  # of a segment, and in memory at a time
_NAME = re.compile(r"(\d{16})-(\d{16})\.parquet")
_DRAFT = ".draft.parquet"
_LAST = b"mainstay_last"  # where a segment's last frame begins, and its head
_HEAD = 8


class Brought(NamedTuple):
    """What a run added. lost: requests without a record that could be read, and so without row."""

    frames: int
    rows: int
    lost: int


class Segment(NamedTuple):
    """Rows of the bytes [at, end) of the journal."""

    at: int
    end: int
    path: Path


class _Stretch:
    """Frames read and not yet written."""

    def __init__(self, records: Records) -> None:
        self.rows: list[Row] = []
        self.frames: list[Frame] = []
        self.lost = 0
        self._records = records

    def add(self, frame: Frame, path: Path) -> None:
        """All rows of a frame or, where it says nothing that can be read, none and Broken."""
        try:
            rows = list(self._records.rows(entries.entry(frame.payload), frame.at))
        except ValueError as error:
            raise Broken(f"{path} is damaged at byte {frame.at:,}: {error}") from error
        self.rows += rows
        self.frames.append(frame._replace(payload=b""))
        self.lost += not rows


def brought(journal: Path, folder: Path, columns: tuple[Column, ...]) -> Brought:
    """Brings what was appended since the last run; columns: of the requests of all versions.

    One run at a time. Raises Broken where the journal is not the one brought before, or is damaged;
    the rows before the damage are kept.
    """
    found = segments(folder)
    since = found[-1].end if found else 0
    _refuse_another(journal, found)
    if not journal.exists():
        return Brought(0, 0, 0)
    records, total = Records(columns), Brought(0, 0, 0)
    stretch = _Stretch(records)
    try:
        for frame in frames.placed(journal, since):
            stretch.add(frame, journal)
            if len(stretch.rows) >= ROWS:
                total = _kept(stretch, journal, folder, total, records.columns)
                stretch = _Stretch(records)
    except Broken:
        _kept(stretch, journal, folder, total, records.columns)
        raise
    return _kept(stretch, journal, folder, total, records.columns)


def read(engine: Backend, folder: Path, columns: tuple[Column, ...]) -> ir.Table:
    """Every row brought so far: these columns of the requests, then RESERVED.

    Null where a segment knows no such column, or a value is none of its type.
    """
    wanted = (*columns, *RESERVED)
    files = [str(segment.path) for segment in segments(folder)]
    if not files:
        empty = pa.schema([(one.name, ARROW[one.type]) for one in wanted]).empty_table()
        return ibis.memtable(empty)
    table = engine.read_parquet(files, union_by_name=True)
    return table.select(**{one.name: _column(table, one) for one in wanted})


def segments(folder: Path) -> tuple[Segment, ...]:
    """The whole segments of a folder, in order. Raises Broken where one is missing."""
    names = sorted(path.name for path in folder.glob("*.parquet")) if folder.is_dir() else []
    matches = filter(None, map(_NAME.fullmatch, names))
    found = [Segment(int(one[1]), int(one[2]), folder / one[0]) for one in matches]
    ends = [0, *(one.end for one in found)]
    for end, segment in zip(ends, found, strict=False):
        if segment.at != end:
            raise Broken(
                f"{folder} holds no rows of the bytes {end:,} to {segment.at:,} of the journal",
                hint=f"delete {folder}: it is made again from the journal",
            )
    return tuple(found)


def _column(table: ir.Table, wanted: Column) -> ir.Value:
    if wanted.name not in table.columns:
        return ibis.null(wanted.type)
    value = table[wanted.name]
    same = schema.neutral(value.type()) == wanted.type
    return schema.plain(value) if same else value.try_cast(wanted.type)


def _refuse_another(journal: Path, found: tuple[Segment, ...]) -> None:
    """The last frame that was brought must stand where it stood."""
    if not found:
        return
    at, _, head = pq.read_metadata(found[-1].path).metadata[_LAST].decode().partition(" ")
    size = journal.stat().st_size if journal.exists() else 0
    if size < found[-1].end or _head(journal, int(at)) != head:
        raise Broken(
            f"{journal} is not the journal that was brought before, up to byte {found[-1].end:,}",
            hint="restore it; a door appends and never rewrites",
        )


def _head(journal: Path, at: int) -> str:
    """Length and checksum of the frame that begins at a byte."""
    with journal.open("rb") as file:
        file.seek(at)
        return file.read(_HEAD).hex()


def _kept(
    stretch: _Stretch, journal: Path, folder: Path, before: Brought, columns: tuple[Column, ...]
) -> Brought:
    """Writes a stretch as one segment; the sum with what was before."""
    if not stretch.frames:
        return before
    first, last = stretch.frames[0], stretch.frames[-1]
    durable.sync(journal)  # a segment must never hold what a power cut can take from the journal
    table = _table(stretch.rows, columns)
    marked = table.replace_schema_metadata({_LAST: f"{last.at} {_head(journal, last.at)}"})
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(marked, folder / _DRAFT, compression="zstd")
    durable.sync(folder / _DRAFT)
    (folder / _DRAFT).replace(folder / f"{first.at:016}-{last.end:016}.parquet")
    durable.sync(folder)
    return Brought(
        before.frames + len(stretch.frames),
        before.rows + len(stretch.rows),
        before.lost + stretch.lost,
    )


def _table(rows: list[Row], columns: tuple[Column, ...]) -> pa.Table:
    values = zip(*rows, strict=True) if rows else ((),) * len(columns)
    arrays = [
        pa.array(one, ARROW[column.type]) for one, column in zip(values, columns, strict=True)
    ]
    return pa.table(arrays, names=[column.name for column in columns])
