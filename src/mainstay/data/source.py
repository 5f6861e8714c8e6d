"""Where rows come from: a file here, or whatever else has rows, as a table in neutral types."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from ibis.backends import BaseBackend
from ibis.backends.duckdb import Backend

from mainstay.core import digest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, TEXT, TIME
from mainstay.data import brought, engine, schema, sqlite
from mainstay.data.engine import EngineError
from mainstay.data.silos import access, compacted, elsewhere, excel, residents
from mainstay.data.silos.found import Files, Rows
from mainstay.data.times import moments

STRETCH = "mainstay_stretch"
"""The column that says which file or micro-batch of its source a row is of."""
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
_JSON: dict[str, Any] = {
    "format": "newline_delimited",
    "sample_size": -1,
    "union_by_name": True,
}
_TEXT = "VARCHAR"
_EARLIEST = ibis.timestamp(
    "1000-01-01"
)  # earlier ones are years of two digits: 13-02-01 is no ISO 8601
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
    """A table as it is kept, by the digest of its state, and the address people wrote."""

    table: ir.Table
    digest: str
    address: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names and neutral types."""
        return schema.columns(self.table)


class Once:
    """What was opened already, so that nothing is opened twice: as kept, and as read."""

    def __init__(self) -> None:
        self.raw: dict[tuple[str, tuple[str, ...], frozenset[str]], tuple[ir.Table, str]] = {}
        self.tables: dict[tuple[str, tuple[Moment, ...], tuple[str, ...]], Source] = {}


class Reader(NamedTuple):
    """What reads sources: the engine, the folder that paths start from, the folder to stage in.

    once: where every question is about the sources as they are at one moment. url: of an engine
    elsewhere, whose own tables stay there and to which all other sources are brought; "" = DuckDB.
    """

    engine: BaseBackend
    base: Path
    staged: Path
    once: Once | None = None
    url: str = ""

    @property
    def here(self) -> "Reader":
        """Itself on this machine; else the same on an engine of its own here."""
        return Reader(engine.connect(self.staged), self.base, self.staged) if self.url else self

    def owns(self, address: str) -> bool:
        """Whether the engine reads what is at an address by itself."""
        return not self.url or residents.stands(self.engine, self.url, address)


def opened(
    reader: Reader, address: str, times: tuple[Moment, ...] = (), texts: tuple[str, ...] = ()
) -> Source:
    """The table at an address: a path, with `*` for many files, or as docs/reference/sources.md

    says. NaN is null, types are neutral, the columns of `times` are moments in UTC; `texts` are
    text whatever they look like in CSV. Raises Mistake: no such file, table or column, an
    unreadable file, text that is no time; Unavailable: nobody answers; MissingExtra.
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
    access.refuse_secrets(address)
    if not reader.owns(address):
        found = _opened(reader.here, address, times, texts)
        return found._replace(table=brought.brought(reader.engine, found.table, address))
    raw, content = _known(reader, address, times, (*(one.column for one in times), *texts))
    return Source(schema.widened(_timed(raw, address, times)), content, address)


def _timed(raw: ir.Table, address: str, times: tuple[Moment, ...]) -> ir.Table:
    """The same with its times as moments in UTC."""
    for moment in times:
        schema.column(raw, moment.column, address)
        raw = moments(raw, *moment)
    return raw


def shape(reader: Reader, address: str, times: tuple[Moment, ...] = ()) -> tuple[Column, ...]:
    """The columns that `opened` would give, without a look at their values.

    A column of `times` is a time where it could be read as one. Raises Mistake likewise.
    """
    names = {one.column for one in times}
    home = reader if reader.owns(address) else reader.here
    raw, _ = _known(home, address, times, tuple(names))
    timed = (TEXT, DATE, TIME)
    return tuple(
        Column(one.name, TIME) if one.name in names and one.type in timed else one
        for one in schema.columns(raw)
    )


def stretched(reader: Reader, source: Source, times: tuple[Moment, ...] = ()) -> ir.Table:
    """A source that is open, each row with the stretch it is of: the file, or the micro-batch of

    a stream. One that is no file is a single stretch.
    """
    paths = _paths(reader, source.address, times)
    if len(paths) < 2 and not compacted.is_one(paths):
        return source.table.mutate(**{STRETCH: ibis.literal(source.address)})
    texts = tuple(one.column for one in times)
    raw = _read(reader.here.engine, paths, texts, STRETCH)
    homes = [path.absolute().parent for path in paths]
    begin = len(str(homes[0].parent if compacted.is_one(paths) else os.path.commonpath(homes))) + 1
    parts = _timed(raw, source.address, times)
    names = [one for one in source.table.columns if one in parts.columns]
    made = schema.widened(parts.select(*names, **{STRETCH: parts[STRETCH].substr(begin)}))
    return brought.brought(reader.engine, made, source.address) if reader.url else made


def _paths(reader: Reader, address: str, times: tuple[Moment, ...]) -> list[Path]:
    """The files it consists of, none for what is no file; what lies here is not read for it."""
    if reader.url and reader.owns(address):
        return []
    if not (elsewhere.is_elsewhere(address) or address.partition("#")[0].endswith(excel.ENDS)):
        return files(address, reader.base)
    found = _found(reader, address, times)
    return found.paths if isinstance(found, Files) else []


def _known(
    reader: Reader, address: str, times: tuple[Moment, ...], texts: tuple[str, ...]
) -> tuple[ir.Table, str]:
    """As the engine reads it, and the digest of its state."""
    if reader.once is None:
        return _anew(reader, address, times, texts)
    known, asked = reader.once.raw, (address, _pushed(address, times), frozenset(texts))
    if asked not in known:
        known[asked] = _anew(reader, address, times, texts)
    return known[asked]


def _anew(
    reader: Reader, address: str, times: tuple[Moment, ...], texts: tuple[str, ...]
) -> tuple[ir.Table, str]:
    if reader.url:
        own = residents.resident(reader.engine, address)
        return own.table, own.digest()
    found = _found(reader, address, times)
    raw = _raw(reader, address, found, texts)
    return raw, found.digest if isinstance(found, Files) else found.digest()


def _raw(reader: Reader, address: str, found: Files | Rows, texts: tuple[str, ...]) -> ir.Table:
    """As the engine reads it."""
    if isinstance(found, Rows):
        name = ibis.util.gen_name("source")
        reader.engine.con.register(name, found.dataset)
        return reader.engine.table(name)
    if not found.paths:
        raise Mistake(f"{address} has no row yet", "the first one says what columns there are")
    try:
        return _read(reader.engine, found.paths, texts)
    except EngineError as error:
        raise Mistake(f"{address} is not readable: {str(error).splitlines()[0]}") from error


def _found(reader: Reader, address: str, times: tuple[Moment, ...]) -> Files | Rows:
    """The files DuckDB can read, or what it asks for rows."""
    access.refuse_secrets(address)
    if address.startswith(_SQLITE):
        path, _, table = address.removeprefix(_SQLITE).removeprefix("/").partition("#")
        file = sqlite.staged(files(path, reader.base)[0], table, reader.staged)
        return Files([file], file.stem)
    path, _, sheet = address.partition("#")
    if path.endswith(excel.ENDS):
        return _book(_lying(reader, path, times), sheet, reader)
    return _lying(reader, address, times)


def _lying(reader: Reader, address: str, times: tuple[Moment, ...]) -> Files | Rows:
    if elsewhere.is_elsewhere(address):
        return elsewhere.found(address, reader.base, reader.staged, _pushed(address, times))
    found = files(address, reader.base)
    digests = [digest.of_file(file) for file in found]
    return Files(found, digests[0] if len(digests) == 1 else digest.of_value(digests))


def _pushed(address: str, times: tuple[Moment, ...]) -> tuple[str, ...]:
    """The columns whose times a place elsewhere is asked by."""
    plain = tuple(one.column for one in times if one.zone in ("", "UTC"))
    here = address.startswith(_SQLITE) or not elsewhere.is_elsewhere(address)
    return () if here else plain


def _book(found: Files | Rows, sheet: str, reader: Reader) -> Files | Rows:
    """Workbooks as Parquet."""
    if isinstance(found, Rows):
        return found
    paths = [excel.staged(file, sheet, reader.staged) for file in found.paths]
    return Files(paths, digest.of_value([found.digest, sheet]))


def files(path: str, base: Path) -> list[Path]:
    """The files of a path, with `*` for many, all Parquet below a folder that ends in `/`.

    Raises Mistake where there is none.
    """
    place = base / Path(path).expanduser()
    if path.endswith("/"):
        found = sorted(place.rglob("*.parquet"))
    else:
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


def _read(
    engine: Backend, files: list[Path], texts: tuple[str, ...], stretch: str = ""
) -> ir.Table:
    """stretch: a column for the file that each row is of, "" for none."""
    names = [str(file) for file in files]
    more: dict[str, Any] = {"filename": stretch} if stretch else {}
    if compacted.is_one(files):
        return compacted.read(engine, files, stretch)
    if all(file.suffix == ".parquet" for file in files):
        return engine.read_parquet(names, **more)
    if all(file.name.endswith(_LINES) for file in files):
        return _lined(engine, files, more)
    if all(file.name.endswith(_READ) for file in files):
        return _delimited(engine, names, texts, more)
    raise Mistake(
        f"{files[0].name} is of a kind nobody reads",
        f"known: {', '.join((*_READ, *excel.ENDS))}, sqlite:///FILE#TABLE, "
        f"{', '.join(elsewhere.KNOWN)}",
    )


def _lined(engine: Backend, files: list[Path], more: dict[str, Any]) -> ir.Table:
    """The engine guesses types at every question; days and times that are none stay text."""
    names = [str(file) for file in files]
    plain = engine.read_json(names, **_JSON, **more)
    guessed = {name: _guess(kind) for name, kind in plain.schema().items() if kind.is_temporal()}
    if compacted.sure(engine.con, files, guessed) == guessed:
        return plain
    kinds = compacted.kinds(engine.con, files)
    return engine.read_json(names, format=_JSON["format"], columns=kinds, **more)


def _guess(kind: dt.DataType) -> str:
    """A time as the engine names it."""
    if kind.is_timestamp() and kind.timezone:
        return "TIMESTAMP WITH TIME ZONE"
    return "TIMESTAMP" if kind.is_timestamp() else type(kind).__name__.upper()


def _delimited(
    engine: Backend, names: list[str], texts: tuple[str, ...], more: dict[str, Any]
) -> ir.Table:
    """The engine guesses form and types at every question, so a single file is guessed once."""
    if len(names) == 1:
        columns, form = _guessed(engine, names[0])
        kinds = {**columns, **{name: _TEXT for name in texts if name in columns}}
        plain = engine.read_csv(names, columns=kinds, **form)
        as_text = _no_days(plain)
        return engine.read_csv(names, columns={**kinds, **as_text}, **form) if as_text else plain
    plain = engine.read_csv(names, **_CSV, **more)
    as_text = {name: _TEXT for name in texts if name in plain.columns}
    as_text |= _no_days(plain.drop(*as_text))
    return engine.read_csv(names, **_CSV, **more, types=as_text) if as_text else plain


def _no_days(table: ir.Table) -> dict[str, str]:
    """Columns that were taken for days or moments and hold years of two digits: they are text."""
    taken = [name for name, kind in table.schema().items() if kind.is_date() or kind.is_timestamp()]
    if not taken:
        return {}
    first = table.aggregate(
        **{name: table[name].cast("timestamp").min() < _EARLIEST for name in taken}
    )
    (found,) = first.to_pyarrow().to_pylist()
    return {name: _TEXT for name in taken if found[name]}


def _guessed(engine: Backend, name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The type of each column by all rows, and the form of the file."""
    ((columns, *marks, skipped),) = engine.con.execute(_GUESS, [name, *_CSV.values()]).fetchall()
    delim, quote, escape, comment = ("" if one == "(empty)" else one for one in marks)
    form = {"delim": delim, "quote": quote, "escape": escape, "comment": comment, "skip": skipped}
    layouts = {key: _CSV[key] for key in ("header", "dateformat", "timestampformat")}
    return {one["name"]: one["type"] for one in columns}, {**form, **layouts, "auto_detect": False}
