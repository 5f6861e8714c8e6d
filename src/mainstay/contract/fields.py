"""What one column must hold, and what stands in for a value that does not."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.terms import Name, Number, Text, Whole, distinct, refuse, wrong
from mainstay.contract.wording import shown
from mainstay.core import automaton, patterns
from mainstay.core.errors import Mistake
from mainstay.core.rules import WHOLE, FieldType, OnBreach

OBSERVED: Literal["observed"] = "observed"
"""The `one_of` that stands for the values among the rows trained on."""
MEDIAN, MOST_FREQUENT = "median", "most_frequent"
"""What `impute` learns from the rows trained on."""
MONTH = "month"
"""The `between_by` that is no column: the month of the decision, in UTC."""
Levels = tuple[str, ...] | tuple[int, ...] | Literal["observed"]
Imputed = bool | int | float | str
_LEVELS = {
    "anyOf": [
        {"const": OBSERVED},
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": True},
        {"type": "null"},
    ]
}
_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")
_Value = TypeVar("_Value")
_End = TypeVar("_End", int, float)


def _range(ends: tuple[_End | None, ...] | None) -> tuple[_End | None, ...] | None:
    """Two ends, low first; null leaves one of them open."""
    match ends:
        case None | (int() | float(), None) | (None, int() | float()):
            return ends
        case (int() | float() as low, int() | float() as high) if low <= high:
            return ends
        case (int() | float() as low, int() | float() as high):
            raise wrong(
                f"is [{low:g}, {high:g}]", f"write the lower end first: [{high:g}, {low:g}]"
            )
        case _:
            raise wrong("is no range", "write two numbers, for example [0, 100]")


def _length(ends: tuple[int | None, ...] | None) -> tuple[int | None, ...] | None:
    refuse(
        wrong(f"is {end}, but nothing is shorter than 0", at=(at,))
        for at, end in enumerate(ends or ())
        if end is not None and end < 0
    )
    return _range(ends)


Range = Annotated[tuple[Number | None, ...], AfterValidator(_range)]


def _levels(value: object) -> Levels | None:
    match value:
        case None | "observed":
            return value
        case [int() as first, *_] if not isinstance(first, bool):
            refuse(_no_number(one, at) for at, one in enumerate(value) if not _is_whole(one))
            return distinct(tuple(one for one in value if isinstance(one, int)))
        case [_, *_]:
            refuse(_no_text(level, at) for at, level in enumerate(value) if type(level) is not str)
            return distinct(tuple(map(str, value)))
        case _:
            raise wrong(f"is {shown(value)}", "write observed, or a list of texts")


def _listed(levels: Levels | None) -> list[str | int] | str | None:
    return [*levels] if isinstance(levels, tuple) else levels


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) <= WHOLE


def _no_text(value: object, place: int) -> PydanticCustomError:
    hint = "write nulls: allowed" if value is None else f'write "{shown(value)}"'
    return wrong(f"is {shown(value)}, but text is wanted", hint, at=(place,))


def _no_number(value: object, place: int) -> PydanticCustomError:
    hint = "write nulls: allowed" if value is None else "up to 2^53, all of one kind"
    return wrong(f"is {shown(value)}, but a whole number is wanted", hint, at=(place,))


def _fitting_levels(levels: Levels | None, info: ValidationInfo) -> Levels | None:
    """Numbers for integers, text and what is observed for text."""
    kind = info.data.get("type")
    if isinstance(levels, tuple) and kind in ("string", "integer"):
        wanted = str if kind == "string" else int
        told = _no_text if kind == "string" else _no_number
        refuse(told(one, at) for at, one in enumerate(levels) if type(one) is not wanted)
    if levels == OBSERVED and kind == "integer":
        raise wrong("is observed, which is for text", "write the numbers: [1, 2, 3]")
    return levels


def _of(*types: FieldType) -> AfterValidator:
    """Only fields of these types can be bounded so."""

    def fitting(value: _Value, info: ValidationInfo) -> _Value:
        kind = info.data.get("type", types[0])
        if value is not None and kind not in types:
            raise wrong(f"does not bound {kind}", f"it is for {' and '.join(types)}")
        return value

    return AfterValidator(fitting)


def _pattern(text: str) -> str:
    try:
        automaton.matcher(patterns.pattern(text))
    except Mistake as mistake:
        raise wrong(str(mistake), mistake.hint) from mistake
    return text


def months(text: str) -> tuple[int, ...]:
    """The months that `7` or `12-2` names; none where it names none."""
    first, dash, last = text.partition("-")
    if not all(
        one.isascii() and one.isdigit() and 1 <= int(one[:3]) <= 12
        for one in (first, last or first)
    ):
        return ()
    if dash and not last:
        return ()
    begin, end = int(first), int(last or first)
    return tuple((begin + at - 1) % 12 + 1 for at in range((end - begin) % 12 + 1))


def _by(
    ranges: Mapping[str, Mapping[str, _Value]] | None,
) -> Mapping[str, Mapping[str, _Value]] | None:
    """One name, under it at least one range."""
    if ranges is None:
        return None
    if len(ranges) != 1 or not all(ranges.values()):
        raise wrong("names no single column with ranges", "for example {month: {12-2: [-30, 60]}}")
    ((name, given),) = ranges.items()
    if name == MONTH:
        refuse(_months(tuple(given)))
    return ranges


def _months(given: tuple[str, ...]) -> list[PydanticCustomError]:
    found, seen = [], set[int]()
    for text in given:
        named = months(text)
        if not named:
            says = f"is for {shown(text)}, which is no month"
            found.append(wrong(says, "write 7 for July, 12-2 for winter", at=(MONTH, text)))
        elif seen & set(named):
            says = f"has a range already in month {min(seen & set(named))}"
            found.append(wrong(says, "name every month once", at=(MONTH, text)))
        seen |= set(named)
    return found


def _stand_in(value: object, info: ValidationInfo) -> object:
    """What is imputed fits the field; stated exactly where on_breach asks for it."""
    on_breach, kind = info.data.get("on_breach"), info.data.get("type")
    if on_breach is None or kind is None:
        return value
    if on_breach != "impute" and value is not None:
        raise wrong(f"is stated, but on_breach is {on_breach}", "write on_breach: impute")
    if on_breach != "impute":
        return value
    if value is None:
        raise wrong("is not stated, but on_breach is impute", _advice(kind))
    if kind in ("timestamp", "date"):
        raise wrong(f"cannot stand for a {kind}", "write on_breach: reject or fallback")
    if not _fits(value, kind):
        raise wrong(f"is {shown(value)}, which is no {kind}", _advice(kind))
    if what := _broken(value, info):
        raise wrong(f"is {shown(value)}, {what}", "what stands in must keep the rule itself")
    return value


def _advice(kind: str) -> str:
    median = "median, " if kind in ("number", "integer") else ""
    return f"write {median}most_frequent or a value"


def _fits(value: object, kind: str) -> bool:
    """Whether a value, or the word of what is learnt, is of the field's type."""
    kinds: dict[str, tuple[type, ...]] = {
        "number": (int, float), "integer": (int,), "string": (str,), "boolean": (bool,)
    }  # fmt: skip
    if value == MEDIAN:
        return kind in ("number", "integer")
    return value == MOST_FREQUENT or type(value) in kinds[kind]


def _broken(value: object, info: ValidationInfo) -> str:
    """What a fixed value does not keep of the field's own clauses."""
    if value in (MEDIAN, MOST_FREQUENT):
        return ""
    levels = info.data.get("one_of")
    if isinstance(levels, tuple) and value not in levels:
        return "which one_of does not name"
    if isinstance(value, str):
        return _broken_text(value, info)
    low, high = info.data.get("between") or (None, None)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    outside = (low is not None and value < low) or (high is not None and value > high)
    return "which is outside between" if outside else ""


def _broken_text(value: str, info: ValidationInfo) -> str:
    pattern = info.data.get("pattern")
    if pattern is not None and not automaton.matcher(patterns.pattern(pattern))(value):
        return "which is not of its pattern"
    low, high = info.data.get("length") or (None, None)
    outside = (low is not None and len(value) < low) or (high is not None and len(value) > high)
    return "which is not of its length" if outside else ""


class FieldClause(Section):
    """What one column must hold, of decisions or context."""

    type: Annotated[FieldType, Clause("what its values are", _EVERYWHERE)]
    unit: Annotated[str, Clause("what its numbers count, for people and for unit moves")] = ""
    between: Annotated[
        Range | None,
        _of("number", "integer"),
        Clause("physical or agreed limits, both included; null leaves an end open", _EVERYWHERE),
    ] = None
    between_by: Annotated[
        Mapping[Name, Mapping[Name, Range]] | None,
        AfterValidator(_by),
        _of("number", "integer"),
        Clause("limits besides, by the month of the decision (UTC) or a text column", _EVERYWHERE),
    ] = None
    one_of: Annotated[
        Levels | None,
        PlainValidator(_levels),
        WithJsonSchema(_LEVELS),
        _of("string", "integer"),
        AfterValidator(_fitting_levels),
        PlainSerializer(_listed),
        Clause("the texts or whole numbers it can be; observed: the texts trained on", _EVERYWHERE),
    ] = None
    pattern: Annotated[
        Annotated[Text, AfterValidator(_pattern)] | None,
        _of("string"),
        Clause("what the whole text looks like, as a regular expression", _EVERYWHERE),
    ] = None
    length: Annotated[
        tuple[Whole | None, ...] | None,
        AfterValidator(_length),
        _of("string"),
        Clause("how many characters, both included; null leaves an end open", _EVERYWHERE),
    ] = None
    nulls: Annotated[
        Literal["refused", "allowed"], Clause("whether it may be null", _EVERYWHERE)
    ] = "refused"
    on_breach: Annotated[OnBreach, Clause("what happens to a row that breaks it", ("door",))] = (
        "reject"
    )
    impute: Annotated[
        Imputed | None,
        PlainValidator(_stand_in),
        WithJsonSchema({"type": ["boolean", "number", "string", "null"]}),
        Field(validate_default=True),
        Clause("what stands in: a value, or median or most_frequent of training", _EVERYWHERE),
    ] = None
