"""Where rows come from: the decisions, and the context known at the moment of each."""

import re
from datetime import timedelta
from typing import Annotated, Literal, NamedTuple, TypeVar, get_args

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from mainstay.contract.clauses import Clause, Path, Section, path_text, shown
from mainstay.contract.terms import (
    Duration,
    Format,
    Name,
    OneOrMore,
    Span,
    Text,
    Zone,
    distinct,
    refuse,
    wrong,
)
from mainstay.core import nearest

DECISIONS = "decisions"
"""The `from` of an aggregate over the decisions themselves."""
Function = Literal["mean", "sum", "count", "min", "max"]
_FUNCTIONS: dict[str, Function] = {name: name for name in get_args(Function)}
_CALL = re.compile(r"\s*(\w+)\s*\(\s*([^()]*[^()\s])\s*\)\s*")
_Value = TypeVar("_Value")


class Taken(NamedTuple):
    """One column that context brings: as `name`, the function of `column`, or it as it stands."""

    name: str
    column: str
    function: Function | None = None


def _taken(value: object) -> tuple[Taken, ...]:
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
    taken = tuple(one for one in read if isinstance(one, Taken))
    distinct(tuple(one.name for one in taken))
    return taken


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
    call = _CALL.fullmatch(text)
    if call and call[1] in _FUNCTIONS:
        return Taken(name, call[2], _FUNCTIONS[call[1]])
    hint = nearest.hint(call[1], _FUNCTIONS) if call else "for example mean(late)"
    return wrong(f"is {shown(text)}", hint, at=(name,))


def _written(taken: tuple[Taken, ...]) -> list[str] | dict[str, str]:
    """The form in which a contract states it."""
    if all(one.name == one.column and not one.function for one in taken):
        return [one.name for one in taken]
    return {
        one.name: f"{one.function}({one.column})" if one.function else one.column for one in taken
    }


def _own_time(as_of: str | None, info: ValidationInfo) -> str | None:
    if as_of is not None and info.data.get("source") == DECISIONS:
        raise wrong(f"is {shown(as_of)}, but decisions have data.decisions.time", "take it out")
    return as_of


def _timed(value: _Value, info: ValidationInfo) -> _Value:
    """A clause that speaks of the time of a context row needs a column that holds it."""
    untimed = "as_of" in info.data and info.data["as_of"] is None
    own = info.data.get("source", DECISIONS) == DECISIONS
    if value is not None and untimed and not own:
        other = ", or write from: decisions" if info.field_name == "over" else ""
        hint = f"as_of names the column that says since when a row is true{other}"
        raise wrong("needs as_of", hint)
    return value


def _alone(over: timedelta | None, info: ValidationInfo) -> timedelta | None:
    """An aggregate has no newest row; of the decisions themselves only aggregates are context."""
    if over is not None and info.data.get("within") is not None:
        raise wrong("stands beside within", "over is for an aggregate, within for the newest row")
    if over is None and info.data.get("source") == DECISIONS:
        raise wrong("needs over", "say over how long the decisions before are taken", up=1)
    return over


def _aggregated(known_after: timedelta | None, info: ValidationInfo) -> timedelta | None:
    if known_after is not None and "over" in info.data and info.data["over"] is None:
        raise wrong("needs over", "for the newest row write available_at: the column that says it")
    return known_after


def _fitting(taken: tuple[Taken, ...], info: ValidationInfo) -> tuple[Taken, ...]:
    """Functions with `over`, plain columns without."""
    if "over" in info.data:
        many = info.data["over"] is not None
        listed = isinstance(_written(taken), list)
        refuse(
            _unfitting(one, (place,) if listed else (one.name,))
            for place, one in enumerate(taken)
            if many != bool(one.function)
        )
    return taken


def _unfitting(one: Taken, at: Path) -> PydanticCustomError:
    if one.function:
        return wrong(f"is the {one.function} of many rows", "say over how long", at=at)
    hint = f"for example {path_text((one.name,))}: mean({path_text((one.column,))})"
    return wrong(f"is {shown(one.column)}, but over needs a function of it", hint, at=at)


ColumnName = Annotated[Name | None, AfterValidator(_timed)]


class Decisions(Section):
    """The table with one row per decision."""

    source: Annotated[
        Text, Field(alias="from"), Clause("a path, address or registered source", ("bench",))
    ]
    key: Annotated[Name, Clause("names the decision; unique", ("bench", "door", "field"))]
    time: Annotated[Name, Clause("the moment of decision", ("bench", "door", "field"))]
    entity: Annotated[
        Name | None,
        Clause("whom it is about; where null or not stated, the key", ("bench", "door", "field")),
    ] = None
    format: Annotated[Format | None, Clause("how text times are written", ("bench",))] = None
    zone: Annotated[Zone | None, Clause("the zone of times without one; else UTC", ("bench",))] = (
        None
    )


class Context(Section):
    """Rows about something else, joined to each decision as they were known at its moment."""

    source: Annotated[
        Text,
        Field(alias="from"),
        Clause("a path, address or registered source; decisions for themselves", ("bench",)),
    ]
    on: Annotated[OneOrMore, Clause("columns equal on both sides", ("bench", "door"))]
    as_of: Annotated[
        Name | None,
        AfterValidator(_own_time),
        Clause("since when a row is true; without it the table is static", ("bench", "door")),
    ] = None
    available_at: Annotated[
        ColumnName, Clause("since when a row could be seen", ("bench", "door"))
    ] = None
    within: Annotated[
        Span | None,
        AfterValidator(_timed),
        Clause("how old the newest row may be; else any age", ("bench", "door")),
    ] = None
    freshness: Annotated[
        Span | None,
        AfterValidator(_timed),
        Clause("how late the source may be before it is an incident", ("field",)),
    ] = None
    over: Annotated[
        Span | None,
        AfterValidator(_timed),
        AfterValidator(_alone),
        Field(validate_default=True),
        Clause("how far back an aggregate reaches", ("bench", "door")),
    ] = None
    known_after: Annotated[
        Duration | None,
        AfterValidator(_aggregated),
        Clause("how long after its time an aggregated row is known; else at once", ("bench",)),
    ] = None
    format: Annotated[
        Format | None, AfterValidator(_timed), Clause("how text times are written", ("bench",))
    ] = None
    zone: Annotated[
        Zone | None,
        AfterValidator(_timed),
        Clause("the zone of times without one; else UTC", ("bench",)),
    ] = None
    take: Annotated[
        tuple[Taken, ...],
        PlainValidator(_taken, json_schema_input_type=list[str] | dict[str, str]),
        AfterValidator(_fitting),
        PlainSerializer(_written),
        Clause("the columns to bring along, or functions of them", ("bench", "door")),
    ]
