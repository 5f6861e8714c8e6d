"""What pandas-style features(frame) makes of rows: run in a process of its own, without secrets.

Unlike features(row) it sees the rows themselves, so it is given a sample, and nothing else.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from mainstay.core.errors import Finding, Mistake, Mistakes
from mainstay.core.nouns import Column
from mainstay.data import frame_process
from mainstay.data.agreement import Values
from mainstay.data.asked import asked

_SECONDS = 300.0  # for a sample; importing pandas takes about one of them
_ANSWERED = "every decision is answered: mark rows instead of leaving them out"
_ORDER = "leave the index as it comes: it says which row is which"


class Made(NamedTuple):
    """Columns in the order of the rows given; dtypes: as pandas calls them."""

    columns: dict[str, Values]
    dtypes: dict[str, str]


class _Error(msgspec.Struct, frozen=True):
    what: str
    hint: str
    line: int
    column: int


class _Column(msgspec.Struct, frozen=True):
    name: str
    dtype: str
    values: list[Any]


class _Answer(msgspec.Struct, frozen=True):
    index: list[Any] = []
    columns: tuple[_Column, ...] = ()
    error: _Error | None = None


def made(
    file: Path,
    columns: tuple[Column, ...],
    rows: pa.Table,
    program: Path = Path(sys.executable),
    seconds: float = _SECONDS,
) -> Made:
    """The columns that features(frame) of a file makes of rows; program: the Python that runs it.

    Raises Mistakes at file:line:column for what is wrong with the code, Mistake for another number
    of rows or rows that cannot be told apart.
    """
    if not file.is_file():
        raise Mistake(f"there is no {file}", f"it defines {frame_process.FUNCTION}(frame)")
    given = [
        {"name": one.name, "type": one.type, "values": rows[one.name].to_pylist()}
        for one in columns
    ]
    answer = _answer(file.resolve(), json.dumps(given, default=_text), program, seconds)
    if answer.error:
        found = answer.error
        place = Finding(file.name, found.line, found.column, found.what, found.hint)
        raise Mistakes([place])
    order = _order(answer.index, rows.num_rows)
    return Made(
        {one.name: [one.values[at] for at in order] for one in answer.columns},
        {one.name: one.dtype for one in answer.columns},
    )


def _text(moment: date) -> str:
    """Of a date, or a time, which is one too."""
    return moment.isoformat()


def _order(index: list[Any], rows: int) -> list[int]:
    """Where each row given lies in what came back."""
    if len(index) != rows:
        what = f"{frame_process.FUNCTION}() gives {len(index):,} rows of {rows:,}"
        raise Mistake(what, _ANSWERED)
    places = {label: at for at, label in enumerate(index) if type(label) is int}
    if places.keys() != set(range(rows)):
        what = f"{frame_process.FUNCTION}() gives rows another index than they had"
        raise Mistake(what, _ORDER)
    return [places[at] for at in range(rows)]


def _answer(file: Path, given: str, program: Path, seconds: float) -> _Answer:
    return asked(
        [str(program), "-I", str(Path(frame_process.__file__).resolve()), str(file)],
        given.encode(),
        file,
        lambda said: msgspec.convert(json.loads(said), _Answer),
        seconds=seconds,
        hint="--rows gives it fewer rows",
    )
