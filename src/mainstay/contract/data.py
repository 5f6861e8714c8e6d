"""What the data means: its sources, its label, and what each row must keep."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from mainstay.contract import conditions, durations
from mainstay.contract.clauses import Clause, Place, Section
from mainstay.contract.sources import Context, Decisions
from mainstay.contract.terms import Duration, Name, Number, Text, distinct, refuse, wrong
from mainstay.contract.wording import shown
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldType, OnBreach

OBSERVED: Literal["observed"] = "observed"
"""The `one_of` that stands for the values among the rows trained on."""
Range = tuple[float | None, float | None]
Levels = tuple[str, ...] | Literal["observed"]
_EVERYWHERE: tuple[Place, ...] = ("bench", "door", "field")
_Value = TypeVar("_Value")


def _range(ends: tuple[float | None, ...] | None) -> tuple[float | None, ...] | None:
    """Two ends, low first; null leaves one of them open."""
    match ends:
        case None | (float(), None) | (None, float()):
            return ends
        case (float(low), float(high)) if low <= high:
            return ends
        case (float(low), float(high)):
            raise wrong(
                f"is [{low:g}, {high:g}]", f"write the lower end first: [{high:g}, {low:g}]"
            )
        case _:
            raise wrong("is no range", "write two numbers, for example [0, 100]")


def _levels(value: object) -> Levels | None:
    match value:
        case None | "observed":
            return value
        case [_, *_]:
            refuse(_no_text(level, at) for at, level in enumerate(value) if type(level) is not str)
            return distinct(tuple(map(str, value)))
        case _:
            raise wrong(f"is {shown(value)}", "write observed, or a list of texts")


def _no_text(value: object, place: int) -> PydanticCustomError:
    hint = "write nulls: allowed" if value is None else f'write "{shown(value)}"'
    return wrong(f"is {shown(value)}, but text is wanted", hint, at=(place,))


def _of(*types: FieldType) -> AfterValidator:
    """Only fields of these types can be bounded so."""

    def fitting(value: _Value, info: ValidationInfo) -> _Value:
        kind = info.data.get("type", types[0])
        if value is not None and kind not in types:
            raise wrong(f"does not bound {kind}", f"it is for {' and '.join(types)}")
        return value

    return AfterValidator(fitting)


def _condition(text: str) -> str:
    try:
        conditions.condition(text)
    except Mistake as mistake:
        raise wrong(f"says {mistake}", mistake.hint) from mistake
    return text


def _after_known(never_after: timedelta, info: ValidationInfo) -> timedelta:
    known_after = info.data.get("known_after", never_after)
    if never_after < known_after:
        known, never = durations.text(known_after), durations.text(never_after)
        raise wrong(f"is {never}, before known_after, {known}", f"write {known} or longer")
    return never_after


class Label(Section):
    """What is to be predicted, and when it is known."""

    column: Annotated[Name, Clause("the column of decisions that holds it", ("bench",))]
    known_after: Annotated[
        Duration, Clause("how long after the decision it is known", ("bench", "field"))
    ]
    never_after: Annotated[
        Duration,
        AfterValidator(_after_known),
        Field(validate_default=True),
        Clause("when to stop waiting: counted as unlabelled from then on", ("field",)),
    ] = timedelta(days=30)


class FieldClause(Section):
    """What one column must hold, of decisions or context."""

    type: Annotated[FieldType, Clause("what its values are", _EVERYWHERE)]
    unit: Annotated[str, Clause("what its numbers count, for people and for unit moves")] = ""
    between: Annotated[
        tuple[Number | None, ...] | None,
        AfterValidator(_range),
        _of("number", "integer"),
        Clause("physical or agreed limits, both included; null leaves an end open", _EVERYWHERE),
    ] = None
    one_of: Annotated[
        Levels | None,
        PlainValidator(_levels),
        _of("string"),
        Clause("the texts it can be; observed: those of the rows trained on", _EVERYWHERE),
    ] = None
    nulls: Annotated[
        Literal["refused", "allowed"], Clause("whether it may be null", _EVERYWHERE)
    ] = "refused"
    on_breach: Annotated[OnBreach, Clause("what happens to a row that breaks it", ("door",))] = (
        "reject"
    )


class RuleClause(Section):
    """What the columns of one row must keep together."""

    expect: Annotated[
        Text, AfterValidator(_condition), Clause("a condition; unknown counts as kept", _EVERYWHERE)
    ]
    on_breach: Annotated[OnBreach, Clause("what happens to a row that breaks it", ("door",))] = (
        "reject"
    )


class Data(Section):
    """The relations a model lives on."""

    decisions: Annotated[Decisions, Clause("one row per decision", ("bench",))]
    context: Annotated[
        Mapping[Name, Context], Clause("what was known at each decision", ("bench", "door"))
    ] = {}
    label: Annotated[Label, Clause("what is to be predicted", ("bench", "field"))]
    fields: Annotated[
        Mapping[Name, FieldClause], Clause("what columns must hold", _EVERYWHERE)
    ] = {}
    rules: Annotated[
        tuple[RuleClause, ...], Clause("what columns must keep together", _EVERYWHERE)
    ] = ()
