"""A table of Delta Lake that partitions are brought into: each in one commit.

Beside it `TABLE_rejected`, rows that were set aside. A commit carries, as transactions of an
application, what its partition is, so what is whole there is known. A table that is missing is
made.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mainstay.core.errors import Conflict, Mistake
from mainstay.data.silos import delta
from mainstay.data.silos.access import access, refuse_secrets
from mainstay.data.silos.found import said
from mainstay.data.silos.table import ANSWERS, PARTITION, REJECTED, Known, Portion, differences

FORM = "delta:///FOLDER, delta+s3://BUCKET/FOLDER"
_HERE = "delta://"
_BEGINS = (_HERE, "delta+s3://", "delta+gs://", "delta+az://", "delta+abfss://")
_PARTS = (REJECTED, ANSWERS)
_OWNER = re.compile(r"mainstay: (?P<model>.+) by the (?P<unit>\w+)")  # the description of a table
_BITS = 15  # hexadecimal digits of a digest: what the number of a transaction holds
_BATCH = 50_000  # rows in memory at a time
_KINDS = (
    (pa.types.is_string, pa.string()),
    (pa.types.is_boolean, pa.bool_()),
    (pa.types.is_integer, pa.int64()),
    (pa.types.is_floating, pa.float64()),
    (pa.types.is_date, pa.date32()),
    (pa.types.is_timestamp, pa.timestamp("us", "UTC")),
    (pa.types.is_null, pa.string()),
)


class _Mark(NamedTuple):
    """What a commit says of its partition: the beginning of its digest, and how many rows."""

    number: int
    answers: int
    rejected: int


class Lake(NamedTuple):
    """A table at an address, which lies at a place. What it does raises Mistake, Unavailable,

    Conflict where another run commits the same partition.
    """

    address: str
    place: str
    options: dict[str, str] | None

    def known(self) -> dict[str, Known]:
        """What lies there, by partition; of a digest its beginning."""
        with self._said():
            tables = {part: self._table(part) for part in _PARTS}
            counts = {part: _counts(one) if _owner(one) else {} for part, one in tables.items()}
            names = dict.fromkeys(name for some in counts.values() for name in some)
            found = {}
            for name in sorted(names):
                there = [part for part in _PARTS if name in counts[part]]
                marks = {_mark(tables[part], name) for part in there}
                if None not in marks:
                    rows = counts[ANSWERS].get(name, 0), counts[REJECTED].get(name, 0)
                    found[name] = _known(tables[there[0]], marks, rows)
            return found

    def ready(self, portions: Sequence[Portion]) -> None:
        """Makes what is missing. Raises Mistake where what is there has other columns."""
        with self._said():
            for part in _PARTS:
                files = filter(None, (one.file(part) for one in portions))
                shapes = {self._shape(file): None for file in files}
                for shape in shapes:
                    self._is(part, shape, portions[0])

    def replace(self, one: Portion) -> None:
        """The rows of a partition in place of those it had."""
        files = {part: one.file(part) for part in _PARTS}
        rows = [_rows(files[part]) for part in (ANSWERS, REJECTED)]
        mark = _Mark(int(one.digest[:_BITS], 16), *rows)
        for part, file in files.items():
            if file is None:
                self._clear(part, one.name)
            else:
                self._fill(part, one.name, file, mark)

    def remove(self, name: str) -> None:
        """A partition, with what was set aside of it."""
        for part in _PARTS:
            self._clear(part, name)

    def _fill(self, part: str, name: str, file: Path, mark: _Mark) -> None:
        shape, library = self._shape(file), delta.library()
        with self._said(), pq.ParquetFile(file) as rows:
            batches = (_marked(one, name, shape) for one in rows.iter_batches(_BATCH))
            library.write_deltalake(
                self._table(part),
                pa.RecordBatchReader.from_batches(shape, batches),
                mode="overwrite",
                predicate=_where(name),
                commit_properties=library.CommitProperties(app_transactions=_told(name, mark)),
            )

    def _clear(self, part: str, name: str) -> None:
        with self._said():
            there = self._table(part)
            if there is not None and name in _counts(there):
                there.delete(_where(name))

    def _table(self, part: str) -> Any:
        """None where there is none."""
        library, place = delta.library(), self.place + part
        if not library.DeltaTable.is_deltatable(place, self.options):
            return None
        return library.DeltaTable(place, storage_options=self.options)

    def _is(self, part: str, shape: pa.Schema, one: Portion) -> None:
        """Makes a table of these columns, or sees that it has them."""
        there, owner = self._table(part), f"mainstay: {one.model} by the {one.unit}"
        if there is None:
            delta.library().DeltaTable.create(
                self.place + part, shape, partition_by=[PARTITION], description=owner,
                storage_options=self.options,
            )  # fmt: skip
            return
        others = differences(_types(pa.schema(there.schema().to_arrow())), _types(shape))
        if there.metadata().partition_columns != [PARTITION]:
            others.append(f"it is not partitioned by {PARTITION}")
        if others:
            raise Mistake(
                f"{self.address}: {self.place}{part} has other columns: {'; '.join(others)}",
                "name another table, or remove it: it is made and filled again",
            )
        if not _owner(there):
            there.alter.set_table_description(owner)

    def _shape(self, file: Path) -> pa.Schema:
        """The partition first, as in other tables."""
        kinds = [(one.name, self._kind(one)) for one in pq.read_schema(file)]
        return pa.schema([(PARTITION, pa.string()), *kinds])

    def _kind(self, column: Any) -> pa.DataType:
        if pa.types.is_decimal(column.type):
            return column.type
        found = next((kind for fits, kind in _KINDS if fits(column.type)), None)
        if found is None:
            raise Mistake(f"{self.address}: {column.name} is {column.type}, which no column holds")
        return found

    @contextmanager
    def _said(self) -> Iterator[None]:
        errors, stated = delta.library().exceptions, access(self.place)
        try:
            yield
        except errors.CommitFailedError as error:
            what = f"another run writes {self.address}: {said(error, stated)}"
            raise Conflict(what, "wait until it is over") from None
        except (errors.DeltaError, OSError) as error:
            what = f"{self.address} does not take what was scored: {said(error, stated)}"
            raise delta.away(error, self.address, stated) or Mistake(what) from None


def is_lake(address: str) -> bool:
    """Whether a table there can be written."""
    return address.startswith(_BEGINS)


def whole(address: str, base: Path) -> str:
    """The address of a table to write, of a folder here wherever one stands. Raises Mistake."""
    folder, version, _ = address.partition("#")
    if version or not folder.partition("://")[2].strip("/"):
        raise Mistake(f"{address} is no table that can be written", f"known: {FORM}")
    if not folder.startswith(_HERE):
        return folder.rstrip("/")
    return f"{_HERE}/{delta.where(folder.rstrip('/'), base.absolute())}"


def opened(address: str) -> Lake:
    """`delta:////FOLDER` or `delta+s3://BUCKET/FOLDER`. Raises Mistake, Missing, Refused,

    MissingExtra.
    """
    refuse_secrets(address)
    place = delta.where(address, Path("/"))
    delta.library()
    return Lake(address, place, delta.options(place, access(place)))


def _known(there: Any, marks: set[_Mark | None], rows: tuple[int, int]) -> Known:
    """Whole only where every table says the same of it, and has so many rows."""
    model, unit = _owner(there)
    first, *others = marks
    whole = first and not others and rows == first[1:]
    return Known(model, unit, f"{first.number:0{_BITS}x}" if whole and first else "")


def _owner(there: Any) -> tuple[str, ...]:
    """Model and unit; nothing of no table, or of one that is not ours yet."""
    found = _OWNER.fullmatch(there.metadata().description or "") if there is not None else None
    return found.groups() if found else ()


def _mark(there: Any, name: str) -> _Mark | None:
    """What the newest commit of ours says of a partition."""
    said = [there.transaction_version(one) for one in _applications(name)]
    return None if None in said else _Mark(*said)


def _told(name: str, mark: _Mark) -> list[Any]:
    made = delta.library().Transaction
    return [made(one, number) for one, number in zip(_applications(name), mark, strict=True)]


def _applications(name: str) -> tuple[str, str, str]:
    return f"mainstay {name}", f"mainstay {name} answers", f"mainstay {name} rejected"


def _counts(there: Any) -> dict[str, int]:
    """Rows by partition, as the files of a table say."""
    if there is None or there.metadata().partition_columns != [PARTITION]:
        return {}
    actions, found = pa.table(there.get_add_actions(flatten=True)), dict[str, int]()
    if not actions.num_rows:  # then older libraries name no columns
        return found
    names, counts = actions[f"partition.{PARTITION}"], actions["num_records"]
    for name, rows in zip(names.to_pylist(), counts.to_pylist(), strict=True):
        found[name] = found.get(name, 0) + (rows or 0)
    return found


def _rows(file: Path | None) -> int:
    return int(pq.read_metadata(file).num_rows) if file else 0


def _marked(batch: pa.RecordBatch, name: str, shape: pa.Schema) -> pa.RecordBatch:
    columns = [pa.repeat(name, batch.num_rows), *batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=shape.names).cast(shape)


def _types(shape: pa.Schema) -> dict[str, str]:
    return {one.name: str(one.type) for one in shape}


def _where(name: str) -> str:
    quoted = name.replace("'", "''")
    return f"{PARTITION} = '{quoted}'"
