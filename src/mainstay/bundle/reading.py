"""How a request becomes rows: a typed decoder for those that fit, field by field for the others."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC
from types import GenericAlias
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from mainstay.bundle.encoder import Row
from mainstay.bundle.judgement import SHOWN, Rejection, rejection
from mainstay.core.cleaning import Cleaning
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldRule, OnBreach
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, PYTHON, TEXT, TIME, TYPES

UNFIT = (ValueError, OverflowError, RecursionError)
"""What decoders raise for what does not fit."""
_LARGE = 8_192  # bytes of a body
_EXPECTED = {
    INTEGER: "a whole number",
    NUMBER: "a number",
    TEXT: "text",
    FLAG: "true or false",
    DATE: "a date like 2013-01-31",
    TIME: "a time with its zone like 2013-01-31T06:00:00Z",
}


class RequestColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that a caller sends; type is one of core.typed.TYPES; key and time are required."""

    name: str
    type: str
    role: Literal["key", "time", "entity", "field"] = "field"


class Field(NamedTuple):
    """How one column is read. nullable: whether a null is for the rules to judge.

    cleaning: what is done to its values before they are judged.
    """

    name: str
    type: str
    nullable: bool
    on_breach: OnBreach
    may_be_infinite: bool
    decode: Callable[[msgspec.Raw], object]
    cleaning: Cleaning | None = None

    @property
    def as_text(self) -> bool:
        """Whether its values may come as text, which cleaning reads."""
        return self.cleaning is not None and self.cleaning.type is not None

    @property
    def kind(self) -> Any:
        """What msgspec reads its values as, null aside, before they are cleaned."""
        plain = PYTHON[self.type]
        if not self.as_text:
            return plain
        return str if self.type in (DATE, TIME) else plain | str


class _Records(msgspec.Struct, forbid_unknown_fields=True):
    records: list[msgspec.Raw]


RECORDS = msgspec.json.Decoder(_Records)
MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str).decode


def field(column: RequestColumn, rule: FieldRule | None, cleaning: Cleaning | None = None) -> Field:
    """Raises Mistake for a column that a request cannot hold."""
    if column.type not in TYPES:
        raise Mistake(
            f"a request cannot hold {column.name} of type {column.type}",
            hint=f"prepare it in the source as one of {', '.join(TYPES)}",
        )
    decode = msgspec.json.Decoder(PYTHON[column.type]).decode
    required = column.role in ("key", "time")
    lenient = rule is None or rule.nullable or rule.on_breach == "impute"
    return Field(
        name=column.name,
        type=column.type,
        nullable=not required and lenient,
        on_breach="reject" if required or rule is None else rule.on_breach,
        may_be_infinite=rule is not None or (cleaning is not None and bool(cleaning.possible)),
        decode=(lambda raw: decode(raw).astimezone(UTC)) if column.type == TIME else decode,
        cleaning=cleaning,
    )


def row(
    fields: tuple[Field, ...], *, others: bool, kinds: Sequence[object] | None = None
) -> type[Row]:
    """The type of a record: every member required; others: whether it may hold unknown ones.

    kinds: the types of its members, where they are narrower than those of the fields.
    """
    if kinds is None:
        kinds = [one.kind | None if one.nullable else one.kind for one in fields]
    names = {f"c{at}": one.name for at, one in enumerate(fields)}
    members = list(zip(names, kinds, strict=True))
    try:
        return msgspec.defstruct(
            "Record", members, rename=names, forbid_unknown_fields=not others, gc=False
        )
    except ValueError as error:
        raise Mistake(
            f"a request cannot hold these names: {error}", hint="rename the column in the source"
        ) from error


def request(record: type[Row]) -> Callable[[bytes], Any]:
    """The fast pass: decodes a whole request."""
    members = [("records", GenericAlias(list, (record,)))]
    made = msgspec.defstruct("Request", members, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(made).decode


def are(count: int, body: bytes) -> bool:
    """Whether a body that holds so many members or more holds no other.

    In a large one, colons after text or space are counted first, in a tenth of the time: those of
    all members are among them, so where they are as many, there is no other member.
    """
    if len(body) >= _LARGE:
        text = np.frombuffer(body, np.uint8)
        if np.count_nonzero((text[1:] == ord(":")) & (text[:-1] <= ord('"'))) == count:
            return True
    return members(body) == count


def members(body: bytes) -> int:
    """How often text ends before a colon: once per member, and once per text that looks so."""
    return body.translate(None, b" \t\r\n").count(b'":')


def value(field: Field, raw: msgspec.Raw | None) -> tuple[object, str]:
    """The value of one member, before it is cleaned, and what is wrong with it, "" for nothing."""
    if raw is None:
        return None, "is missing"
    text = bytes(raw)
    if text == b"null":
        return None, "" if field.nullable else "is null"
    try:
        as_text = field.as_text and text[:1] == b'"'
        return (_TEXT(raw) if as_text else field.decode(raw)), ""
    except UNFIT:
        return _number(field, text)


def _number(field: Field, text: bytes) -> tuple[object, str]:
    """A number that JSON writes and the typed pass does not take: 3.0 for 3, beyond float64."""
    if text[:1] in b"-0123456789":
        number = float(text)
        if field.type == INTEGER and number.is_integer() and abs(number) <= 2**53:
            return int(number), ""
        if field.type == NUMBER and field.may_be_infinite:
            return number, ""
    shown = text[:SHOWN].decode(errors="replace")
    return None, f"is {shown}, not {_EXPECTED[field.type]}"


def repeated(body: bytes) -> list[str]:
    """Names that one object of the request holds twice. Raises ValueError, RecursionError."""
    found: list[str] = []

    def note(members: list[tuple[str, object]]) -> None:
        if len(dict(members)) < len(members):
            count = Counter(name for name, _ in members)
            found.extend(name[:SHOWN] for name in count if count[name] > 1)

    json.loads(body, object_pairs_hook=note, parse_int=len, parse_float=len)
    return found


def unreadable(error: Exception) -> Rejection:
    """The refusal of a body that is no JSON."""
    match error:
        case RecursionError():
            return rejection(400, "$", "is nested too deeply")
        case UnicodeDecodeError():
            return rejection(400, "$", "is not UTF-8")
        case _:
            return rejection(400, "$", f"is no JSON: {error}")
