"""Where rows come from: a Parquet, CSV, JSON lines or SQLite file as a table in neutral types."""

from pathlib import Path
from typing import Any, NamedTuple

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from mainstay.core import digest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, TEXT, TIME
from mainstay.data import schema, sqlite
from mainstay.data.engine import EngineError, moments

_SQLITE = "sqlite://"
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_READ = (".parquet", ".csv", ".csv.gz", ".tsv", *_LINES)

# Types are those of all rows. Dates are ISO: guessed, 01/02/2013 is a day in either month.
_CSV: dict[str, Any] = {
    "header": True,
    "sample_size": -1,
    "dateformat": "%Y-%m-%d",
    "timestampformat": "%Y-%m-%d %H:%M:%S",
}
_GUESS = """
SELECT Columns, Delimiter, Quote, Escape, Comment, SkipRows
FROM sniff_csv(?, header=?, sample_size=?, dateformat=?, timestampformat=?)
"""


class Moment(NamedTuple):
    """A column that says when: layout as strptime takes it ("" = ISO 8601), zone if without one."""

    column: str
    layout: str = ""
    zone: str = ""


class Source(NamedTuple):
    """A table as its file holds it, by the digest of that file, and the address people wrote."""

    table: ir.Table
    digest: str
    address: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names and neutral types."""
        return schema.columns(self.table)


class Once:
    """What was opened already, so that nothing is opened twice: files, and tables made of them."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, frozenset[str]], tuple[ir.Table, str]] = {}
        self.tables: dict[tuple[str, tuple[Moment, ...], tuple[str, ...]], Source] = {}


class Reader(NamedTuple):
    """What reads sources: the engine, the folder that paths start from, the folder to stage in.

    once: where every question is about the sources as they are at one moment.
    """

    engine: Backend
    base: Path
    staged: Path
    once: Once | None = None


def opened(
    reader: Reader, address: str, times: tuple[Moment, ...] = (), texts: tuple[str, ...] = ()
) -> Source:
    """The table at an address: a path, with `*` for many files, or `sqlite:///path#table`.

    NaN is null, types are neutral, the columns of `times` are moments in UTC; `texts` are text
    whatever they look like in CSV. Raises Mistake: no such file, table or column, an unreadable
    file, text that is no time.
    """
    if reader.once is None:
        return _opened(reader, address, times, texts)
    known, asked = reader.once.tables, (address, times, texts)
    if asked not in known:
        known[asked] = _opened(reader, address, times, texts)
    return known[asked]


def _opened(
    reader: Reader, address: str, times: tuple[Moment, ...], texts: tuple[str, ...]
) -> Source:
    raw, content = _raw(reader, address, (*(one.column for one in times), *texts))
    for moment in times:
        schema.column(raw, moment.column, address)
        raw = moments(raw, *moment)
    return Source(schema.widened(raw), content, address)


def shape(reader: Reader, address: str, times: tuple[Moment, ...] = ()) -> tuple[Column, ...]:
    """The columns that `opened` would give, without a look at their values.

    A column of `times` is a time where it could be read as one. Raises Mistake likewise.
    """
    names = {one.column for one in times}
    raw, _ = _raw(reader, address, tuple(names))
    timed = (TEXT, DATE, TIME)
    return tuple(
        Column(one.name, TIME) if one.name in names and one.type in timed else one
        for one in schema.columns(raw)
    )


def _raw(reader: Reader, address: str, texts: tuple[str, ...]) -> tuple[ir.Table, str]:
    """As the engine reads it, and the digest of the files."""
    if reader.once is None:
        return _raw_anew(reader, address, texts)
    known, asked = reader.once.files, (address, frozenset(texts))
    if asked not in known:
        known[asked] = _raw_anew(reader, address, texts)
    return known[asked]


def _raw_anew(reader: Reader, address: str, texts: tuple[str, ...]) -> tuple[ir.Table, str]:
    files, content = _found(reader, address)
    try:
        return _read(reader.engine, files, texts), content
    except EngineError as error:
        raise Mistake(f"{address} is not readable: {str(error).splitlines()[0]}") from error


def _found(reader: Reader, address: str) -> tuple[list[Path], str]:
    """The files DuckDB can read, and the digest of what they hold."""
    if address.startswith(_SQLITE):
        path, _, table = address.removeprefix(_SQLITE).removeprefix("/").partition("#")
        file = sqlite.staged(files(path, reader.base)[0], table, reader.staged)
        return [file], file.stem
    found = files(address, reader.base)
    digests = [digest.of_file(file) for file in found]
    return found, digests[0] if len(digests) == 1 else digest.of_value(digests)


def files(path: str, base: Path) -> list[Path]:
    """The files of a path, with `*` for many. Raises Mistake where there is none."""
    if "://" in path:
        raise Mistake(
            f"{path} cannot be read yet", "copy it beside contract.yaml and name the file"
        )
    place = base / Path(path).expanduser()
    found = sorted(place.parent.glob(place.name)) if "*" in place.name else [place]
    there = [file for file in found if file.is_file()]
    if not there:
        near = sorted(file.name for file in place.parent.glob("*")) if place.parent.is_dir() else []
        beside = f"{place.parent} holds {', '.join(near[:8]) or 'nothing'}"
        raise Mistake(
            f"there is no file {path}: looked for {place}",
            beside if place.parent.is_dir() else f"there is no folder {place.parent}",
        )
    return there


def _read(engine: Backend, files: list[Path], texts: tuple[str, ...]) -> ir.Table:
    names = [str(file) for file in files]
    if all(file.suffix == ".parquet" for file in files):
        return engine.read_parquet(names)
    if all(file.name.endswith(_LINES) for file in files):
        return engine.read_json(names, format="newline_delimited", sample_size=-1)
    if all(file.name.endswith(_READ) for file in files):
        return _delimited(engine, names, texts)
    raise Mistake(
        f"{files[0].name} is of a kind nobody reads",
        f"known: {', '.join(_READ)}, sqlite:///FILE#TABLE",
    )


def _delimited(engine: Backend, names: list[str], texts: tuple[str, ...]) -> ir.Table:
    """The engine guesses form and types at every question, so a single file is guessed once."""
    if len(names) == 1:
        columns, form = _guessed(engine, names[0])
        as_text = {name: "VARCHAR" for name in texts if name in columns}
        return engine.read_csv(names, columns={**columns, **as_text}, **form)
    plain = engine.read_csv(names, **_CSV)
    as_text = {name: "VARCHAR" for name in texts if name in plain.columns}
    return engine.read_csv(names, **_CSV, types=as_text) if as_text else plain


def _guessed(engine: Backend, name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The type of each column by all rows, and the form of the file."""
    ((columns, *marks, skipped),) = engine.con.execute(_GUESS, [name, *_CSV.values()]).fetchall()
    delim, quote, escape, comment = ("" if one == "(empty)" else one for one in marks)
    form = {"delim": delim, "quote": quote, "escape": escape, "comment": comment, "skip": skipped}
    layouts = {key: _CSV[key] for key in ("header", "dateformat", "timestampformat")}
    return {one["name"]: one["type"] for one in columns}, {**form, **layouts, "auto_detect": False}
