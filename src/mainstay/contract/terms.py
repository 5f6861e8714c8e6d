"""The types that clauses are made of, each with its own words for a value that does not fit."""

import re
from collections.abc import Callable, Hashable, Iterable
from datetime import timedelta
from typing import Annotated, TypeVar
from zoneinfo import available_timezones

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    Field,
    PlainSerializer,
    Strict,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from mainstay.contract import durations
from mainstay.contract.wording import Path, shown
from mainstay.core import nearest
from mainstay.core.errors import Mistake

OURS = "mainstay"
_Value = TypeVar("_Value", bound=Hashable)


def wrong(says: str, hint: str = "", *, at: Path = (), up: int = 0) -> PydanticCustomError:
    """A mistake in our words: `says` follows the path, which `at` lengthens and `up` shortens."""
    return PydanticCustomError(OURS, "{says}", {"says": says, "hint": hint, "at": at, "up": up})


def refuse(found: Iterable[PydanticCustomError]) -> None:
    """Raises all of these mistakes at once, if there are any."""
    details = [InitErrorDetails(type=error, input=None) for error in found]
    if details:
        raise ValidationError.from_exception_data(OURS, details)


def distinct(values: tuple[_Value, ...]) -> tuple[_Value, ...]:
    """The same values, none of them twice."""
    first = {value: place for place, value in reversed(list(enumerate(values)))}
    refuse(
        wrong(f"is {shown(value)}, which stands there already", "keep one", at=(place,))
        for place, value in enumerate(values)
        if first[value] != place
    )
    return values


def _read(parse: Callable[[str], _Value], kind: str, example: str) -> Callable[[object], object]:
    """A validator that turns text into a value and leaves a value that is one already."""

    def read(value: object) -> object:
        if isinstance(value, timedelta | tuple):
            return value
        if not isinstance(value, str):
            hint = f"write the unit too, for example {example}"
            raise wrong(f"is {shown(value)}, but {kind} is wanted", hint)
        try:
            return parse(value)
        except Mistake as mistake:
            raise wrong(f"is {shown(value)}", mistake.hint) from mistake

    return read


def _written(pattern: str, *examples: str) -> WithJsonSchema:
    """How an editor sees text that stands for something else."""
    shape = {"type": "string", "pattern": f"^{pattern}$", "examples": list(examples)}
    return WithJsonSchema(shape)


def _lasting(length: timedelta) -> timedelta:
    if not length:
        raise wrong(f"is {shown(durations.text(length))}", "write a duration longer than nothing")
    return length


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _zone(zone: str) -> str:
    zones = available_timezones()  # empty on a machine without a time zone database
    if zones and zone not in zones:
        raise wrong(f"is {shown(zone)}, which is no time zone", nearest.hint(zone, zones))
    return zone


def _format(text: str) -> str:
    if "%" not in text:
        raise wrong(f"is {shown(text)}", "write it as strptime takes it, for example %Y-%m-%d")
    return text


def _slug(name: str) -> str:
    if not re.fullmatch("[a-z0-9][a-z0-9_-]{0,62}", name):
        plain = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:63] or "flight-delay"
        raise wrong(f"is {shown(name)}", f"lower-case letters, digits and -, for example {plain}")
    return name


Text = Annotated[str, Strict(), MinLen(1)]
Name = Annotated[str, Strict(), MinLen(1)]
"""A name the user's tables or people bear."""
Slug = Annotated[
    str,
    Strict(),
    AfterValidator(_slug),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"}),
]
"""A name that can stand in a path or an address."""
Number = Annotated[float, Strict(), AllowInfNan(allow_inf_nan=False)]
Positive = Annotated[Number, Gt(0)]
Share = Annotated[Number, Ge(0), Le(1)]
Whole = Annotated[int, Strict()]
Names = Annotated[
    tuple[Name, ...], AfterValidator(distinct), Field(json_schema_extra={"uniqueItems": True})
]
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
OneOrMore = Annotated[
    Names,
    MinLen(1),
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {**_NAMES, "minItems": 1}]}),
]
Zone = Annotated[Name, AfterValidator(_zone)]
Format = Annotated[Text, AfterValidator(_format)]
Duration = Annotated[
    timedelta,
    BeforeValidator(_read(durations.duration, "a duration", "2h")),
    PlainSerializer(durations.text, return_type=str),
    _written(durations.PATTERN, "2h", "30d"),
]
Span = Annotated[Duration, AfterValidator(_lasting)]
"""A duration longer than nothing."""
PerYear = Annotated[
    float,
    BeforeValidator(_read(durations.per_year, "a rate", "1 per year")),
    Gt(0),
    Le(1_000_000),
    PlainSerializer(durations.rate, return_type=str),
    _written(r"[0-9.e-]+ per \w+", "1 per year"),
]
Quota = Annotated[
    tuple[int, timedelta],
    BeforeValidator(_read(durations.quota, "a budget", "50 per week")),
    PlainSerializer(durations.quota_text, return_type=str),
    _written(r"[0-9]{1,9} per \w+", "50 per week"),
]
"""So many in so long."""
