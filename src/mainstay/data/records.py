"""What one entry of the door's journal says: a row for each record that was asked about."""

import math
import re
from collections.abc import Callable, Iterator
from types import GenericAlias
from typing import Any

import msgspec

from mainstay.core import parsed
from mainstay.core.entries import ABSTAINED, OWN, Entry
from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, PYTHON, TEXT, TIME

AT, PLACE, SEQUENCE = "mainstay_at", "mainstay_place", "mainstay_sequence"
STATUS, OUTCOME, SCORE = "mainstay_status", "mainstay_outcome", "mainstay_score"
DECISION, VERSION, CERTIFICATE = "mainstay_decision", "mainstay_version", "mainstay_certificate"
FLAGS, BREACHES, COVERED = "mainstay_flags", "mainstay_breaches", "mainstay_covered"
TRACE, CUT = "mainstay_trace", "mainstay_cut"
RESERVED = (
    Column(AT, TIME), Column(PLACE, INTEGER), Column(SEQUENCE, INTEGER), Column(STATUS, INTEGER),
    Column(OUTCOME, TEXT), Column(SCORE, NUMBER), Column(DECISION, TEXT), Column(VERSION, TEXT),
    Column(CERTIFICATE, TEXT), Column(FLAGS, TEXT), Column(BREACHES, TEXT), Column(COVERED, FLAG),
    Column(TRACE, TEXT), Column(CUT, TIME),
)  # fmt: skip
"""What stands beside the columns of a request.

PLACE rises through the journal, no two rows share it. OUTCOME is model, baseline, person (with the
model's score and no decision) or rejected. The decision is as JSON writes it, text as it is. Flags
and breaches are fields, one a line; breaches are those of a rejected row, and the flags of a
fallback. COVERED is null for a rejected row. TRACE is the traceparent of the request, empty without
one. CUT is up to when context that the door looked up is known, null where it looked nothing up.
"""

_RECORD = re.compile(r"\$\.records\[(\d+)\]")
_WHOLE = 2.0**53  # up to here a whole number may be written 3.0, as the door takes it
Row = tuple[Any, ...]


class _Error(msgspec.Struct, frozen=True, gc=False):
    path: str = ""
    field: str = ""


class _Said(msgspec.Struct, frozen=True, gc=False):
    """An answer, or a rejection among answers."""

    decision: msgspec.Raw = msgspec.Raw(b"null")
    score: float | None = None
    decided_by: str = ""
    version: str = ""
    certificate: str = ""
    flags: tuple[str, ...] = ()
    covered: bool | None = None
    errors: tuple[_Error, ...] = ()


class _Reply(msgspec.Struct, frozen=True, gc=False):
    answers: tuple[_Said, ...] = ()
    errors: tuple[_Error, ...] = ()


class _Raw(msgspec.Struct, frozen=True):
    records: list[msgspec.Raw]


_REPLY = msgspec.json.Decoder(_Reply).decode
_RAW = msgspec.json.Decoder(_Raw).decode
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_PARSED = {
    NUMBER: parsed.number, INTEGER: parsed.integer, DATE: parsed.day, TIME: parsed.moment,
    FLAG: parsed.flag,
}  # fmt: skip
_VALUES = {kind: msgspec.json.Decoder(python).decode for kind, python in PYTHON.items()}


class Records:
    """Reads entries into rows: the columns of a request, then RESERVED."""

    def __init__(self, columns: tuple[Column, ...], texts: frozenset[str] = frozenset()) -> None:
        """columns: types are those of core.typed; one that a record lacks is null.

        texts: those that may come as text, which cleaning reads as their type.
        """
        self.columns = (*columns, *RESERVED)
        self._request = [
            (one.name, one.type, _PARSED[one.type] if one.name in texts else None)
            for one in columns
        ]
        self._record = _record(columns)
        self._fast = _fast(self._record)

    def rows(self, entry: Entry, place: int) -> Iterator[Row]:
        """One per record, numbered from `place`; none where the body holds no records.

        Raises ValueError where the reply is none, or not of this request.
        """
        reply = _REPLY(entry.reply)
        asked = self._asked(entry.body)
        if entry.status == 200 and len(asked) != len(reply.answers):
            raise ValueError(f"{len(reply.answers)} answers to {len(asked)} records")
        said = reply.answers or _rejected(reply.errors, len(asked))
        for number, (values, one) in enumerate(zip(asked, said, strict=True), place):
            told = entry.sequence, entry.status, *_told(one), entry.trace
            yield (*values, entry.at, number, *told, entry.cut)

    def _asked(self, body: bytes) -> list[Row]:
        try:
            return list(map(msgspec.structs.astuple, self._fast(body).records))
        except (ValueError, OverflowError, RecursionError):
            return self._patiently(body)

    def _patiently(self, body: bytes) -> list[Row]:
        """The same field by field: what cannot be read in its type is null."""
        try:
            return [self._members(raw) for raw in _RAW(body).records]
        except (ValueError, RecursionError):
            return []

    def _members(self, raw: msgspec.Raw) -> Row:
        try:
            members = _MEMBERS(raw)
        except (ValueError, RecursionError):
            members = {}
        return tuple(_read(members.get(name), kind, parse) for name, kind, parse in self._request)


def _record(columns: tuple[Column, ...]) -> type[msgspec.Struct]:
    """A record with any of the columns; others are of no interest."""
    members = [(f"c{at}", PYTHON[column.type] | None, None) for at, column in enumerate(columns)]
    names = {f"c{at}": column.name for at, column in enumerate(columns)}
    return msgspec.defstruct("Record", members, rename=names, gc=False)


def _fast(record: type[msgspec.Struct]) -> Callable[[bytes], Any]:
    members = [("records", GenericAlias(list, (record,)))]
    return msgspec.json.Decoder(msgspec.defstruct("Request", members, gc=False)).decode


def _read(raw: msgspec.Raw | None, kind: str, parse: Callable[[str], Any] | None) -> Any:
    if parse is None or raw is None or bytes(raw)[:1] != b'"':
        return _value(raw, kind)
    text = _value(raw, TEXT)
    return None if text is None else parse(text)


def _value(raw: msgspec.Raw | None, kind: str) -> Any:
    if raw is None:
        return None
    try:
        return _VALUES[kind](raw)
    except (ValueError, OverflowError, RecursionError):
        return _number(bytes(raw), kind)


def _number(text: bytes, kind: str) -> float | int | None:
    """What the door reads as a number too: 3.0 for 3, and beyond float64 the infinities."""
    if text[:1] not in b"-0123456789" or kind not in (INTEGER, NUMBER):
        return None
    number = float(text)
    if kind == NUMBER:
        return number
    whole = math.isfinite(number) and number.is_integer() and abs(number) <= _WHOLE
    return int(number) if whole else None


def _rejected(errors: tuple[_Error, ...], count: int) -> tuple[_Said, ...]:
    """One rejection per record of a refused request; an error of the whole is one of each."""
    found: list[list[_Error]] = [[] for _ in range(count)]
    for error in errors:
        match = _RECORD.match(error.path)
        for place in (int(match[1]),) if match else range(count):
            found[place].append(error)
    return tuple(_Said(errors=tuple(one)) for one in found)


def _told(said: _Said) -> Row:
    """The columns from OUTCOME on."""
    outcome = said.decided_by or "rejected"
    fields = said.flags if said.decided_by else [error.field for error in said.errors]
    broken = [field for field in dict.fromkeys(fields) if field not in OWN]
    kept = outcome in ("model", "person") or ABSTAINED in fields
    return (
        outcome, said.score, _decision(said.decision), said.version, said.certificate,
        "\n".join(said.flags), "" if kept else "\n".join(broken),
        said.covered,
    )  # fmt: skip


def _decision(raw: msgspec.Raw) -> str | None:
    text = bytes(raw)
    if text == b"null":
        return None
    return msgspec.json.decode(text, type=str) if text[:1] == b'"' else text.decode()
