"""Records as /predict reads them, made from the other shapes in which callers hold tables.

A cell is the JSON text of one value, as its caller wrote it, so that nothing is lost on the way:
the guard judges the same text on every wire. All of these raise Mistake for what is no table.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

import msgspec

from mainstay.bundle.guard import RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.typed import FLAG, INTEGER, NUMBER
from mainstay.life.serve.handle import LARGEST

Cells = Sequence[bytes]
RECORDS = b'{"records"'
"""How most callers begin."""
NULL = b"null"
INFINITE = b"1e999"
"""How infinity is written in JSON: a number that the guard reads and finds not finite."""
TEXT = msgspec.json.Encoder().encode
"""The JSON text of a value."""
_RAWS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ROWS = msgspec.json.Decoder(list[list[msgspec.Raw]]).decode
_LISTS = msgspec.json.Decoder(dict[str, list[msgspec.Raw]]).decode
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_NO_JSON = re.compile(rb'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')
_WHOLE = 2.0**53
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_FLAGS = {"true": b"true", "True": b"true", "false": b"false", "False": b"false"}


def number(value: float) -> bytes:
    """The cell of a float: missing where it is NaN, a whole one without its point.

    >>> number(3.0), number(-0.0), number(0.1), number(float("nan"))
    (b'3', b'-0.0', b'0.1', b'null')
    """
    if value != value:  # noqa: PLR0124 - NaN
        return NULL
    if value in (float("inf"), -float("inf")):
        return INFINITE if value > 0 else b"-" + INFINITE
    if value.is_integer() and abs(value) <= _WHOLE and (value or str(value)[0] != "-"):
        return b"%d" % value
    return repr(value).encode()


def of_columns(columns: Mapping[str, Cells]) -> bytes:
    """A request of one record per place of the columns, which are equally long."""
    if not columns:
        raise Mistake("there is no column")
    count = _common(columns)
    heads = [TEXT(name) + b":" for name in columns]
    _refuse_large(count, sum(map(len, heads)), columns.values())
    if not count:
        return of_objects(())
    members = [
        [head + cell for cell in cells] for head, cells in zip(heads, columns.values(), strict=True)
    ]
    rows = map(b",".join, zip(*members, strict=True))
    return b'{"records":[{' + b"},{".join(rows) + b"}]}"


def of_objects(objects: Iterable[bytes]) -> bytes:
    """A request of records that are JSON objects already."""
    return b'{"records":[' + b",".join(objects) + b"]}"


def of_rows(names: Sequence[str], rows: Sequence[Sequence[bytes]]) -> bytes:
    """A request of records given as lists of cells, in the order of the names."""
    if len(set(names)) < len(names):
        raise Mistake("a column is named twice")
    for at, row in enumerate(rows):
        if len(row) != len(names):
            raise Mistake(f"row {at} has {len(row)} cells, there are {len(names)} columns")
    by_column = zip(*rows, strict=True) if rows else ((),) * len(names)
    return of_columns(dict(zip(names, map(list, by_column), strict=True)))


def of_csv(content: bytes, columns: Sequence[RequestColumn]) -> bytes:
    """A request from comma-separated values with a head line; an empty cell is missing."""
    try:
        names, *lines = csv.reader(
            io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True
        )
    except (ValueError, csv.Error) as error:
        raise Mistake(f"this is no CSV with a head line: {error}") from error
    if "" in names:
        raise Mistake("a column has no name", hint="pandas: to_csv(index=False)")
    kinds = {column.name: column.type for column in columns}
    types = [kinds.get(name, "") for name in names]
    read = (zip_longest(line, types[: len(line)], fillvalue="") for line in lines if line)
    return of_rows(names, [[written(text, kind) for text, kind in line] for line in read])


def written(text: str, kind: str) -> bytes:
    """The cell of a text that stands for a value of a type; what does not stays a text."""
    if not text:
        return NULL
    if kind in (INTEGER, NUMBER):
        return text.encode() if _JSON_NUMBER.fullmatch(text) else _otherwise(text)
    return _FLAGS.get(text, TEXT(text)) if kind == FLAG else TEXT(text)


def cells(raw: msgspec.Raw, what: str) -> list[bytes]:
    """The values of a JSON list, each in a list of its own or not."""
    try:
        found = _RAWS(raw)
        if found and all(bytes(one)[:1] == b"[" for one in found):
            return [bytes(_only(row, what)) for row in _ROWS(raw)]
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{what} is no list of values: {error}") from error
    return list(map(bytes, found))


def rows(raw: msgspec.Raw, what: str) -> list[list[bytes]]:
    """The lists of a JSON list."""
    try:
        return [list(map(bytes, row)) for row in _ROWS(raw)]
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{what} is no list of rows: {error}") from error


def members(content: bytes | msgspec.Raw, what: str) -> dict[str, msgspec.Raw]:
    """The members of a JSON object."""
    try:
        return _MEMBERS(content)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{what} is no JSON object: {error}") from error


def forgiven(content: bytes) -> bytes:
    """The same JSON without the NaN and Infinity that Python's json module and pandas write."""
    if b"NaN" not in content and b"Infinity" not in content:
        return content
    return _NO_JSON.sub(_in_json, content)


def _in_json(found: re.Match[bytes]) -> bytes:
    match found[0]:
        case b"NaN":
            return NULL
        case b"Infinity":
            return INFINITE
        case b"-Infinity":
            return b"-" + INFINITE
        case text:
            return text


def _otherwise(text: str) -> bytes:
    """Numbers as others write them: +1, .5, NaN, inf."""
    try:
        return number(float(text)) if text.isascii() and "_" not in text else TEXT(text)
    except ValueError:
        return TEXT(text)


def _only(row: list[msgspec.Raw], what: str) -> msgspec.Raw:
    if len(row) != 1:
        raise Mistake(f"{what} holds a list of {len(row)} values where one belongs")
    return row[0]


def _common(columns: Mapping[str, Cells]) -> int:
    counts = {name: len(cells) for name, cells in columns.items()}
    first, *others = counts.items()
    for name, count in others:
        if count != first[1]:
            raise Mistake(f"{first[0]} has {first[1]} values, {name} has {count}")
    return first[1]


def _refuse_large(count: int, heads: int, columns: Iterable[Cells]) -> None:
    """Before it is made: names are written once a record, so a request may grow a thousandfold."""
    size = count * heads + sum(sum(map(len, cells)) + 2 * count for cells in columns)
    if size > LARGEST:
        raise Mistake(f"as records this takes {size:,} bytes, at most {LARGEST:,}: send fewer")


def canonical(body: bytes) -> bytes:
    """A request of /predict as records, where it holds columns. Raises Mistake."""
    if body.startswith(RECORDS):
        return body
    try:
        members = _MEMBERS(body)
    except (ValueError, RecursionError):
        return body
    if members.keys() != {"columns"}:
        return body
    columns = _columns(members["columns"])
    return of_columns({name: list(map(bytes, cells)) for name, cells in columns.items()})


def _columns(raw: msgspec.Raw) -> dict[str, list[msgspec.Raw]]:
    try:
        return _LISTS(raw)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"columns are no lists by name: {error}") from error
