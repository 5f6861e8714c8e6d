"""The rules at the door: one typed pass over a request, straight-line checks, a judgement per row.

A request is `{"records": [{...}, ...]}`. A record holds every column of the request and nothing
else; null where the column may be missing. Numbers are as JSON writes them (no NaN, no infinity; a
whole number may also be written 3.0, up to 2^53), a date is ISO, a time RFC 3339 with its zone.
Rows that fit are read by the fast pass; where something does not, each row is read field by field,
so that all its breaches are found and what `on_breach` says can be done. Nothing here raises.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from types import GenericAlias
from typing import Any, Literal, NamedTuple

import msgspec

from mainstay.bundle.encoder import Program, Row, attribute
from mainstay.core.errors import Mistake
from mainstay.core.rules import SEVERITY, FieldRule, OnBreach, RowRule, Rule
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, PYTHON, TEXT, TIME, TYPES

Outcome = Literal["score", "fallback", "reject"]

_EXPECTED = {
    INTEGER: "a whole number",
    NUMBER: "a number",
    TEXT: "text",
    FLAG: "true or false",
    DATE: "a date like 2013-01-31",
    TIME: "a time with its zone like 2013-01-31T06:00:00Z",
}
_FITS = {
    "integer": (INTEGER, NUMBER), "number": (INTEGER, NUMBER), "string": (TEXT,),
    "boolean": (FLAG,), "date": (DATE,), "timestamp": (TIME,),
}  # fmt: skip
_SHOWN = 40  # characters of a caller's own text that an answer repeats
_LONGEST = 200  # characters of one reason
_PATIENCE = 10_000  # records of one request that are read field by field
_MANY = 20  # unknown members that are named


class RequestColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that a caller sends; type is one of core.typed.TYPES; key and time are required."""

    name: str
    type: str
    role: Literal["key", "time", "entity", "field"] = "field"


class Breach(msgspec.Struct, frozen=True):
    """One rule not kept; path is where in the request, for example `$.records[0].distance`."""

    path: str
    field: str
    what: str
    on_breach: OnBreach


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What to do with one row; a value that could not be read is None in it.

    row is None only where the record is no object, and then the outcome is reject.
    """

    row: Row | None
    outcome: Outcome
    reasons: tuple[Breach, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """Fields and conditions that mark the answer, or made it the fallback's."""
        return tuple(reason.field for reason in self.reasons if reason.on_breach != "reject")


class Rejection(msgspec.Struct, frozen=True):
    """A request refused as a whole: 400 where it is no JSON, 422 where it is no request."""

    status: Literal[400, 422]
    reasons: tuple[Breach, ...]


class _Field(NamedTuple):
    """How one column is read when the fast pass refuses it."""

    name: str
    type: str
    nullable: bool
    on_breach: OnBreach
    may_be_infinite: bool
    decode: Callable[[msgspec.Raw], object]


class _Records(msgspec.Struct, forbid_unknown_fields=True):
    records: list[msgspec.Raw]


_Breaches = Callable[[Row, int], tuple[Breach, ...]]
_UNFIT = (ValueError, OverflowError, RecursionError)
_RECORDS = msgspec.json.Decoder(_Records)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Guard:
    """The compiled rules of one bundle."""

    def __init__(self, fields: tuple[_Field, ...], breaches: _Breaches) -> None:
        """fields: in the order of a row; breaches(row, at): what the rules find in record `at`."""
        self.columns = tuple(field.name for field in fields)
        self._fields = fields
        self._breaches = breaches
        self._row = _row(fields)
        self._decode_row = msgspec.json.Decoder(self._row).decode
        self._decode = _request(self._row)

    def judged(self, body: bytes) -> list[Judgement] | Rejection:
        """One judgement per record, in order, or the refusal of the whole."""
        try:
            rows = self._decode(body).records
            # No member is absent, so one `":` too many is a member twice, or text that looks so.
            members = len(rows) * len(self._fields) + 1
            if body.translate(None, b" \t\r\n").count(b'":') != members or not rows:
                return self._patiently(body)
            return [_judgement(row, self._breaches(row, at)) for at, row in enumerate(rows)]
        except (msgspec.ValidationError, OverflowError):
            return self._patiently(body)
        except (ValueError, RecursionError) as error:
            return _unreadable(error)

    def value(self, row: Row, name: str) -> Any:
        """The value of a column, for example the key. Raises Mistake for an unknown one."""
        return getattr(row, attribute(self.columns, name))

    def _patiently(self, body: bytes) -> list[Judgement] | Rejection:
        """The same, finding everything that is wrong."""
        try:
            records = _RECORDS.decode(body).records
            repeated = _repeated(body)
        except msgspec.ValidationError as error:
            return _rejection(422, "$", str(error))
        except (ValueError, RecursionError) as error:
            return _unreadable(error)
        if repeated:
            return _rejection(422, "$", f"holds a member twice: {', '.join(repeated)}")
        if not records:
            return _rejection(422, "$.records", "is empty")
        if len(records) > _PATIENCE:
            what = f"holds {len(records):,} records, not all as asked: send {_PATIENCE:,} at most"
            return _rejection(422, "$.records", what)
        return [self._record(raw, at) for at, raw in enumerate(records)]

    def _record(self, raw: msgspec.Raw, at: int) -> Judgement:
        try:
            row = self._decode_row(raw)
            return _judgement(row, self._breaches(row, at))
        except _UNFIT:
            return self._members(raw, at)

    def _members(self, raw: msgspec.Raw, at: int) -> Judgement:
        """A record read field by field."""
        path = f"$.records[{at}]"
        try:
            members = _MEMBERS.decode(raw)
        except _UNFIT:
            return Judgement(None, "reject", (Breach(path, "", "is no object", "reject"),))
        unknown = [name for name in members if name not in self.columns]
        found = [_unknown(path, name) for name in unknown[:_MANY]]
        values = []
        for field in self._fields:
            value, what = _read(field, members.get(field.name))
            values.append(value)
            if what:
                found.append(Breach(f"{path}.{field.name}", field.name, what, field.on_breach))
        row = self._row(*values)
        return _judgement(row, (*found, *self._breaches(row, at)))


def compiled(columns: tuple[RequestColumn, ...], rules: tuple[Rule, ...]) -> Guard:
    """Raises Mistake for a column or rule that a request cannot keep."""
    declared = {rule.name: rule for rule in rules if isinstance(rule, FieldRule)}
    fields = tuple(_field(column, declared.get(column.name)) for column in columns)
    names = tuple(field.name for field in fields)
    if len(set(names)) < len(names):
        raise Mistake(f"a request names a column twice: {', '.join(sorted(names))}")
    program = Program(names)
    program.line("found = ()")
    for field in fields:
        if field.type == TIME:
            _to_utc(program, field.name, attribute(names, field.name))
    for rule in rules:
        if isinstance(rule, FieldRule):
            _check_field(program, rule, {field.name: field.type for field in fields})
        else:
            _check_row(program, rule)
    return Guard(fields, program.compiled("row, at", "found"))


def _field(column: RequestColumn, rule: FieldRule | None) -> _Field:
    if column.type not in TYPES:
        raise Mistake(
            f"a request cannot hold {column.name} of type {column.type}",
            hint=f"prepare it in the source as one of {', '.join(TYPES)}",
        )
    decode = msgspec.json.Decoder(PYTHON[column.type]).decode
    required = column.role in ("key", "time")
    return _Field(
        name=column.name,
        type=column.type,
        nullable=not required and (rule is None or rule.nullable),
        on_breach="reject" if required or rule is None else rule.on_breach,
        may_be_infinite=rule is not None,
        decode=(lambda raw: decode(raw).astimezone(UTC)) if column.type == TIME else decode,
    )


def _row(fields: tuple[_Field, ...]) -> type[Row]:
    """The type of a record: every member required, no other allowed."""
    kinds = [PYTHON[field.type] for field in fields]
    members = [
        (f"c{at}", kind | None if field.nullable else kind)
        for at, (field, kind) in enumerate(zip(fields, kinds, strict=True))
    ]
    names = {f"c{at}": field.name for at, field in enumerate(fields)}
    try:
        return msgspec.defstruct(
            "Record", members, rename=names, forbid_unknown_fields=True, gc=False
        )
    except ValueError as error:
        raise Mistake(
            f"a request cannot hold these names: {error}", hint="rename the column in the source"
        ) from error


def _request(row: type[Row]) -> Callable[[bytes], Any]:
    """The fast pass: decodes a whole request."""
    members = [("records", GenericAlias(list, (row,)))]
    request = msgspec.defstruct("Request", members, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(request).decode


def _to_utc(program: Program, name: str, place: str) -> None:
    """Moments arrive in any zone; rows, features and rules hold UTC."""
    moment = program.column(name)
    zone, moved = program.constant(UTC), program.constant(lambda value: value.astimezone(UTC))
    program.line(f"if {moment} is not None and {moment}.tzinfo is not {zone}:")
    program.line(f"    row.{place} = {moment} = {moved}({moment})")


def _check_field(program: Program, rule: FieldRule, types: dict[str, str]) -> None:
    value = program.column(rule.name)
    kind = types[rule.name]
    _refuse_senseless(rule, kind)
    broken = _broken(program, rule, value, kind)
    if broken:
        said = program.constant(_field_breach(rule))
        program.line(f"if {value} is not None and ({' or '.join(broken)}):")
        program.line(f"    found += ({said}({value}, at),)")


def _refuse_senseless(rule: FieldRule, kind: str) -> None:
    if kind not in _FITS[rule.type]:
        raise Mistake(f"{rule.name} is declared {rule.type}, the column is {kind}")
    if rule.levels is not None and kind != TEXT:
        raise Mistake(f"{rule.name} is {kind}: only text has levels")
    if (rule.low, rule.high) != (None, None) and kind not in (INTEGER, NUMBER):
        raise Mistake(f"{rule.name} is {kind}: only numbers have a range")


def _broken(program: Program, rule: FieldRule, value: str, kind: str) -> list[str]:
    """Code that is true for a value outside the rule."""
    tests = []
    if rule.levels is not None:
        tests.append(f"{value} not in {program.constant(frozenset(rule.levels))}")
    if kind == NUMBER or (kind == INTEGER and (rule.low, rule.high) != (None, None)):
        low = -sys.float_info.max if rule.low is None else rule.low
        high = sys.float_info.max if rule.high is None else rule.high
        names = [program.constant(_bound(bound, kind)) for bound in (low, high)]
        tests.append(f"not {names[0]} <= {value} <= {names[1]}")
    if kind == NUMBER and rule.type == "integer":
        tests.append(f"not {value}.is_integer()")
    return tests


def _bound(bound: float, kind: str) -> float:
    """The bound as whole number for whole numbers: comparing like with like is 20 % faster."""
    return int(bound) if kind == INTEGER and float(bound).is_integer() else bound


def _check_row(program: Program, rule: RowRule) -> None:
    if rule.condition.type != FLAG:
        raise Mistake(f"{rule.text} is no condition: it gives {rule.condition.type or 'nothing'}")
    held = program.value(rule.condition)
    said = program.constant(
        lambda at: Breach(f"$.records[{at}]", rule.text, f"breaks {rule.text}", rule.on_breach)
    )
    program.line(f"if {held.name} is False:")
    program.line(f"    found += ({said}(at),)")


def _field_breach(rule: FieldRule) -> Callable[[Any, int], Breach]:
    def breach(value: Any, at: int) -> Breach:
        what = f"is {str(value)[:_SHOWN]}, {_complaint(rule, value)}"
        return Breach(f"$.records[{at}].{rule.name}", rule.name, what, rule.on_breach)

    return breach


def _complaint(rule: FieldRule, value: Any) -> str:
    unit = f" {rule.unit}" if rule.unit else ""
    if rule.levels is not None:
        return f"not among the {len(rule.levels)} known"
    if rule.low is not None and value < rule.low:
        return f"below {rule.low:.12g}{unit}"
    if rule.high is not None and value > rule.high:
        return f"above {rule.high:.12g}{unit}"
    return "not finite" if math.isinf(value) else "not a whole number"


def _judgement(row: Row, found: tuple[Breach, ...]) -> Judgement:
    if not found:
        return Judgement(row, "score")
    worst = max((breach.on_breach for breach in found), key=SEVERITY.index)
    return Judgement(row, "score" if worst == "flag" else worst, found)


def _read(field: _Field, raw: msgspec.Raw | None) -> tuple[object, str]:
    """The value of one member and what is wrong with it, "" for nothing."""
    if raw is None:
        return None, "is missing"
    text = bytes(raw)
    if text == b"null":
        return None, "" if field.nullable else "is null"
    try:
        return field.decode(raw), ""
    except _UNFIT:
        return _number(field, text)


def _number(field: _Field, text: bytes) -> tuple[object, str]:
    """A number that JSON writes and the typed pass does not take: 3.0 for 3, beyond float64."""
    if text[:1] in b"-0123456789":
        number = float(text)
        if field.type == INTEGER and number.is_integer() and abs(number) <= 2**53:
            return int(number), ""
        if field.type == NUMBER and field.may_be_infinite:
            return number, ""
    shown = text[:_SHOWN].decode(errors="replace")
    return None, f"is {shown}, not {_EXPECTED[field.type]}"


def _repeated(body: bytes) -> list[str]:
    """Names that one object of the request holds twice. Raises ValueError, RecursionError."""
    repeated: list[str] = []

    def note(members: list[tuple[str, object]]) -> None:
        if len(dict(members)) < len(members):
            count = Counter(name for name, _ in members)
            repeated.extend(name[:_SHOWN] for name in count if count[name] > 1)

    json.loads(body, object_pairs_hook=note, parse_int=len, parse_float=len)
    return repeated


def _unknown(path: str, name: str) -> Breach:
    shown = name[:_SHOWN]
    return Breach(f"{path}.{shown}", shown, "is no field of this request", "reject")


def _unreadable(error: Exception) -> Rejection:
    match error:
        case RecursionError():
            return _rejection(400, "$", "is nested too deeply")
        case UnicodeDecodeError():
            return _rejection(400, "$", "is not UTF-8")
        case _:
            return _rejection(400, "$", f"is no JSON: {error}")


def _rejection(status: Literal[400, 422], path: str, what: str) -> Rejection:
    return Rejection(status, (Breach(path, "", what[:_LONGEST], "reject"),))
