"""What an engine asks of a source, as bounds on columns that a server understands.

DuckDB hands its filters down as expressions of Arrow, which show themselves as text alone. What
is not plainly a conjunction of comparisons gives fewer bounds or none: they are only ever a
wider net, the filter itself is applied to whatever comes.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

_NAME = r"[A-Za-z_]\w*"
_COMPARED = re.compile(rf"\(({_NAME}) (==|<=|>=|<|>) ([-+.:0-9eETZ ]+)\)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?Z?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WHOLE = re.compile(r"-?\d{1,18}")
Value = int | float | date | datetime


class Bound(NamedTuple):
    """A column against a value: how is ==, <=, >=, < or >."""

    column: str
    how: str
    value: Value


def bounds(text: str, names: tuple[str, ...]) -> tuple[Bound, ...]:
    """Those that every row of a filter, as Arrow writes it, keeps.

    Text that quotes anything is not read, nor are filters of columns with names out of the common.
    """
    if any(mark in text for mark in "\"'") or not all(map(_plain, names)):
        return ()
    found = (_bound(part, names) for part in _parts(text.strip()))
    return tuple(one for one in found if one)


def _plain(name: str) -> bool:
    return bool(re.fullmatch(_NAME, name)) and name not in {"and", "or", "invert", "is_valid"}


def _parts(text: str) -> Iterator[str]:
    """What stands between the `and`s of the outermost level, and so on inwards."""
    inner = text[1:-1] if _wraps(text) else text
    cuts = [at for at in _outer(inner) if inner.startswith(" and ", at)]
    if not cuts:
        yield text
        return
    for begin, end in zip([0, *(at + 5 for at in cuts)], [*cuts, len(inner)], strict=True):
        yield from _parts(inner[begin:end])


def _outer(text: str) -> Iterator[int]:
    """The places of a text that no bracket holds."""
    depth = 0
    for at, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if not depth:
            yield at


def _wraps(text: str) -> bool:
    """Whether the first bracket ends with the text."""
    return text.startswith("(") and next(_outer(text), None) == len(text) - 1


def _bound(part: str, names: tuple[str, ...]) -> Bound | None:
    found = _COMPARED.fullmatch(part)
    value = _value(found[3]) if found else None
    if found is None or value is None or found[1] not in names:
        return None
    return Bound(found[1], found[2], value)


def _value(text: str) -> Value | None:
    if _MOMENT.fullmatch(text):
        moment = datetime.fromisoformat(text[:26].rstrip("Z")).replace(tzinfo=UTC)
        return moment if text.endswith("Z") else moment.replace(tzinfo=None)
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return None
