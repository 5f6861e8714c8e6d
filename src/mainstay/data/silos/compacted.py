"""Micro-batches of a stream put together: a Parquet file that stands for many of them.

Each row lies there with its types and beside that as it came, so that what a later batch widens is
made again from what came. Values are those of one reading of all rows: what would be read otherwise
by its types alone, such as keys that differ in case, stays JSON.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Broken
from mainstay.data import engine

NAME = "mainstay_batches.parquet"
ROWS = "rows.jsonl"
"""Of a batch that lies there as it came."""
_BATCH, _ROW = "mainstay_batch", "mainstay_row"
_TEXT, _ANY, _NONE, _NUMBER = "VARCHAR", "JSON", '"NULL"', "DOUBLE"
_TIMES = ("DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
_WHOLE = ("BIGINT", "UBIGINT", "HUGEINT")
_ISO = r"^(\d{4}-|\d\d:)"  # how others are read is guessed from all of them
Types = dict[str, str]
"""Column -> type as DuckDB names it."""


class _Inferred(NamedTuple):
    """alike: whether values that are read by these types alone are the same."""

    types: Types
    alike: bool


def files(batch: Path) -> list[Path]:
    """What to read of a batch, or of many in one; none where it has no row."""
    whole = batch / NAME
    return [whole] if whole.exists() else [one for one in _lines(batch) if one.stat().st_size]


def rows(batch: Path) -> Iterator[tuple[str, str]]:
    """The rows of a batch, or of many in one, in order: which batch it came with, and what came."""
    if (batch / NAME).exists():
        with pq.ParquetFile(batch / NAME) as file:
            for some in file.iter_batches(columns=[_BATCH, _ROW]):
                yield from zip(*(one.to_pylist() for one in some.columns), strict=True)
    for one in _lines(batch):
        name = batch.name if one.name == ROWS else one.stem
        with one.open(encoding="utf-8", newline="\n") as file:
            yield from ((name, row.rstrip("\n")) for row in file)


def put(draft: Path, batches: Iterable[Path], types: Types | None = None) -> None:
    """Writes batches into a folder as one; types: of their columns, None = as all their rows are.

    As Parquet, or as lines of JSON by batch where values would be others.
    """
    came, connection = draft / ROWS, engine.connect().con
    with came.open("w", encoding="utf-8") as file:
        file.writelines(_marked(*row) for batch in batches for row in rows(batch))
    found = _inferred(connection, [came]) if types is None else _Inferred(types, alike=True)
    if found.alike:
        kinds = {**found.types, _BATCH: _TEXT, _ROW: _TEXT}
        asked = f"SELECT * FROM {_json([came], kinds)}"  # noqa: S608 - quoted
        connection.execute(f"COPY ({asked}) TO {_quoted(draft / NAME)} (COMPRESSION zstd)")
    else:
        _split(came)
    came.unlink()


def types(connection: Any, paths: list[Path]) -> Types | None:
    """The types of all rows of such files and of lines beside them; None where what was put

    together must be put together again to have them.
    """
    whole, came = _kinds(paths)
    known = _described(connection, _parquet(whole))
    found = _inferred(connection, came) if came else _Inferred({}, alike=True)
    both = {name: _both(known.get(name, _NONE), kind) for name, kind in found.types.items()}
    sure = {**known, **{name: kind for name, kind in both.items() if kind}}
    alike = (
        found.alike and None not in both.values() and len(set(map(str.lower, sure))) == len(sure)
    )
    return sure if alike else None


def read(backend: Backend, paths: list[Path], stretch: str = "") -> ir.Table:
    """Such files and lines beside them as one table; stretch: a column for the batch of each row,

    as the file that it came as. Raises Broken where they do not fit together.
    """
    whole, came = _kinds(paths)
    kinds = types(backend.con, paths)
    if kinds is None:
        raise Broken(f"batches in {whole[0].parent.parent} are not of the types they came with")
    own = [
        f"{_name(one)}::{kinds[one]} AS {_name(one)}"
        for one in _described(backend.con, _parquet(whole))
    ]
    if stretch:
        place = _quoted(whole[0].parent.parent)
        own.append(f"concat({place}, '/', {_BATCH}, '/{ROWS}') AS {_name(stretch)}")
    asked = f"SELECT {', '.join(own)} FROM {_parquet(whole)}"  # noqa: S608 - quoted
    if came:
        asked += f" UNION ALL BY NAME SELECT * FROM {_json(came, kinds, stretch)}"  # noqa: S608
    name = ibis.util.gen_name("stream")
    backend.con.execute(f"CREATE TEMP VIEW {name} AS {asked}")
    return backend.table(name)


def is_one(paths: list[Path]) -> bool:
    """Whether batches that were put together are among these files."""
    return any(path.name == NAME for path in paths)


def _kinds(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    whole = [path for path in paths if path.name == NAME]
    return whole, [path for path in paths if path.name != NAME]


def _lines(batch: Path) -> list[Path]:
    return sorted(batch.glob("*.jsonl"))


def _marked(batch: str, row: str) -> str:
    """A row with what it is kept by before its own keys."""
    rest = row.strip().removeprefix("{").lstrip()
    mark = json.dumps({_BATCH: batch, _ROW: row}, ensure_ascii=False).removesuffix("}")
    return f"{mark}{'' if rest == '}' else ','}{rest}\n"


def _split(came: Path) -> None:
    """Rows that were marked, as lines by batch beside them."""
    with came.open(encoding="utf-8", newline="\n") as file:
        for name, some in groupby(map(json.loads, file), itemgetter(_BATCH)):
            target = came.with_name(f"{name}.jsonl")
            target.write_text("".join(f"{one[_ROW]}\n" for one in some), encoding="utf-8")


def kinds(connection: Any, came: list[Path]) -> Types:
    """The types of the columns of lines, as all of them have them."""
    return sure(connection, came, _described(connection, _json(came)))


def sure(connection: Any, came: list[Path], guessed: Types) -> Types:
    """What was guessed of lines, but days and times that are not ISO 8601 throughout are text:

    the engine takes 01-02-2013 for a day in either month, and 13-02-01 for one of the year 13.
    """
    times = {name: kind for name, kind in guessed.items() if kind in _TIMES}
    if not times:
        return guessed
    counts = (f"count({_name(one)}), {_said(one, kind)}" for one, kind in times.items())
    found = _counted(connection, ", ".join(counts), _json(came, dict.fromkeys(times, _TEXT)))
    pairs = zip(times, found[::2], found[1::2], strict=True)
    return {**guessed, **{name: _TEXT for name, all_, iso in pairs if all_ != iso}}


def _inferred(connection: Any, came: list[Path]) -> _Inferred:
    """As one reading of all rows has them, and whether each value is the same by its type alone."""
    found = {
        name: kind
        for name, kind in _described(connection, _json(came)).items()
        if name not in (_BATCH, _ROW)
    }
    if not any(one.stat().st_size for one in came) or not found:
        return _Inferred({}, alike=False)
    counts = ", ".join(f"count({_name(one)})" for one in found)
    texts = _json(came, dict.fromkeys(found, _TEXT))
    guessed, told = (_counted(connection, counts, rows) for rows in (_json(came), texts))
    alike = guessed == told
    return _Inferred(sure(connection, came, found) if alike else found, alike)


def _counted(connection: Any, counts: str, rows: str) -> tuple[int, ...]:
    found: tuple[int, ...]
    (found,) = connection.execute(f"SELECT {counts} FROM {rows}").fetchall()  # noqa: S608 - quoted
    return found


def _said(name: str, kind: str) -> str:
    """How many values of a column of texts are what their type says, without a guess."""
    iso = f"regexp_matches({_name(name)}, '{_ISO}')"
    return f"count(TRY_CAST({_name(name)} AS {kind})) FILTER ({iso})"


def _both(known: str, kind: str) -> str | None:
    """The type of values put together and of more; None where those must be made again."""
    if known == _NONE:
        return kind
    if kind in (known, _NONE) or known == _ANY:
        return known
    wider = (known == _TEXT and kind in _TIMES) or (known == _NUMBER and kind in _WHOLE)
    return known if wider else None


def _described(connection: Any, asked: str) -> Types:
    found = connection.execute(f"DESCRIBE SELECT * FROM {asked}").fetchall()  # noqa: S608 - quoted
    return {name: kind for name, kind, *_ in found if name not in (_BATCH, _ROW)}


def _parquet(whole: list[Path]) -> str:
    return f"read_parquet([{', '.join(map(_quoted, whole))}], union_by_name=true)"


def _json(came: list[Path], kinds: Types | None = None, stretch: str = "") -> str:
    """kinds: of the columns, None = as all rows have them."""
    how = "sample_size=-1, union_by_name=true"
    if kinds is not None:
        stated = ", ".join(f"{_name(one)}: {_quoted(kind)}" for one, kind in kinds.items())
        how = f"columns={{{stated}}}"
    more = f", filename={_quoted(stretch)}" if stretch else ""
    names = ", ".join(map(_quoted, came))
    return f"read_json([{names}], format='newline_delimited', {how}{more})"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
