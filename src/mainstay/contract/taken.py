"""The columns that context brings along, as they stand or as functions of many rows."""

import re
from typing import Literal, NamedTuple, get_args

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from mainstay.contract.terms import distinct, refuse, wrong
from mainstay.contract.wording import Path, path_text, shown
from mainstay.core import nearest

Function = Literal["mean", "sum", "count", "min", "max"]
_FUNCTIONS: dict[str, Function] = {name: name for name in get_args(Function)}
_CALL = re.compile(r"(\w+)\s*\(([^()]+)\)")


TAKEN = {
    "anyOf": [
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
            "minProperties": 1,
        },
    ],
    "examples": [["temp", "dewp"], {"late_rate": "mean(late)"}],
}
"""How an editor sees the columns that context brings."""


class Taken(NamedTuple):
    """One column that context brings: as `name`, the function of `column`, or it as it stands."""

    name: str
    column: str
    function: Function | None = None


def taken(value: object) -> tuple[Taken, ...]:
    """Reads `[temp, dewp]`, `{built: year}`, `{late_rate: mean(late)}`; raises in our words."""
    match value:
        case (Taken(), *_) as known:
            return tuple(one for one in known if isinstance(one, Taken))
        case [_, *_]:
            read = [_column(name, at) for at, name in enumerate(value)]
        case dict() if value:
            read = [_computed(name, text) for name, text in value.items()]
        case _:
            raise wrong(f"is {shown(value)}, but columns are wanted", "for example [temp, dewp]")
    refuse(one for one in read if not isinstance(one, Taken))
    columns = tuple(one for one in read if isinstance(one, Taken))
    distinct(tuple(one.name for one in columns))
    return columns


def _column(name: object, at: int) -> Taken | PydanticCustomError:
    if isinstance(name, str) and name:
        return Taken(name, name)
    return wrong(f"is {shown(name)}, but the name of a column is wanted", at=(at,))


def _computed(name: str, text: object) -> Taken | PydanticCustomError:
    if not isinstance(text, str) or not text:
        says = f"is {shown(text)}, but a column or a function of one is wanted"
        return wrong(says, "for example mean(late)", at=(name,))
    if "(" not in text:
        return Taken(name, text)
    call = _CALL.fullmatch(text.strip())
    if call and call[1] in _FUNCTIONS and call[2].strip():
        return Taken(name, call[2].strip(), _FUNCTIONS[call[1]])
    hint = nearest.hint(call[1], _FUNCTIONS) if call else "for example mean(late)"
    return wrong(f"is {shown(text)}", hint, at=(name,))


def written(columns: tuple[Taken, ...]) -> list[str] | dict[str, str]:
    """The form in which a contract states it."""
    if all(one.name == one.column and not one.function for one in columns):
        return [one.name for one in columns]
    return {
        one.name: f"{one.function}({one.column})" if one.function else one.column for one in columns
    }


def fitting(columns: tuple[Taken, ...], info: ValidationInfo) -> tuple[Taken, ...]:
    """Functions with `over`, plain columns without."""
    if "over" in info.data:
        many = info.data["over"] is not None
        listed = isinstance(written(columns), list)
        refuse(
            _unfitting(one, (place,) if listed else (one.name,))
            for place, one in enumerate(columns)
            if many != bool(one.function)
        )
    return columns


def _unfitting(one: Taken, at: Path) -> PydanticCustomError:
    if one.function:
        return wrong(f"is the {one.function} of many rows", "say over how long", at=at)
    hint = f"for example {path_text((one.name,))}: mean({path_text((one.column,))})"
    return wrong(f"is {shown(one.column)}, but over needs a function of it", hint, at=at)
