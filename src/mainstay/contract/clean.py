"""How the values of a source's column are set right, once, wherever they are read."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AfterValidator,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)

from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.fields import Range
from mainstay.contract.terms import Number, Positive, Text, distinct, refuse, wrong
from mainstay.contract.wording import shown
from mainstay.core import parsed
from mainstay.core.cleaning import Conversion, Readable
from mainstay.core.rules import WHOLE

_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")
_CODES = {
    "anyOf": [
        {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1,
         "uniqueItems": True},
        {"type": "null"},
    ]
}  # fmt: skip
Codes = tuple[str | int | float, ...]
_NUMERIC = (None, "number", "integer")


def _codes(value: object) -> Codes | None:
    match value:
        case None | tuple():
            return value
        case [_, *_]:
            refuse(
                wrong(f"is {shown(one)}, but text or a number is wanted", "", at=(at,))
                for at, one in enumerate(value)
                if not _is_code(one)
            )
            return distinct(tuple(one for one in value if isinstance(one, str | int | float)))
        case _:
            raise wrong(f"is {shown(value)}", "write a list: [-999, N/A]")


def _is_code(value: object) -> bool:
    match value:
        case bool():
            return False
        case int() | float():
            return abs(value) <= WHOLE
        case _:
            return isinstance(value, str)


def _as_read(codes: Codes | None, info: ValidationInfo) -> Codes | None:
    """A text that is read as a number is compared as one."""
    kind = info.data.get("type")
    refuse(
        wrong(f"is {shown(one)}, which is read as {kind}", f"write {one.strip()}", at=(at,))
        for at, one in enumerate(codes or ())
        if kind and isinstance(one, str) and parsed.PARSE[kind](one) is not None
    )
    return codes


def _written(codes: Codes | None) -> list[str | int | float] | None:
    return None if codes is None else list(codes)


def _meant(spelled: Mapping[str, str] | None, info: ValidationInfo) -> Mapping[str, str] | None:
    """What is meant is written so already, and is no code for missing."""
    if spelled is None:
        return None
    if info.data.get("type"):
        raise wrong("stands beside type", "what is read as another type is no text any more")
    if not spelled:
        raise wrong("names no text", "for example {NYC: New York}")
    codes = info.data.get("missing") or ()
    for written, meant in spelled.items():
        if meant in spelled:
            hint = f"write {shown(spelled[meant])}: cleaning what is clean changes nothing"
            raise wrong(
                f"is {shown(meant)}, which is spelled otherwise itself", hint, at=(written,)
            )
        if {written, meant} & set(codes):
            raise wrong("is also a code for missing", "say one of the two", at=(written,))
    return spelled


def _whole_range(ends: tuple[float | None, ...]) -> tuple[float | None, ...]:
    if None in ends:
        raise wrong("is open", "write both ends of what comes in the other unit")
    return ends


class ConvertClause(Section):
    """Numbers that come in another unit, known by where they lie."""

    between: Annotated[
        Range,
        AfterValidator(_whole_range),
        Clause("where the numbers in the other unit lie, both included", _EVERYWHERE),
    ]
    times: Annotated[Positive, Clause("what they are multiplied by", _EVERYWHERE)]
    plus: Annotated[Number, Clause("what is added then", _EVERYWHERE)] = 0.0

    @property
    def conversion(self) -> Conversion:
        """As a value."""
        low, high = self.between
        return Conversion(low or 0.0, high or 0.0, self.times, self.plus)


def _apart(convert: ConvertClause | None, info: ValidationInfo) -> ConvertClause | None:
    """Converted numbers lie elsewhere: else they would be converted again at the door."""
    if convert is None:
        return None
    if info.data.get("type") not in _NUMERIC:
        raise wrong(f"does not fit type {info.data['type']}", "it is for numbers")
    unit = convert.conversion
    low, high = unit.of(unit.low), unit.of(unit.high)
    if low <= unit.high and high >= unit.low:
        made, of = f"{low:.6g} to {high:.6g}", f"{unit.low:g} to {unit.high:g}"
        says = f"makes numbers from {made} of those from {of}"
        hint = "these must lie apart; what converts all numbers is a step of features()"
        raise wrong(says, hint)
    for code in info.data.get("missing") or ():
        if not isinstance(code, str) and low <= code <= high:
            raise wrong(f"makes numbers such as {code:g}, a code for missing", "take it out")
    return convert


def _numeric(ends: Range | None, info: ValidationInfo) -> Range | None:
    if ends is not None and info.data.get("type") not in _NUMERIC:
        raise wrong(f"does not fit type {info.data['type']}", "it is for numbers")
    return ends


class CleanClause(Section):
    """The steps of one column, in the order in which they are taken."""

    type: Annotated[
        Readable | None, Clause("what its text is read as; null where it is none", _EVERYWHERE)
    ] = None
    missing: Annotated[
        Codes | None,
        PlainValidator(_codes),
        AfterValidator(_as_read),
        PlainSerializer(_written),
        WithJsonSchema(_CODES),
        Clause("texts and numbers that stand for missing", _EVERYWHERE),
    ] = None
    spelled: Annotated[
        Mapping[Text, Text] | None,
        AfterValidator(_meant),
        Clause("texts as they are written, and as they are meant", _EVERYWHERE),
    ] = None
    convert: Annotated[
        ConvertClause | None,
        AfterValidator(_apart),
        Clause("numbers that come in another unit", _EVERYWHERE),
    ] = None
    possible: Annotated[
        Range | None,
        AfterValidator(_numeric),
        Clause("what can be, both included; all else is null", _EVERYWHERE),
    ] = None


def _says(clause: CleanClause) -> CleanClause:
    if not clause.model_fields_set:
        raise wrong("says nothing", "for example {missing: [-999]}")
    return clause


Clean = Annotated[CleanClause, AfterValidator(_says)]
