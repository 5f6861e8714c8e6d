"""The door's journal as Parquet: one row per record that was asked about, one file per stretch.

The stretch of bytes stands in a segment's name, so that a run that was killed goes on where the
last whole segment ends, and no frame is brought twice. A file of the journal that no door writes
any more is removed when all of it was brought; the newest one stays.
"""

import re
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from mainstay.core import durable, entries, frames, journals
from mainstay.core.errors import Broken
from mainstay.core.frames import Frame
from mainstay.core.journals import File
from mainstay.core.nouns import Column
from mainstay.data import schema
from mainstay.data.records import RESERVED, Records, Row
from mainstay.data.snapshot import ARROW

ROWS = 20_000  # of a segment, and in memory at a time
_NAME = re.compile(r"(\d{8})-(\d{16})-(\d{16})\.parquet")
_DRAFT = ".draft.parquet"
BATCH = "batch"
"""The folder beside the segments of what batches were asked and answered, a file each."""
_LAST = b"mainstay_last"  # where a segment's last frame begins, and its head
_HEAD = 8
_SPAN = 1 << 40  # bytes of one file at most, so that places rise from file to file


class Brought(NamedTuple):
    """What a run added. lost: requests without a record that could be read, and so without row."""

    frames: int
    rows: int
    lost: int


class Segment(NamedTuple):
    """Rows of the bytes [at, end) of the file of a number."""

    number: int
    at: int
    end: int
    path: Path


class _Stretch:
    """Frames of one file, read and not yet written."""

    def __init__(self, records: Records, file: File) -> None:
        self.rows: list[Row] = []
        self.frames: list[Frame] = []
        self.lost = 0
        self.file, self.columns = file, records.columns
        self._records = records

    def add(self, frame: Frame) -> None:
        """All rows of a frame or, where it says nothing that can be read, none and Broken."""
        place = self.file.number * _SPAN + frame.at
        try:
            rows = list(self._records.rows(entries.entry(frame.payload), place))
        except ValueError as error:
            raise Broken(f"{self.file.path} is damaged at byte {frame.at:,}: {error}") from error
        self.rows += rows
        self.frames.append(frame._replace(payload=b""))
        self.lost += not rows


def brought(
    log: Path, folder: Path, columns: tuple[Column, ...], texts: frozenset[str] = frozenset()
) -> Brought:
    """Brings what was appended since the last run; columns: of the requests of all versions.

    Values stay as they came, but what cleaning reads from text is read: texts, those columns.
    log: the door's own folder. One run at a time. Raises Broken where a file of the journal is not
    the one brought before, or is damaged; the rows before the damage are kept.
    """
    last = {one.number: one for one in segments(folder)}
    records, total = Records(columns, texts), Brought(0, 0, 0)
    known = journals.files(log)
    for file in known:
        closed = journals.is_closed(file)
        found = _brought(file, folder, records, last.get(file.number))
        total = Brought(*(one + other for one, other in zip(total, found, strict=True)))
        if closed and file != known[-1]:
            file.path.unlink()
    return total


def _brought(file: File, folder: Path, records: Records, last: Segment | None) -> Brought:
    """The same of one file, from where its last segment ends."""
    if last:
        _refuse_another(file, last)
    stretch, total = _Stretch(records, file), Brought(0, 0, 0)
    try:
        for frame in frames.placed(file.path, last.end if last else 0):
            stretch.add(frame)
            if len(stretch.rows) >= ROWS:
                total = _kept(stretch, folder, total)
                stretch = _Stretch(records, file)
    except Broken:
        _kept(stretch, folder, total)
        raise
    return _kept(stretch, folder, total)


def read(engine: Backend, folder: Path, columns: tuple[Column, ...]) -> ir.Table:
    """Every row brought so far and every row of a batch: these columns of the requests, then

    RESERVED.

    Null where a segment knows no such column, or a value is none of its type.
    """
    wanted = (*columns, *RESERVED)
    batches = sorted((folder / BATCH).glob("*.parquet"))
    files = [*(str(segment.path) for segment in segments(folder)), *map(str, batches)]
    if not files:
        empty = pa.schema([(one.name, ARROW[one.type]) for one in wanted]).empty_table()
        return ibis.memtable(empty)
    table = engine.read_parquet(files, union_by_name=True)
    return table.select(**{one.name: _column(table, one) for one in wanted})


def segments(folder: Path) -> tuple[Segment, ...]:
    """The whole segments of a folder, in order. Raises Broken where one is missing."""
    names = sorted(path.name for path in folder.glob("*.parquet")) if folder.is_dir() else []
    matches = filter(None, map(_NAME.fullmatch, names))
    found = [Segment(int(one[1]), int(one[2]), int(one[3]), folder / one[0]) for one in matches]
    ends: dict[int, int] = {}
    for segment in found:
        end = ends.get(segment.number, 0)
        if segment.at != end:
            raise Broken(
                f"{folder} holds no rows of the bytes {end:,} to {segment.at:,} of file "
                f"{segment.number} of the journal",
                hint="restore the folder: a file that was brought as a whole is there no more",
            )
        ends[segment.number] = segment.end
    return tuple(found)


def _column(table: ir.Table, wanted: Column) -> ir.Value:
    if wanted.name not in table.columns:
        return ibis.null(wanted.type)
    value = table[wanted.name]
    same = schema.neutral(value.type()) == wanted.type
    return schema.plain(value) if same else value.try_cast(wanted.type)


def _refuse_another(file: File, last: Segment) -> None:
    """The last frame that was brought must stand where it stood."""
    at, _, head = pq.read_metadata(last.path).metadata[_LAST].decode().partition(" ")
    if file.path.stat().st_size < last.end or _head(file.path, int(at)) != head:
        raise Broken(
            f"{file.path} is not the file that was brought before, up to byte {last.end:,}",
            hint="restore it; a door appends and never rewrites",
        )


def _head(journal: Path, at: int) -> str:
    """Length and checksum of the frame that begins at a byte."""
    with journal.open("rb") as file:
        file.seek(at)
        return file.read(_HEAD).hex()


def _kept(stretch: _Stretch, folder: Path, before: Brought) -> Brought:
    """Writes a stretch as one segment; the sum with what was before."""
    if not stretch.frames:
        return before
    first, last, file = stretch.frames[0], stretch.frames[-1], stretch.file
    durable.sync(file.path)  # a segment never holds what a power cut can take from the journal
    table = _table(stretch.rows, stretch.columns)
    marked = table.replace_schema_metadata({_LAST: f"{last.at} {_head(file.path, last.at)}"})
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(marked, folder / _DRAFT, compression="zstd")
    durable.sync(folder / _DRAFT)
    name = f"{file.number:08}-{first.at:016}-{last.end:016}.parquet"
    (folder / _DRAFT).replace(folder / name)
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
