"""Types of row expressions: what an operation takes and gives, every conversion written out.

A typed expression needs no rules of promotion: arguments that must be alike have one type, an
integer beside a number stands in an explicit cast, a null has the type of its siblings. Whoever
executes it (Ibis at the bench, Python at the door) sees only the six types of TYPES.
"""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec

from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Expression, Literal

INTEGER, NUMBER, TEXT, FLAG = "int64", "float64", "string", "boolean"
DATE, TIME = "date", "timestamp('UTC')"
TYPES = (INTEGER, NUMBER, TEXT, FLAG, DATE, TIME)
CASTS = {
    (INTEGER, NUMBER), (FLAG, INTEGER), (FLAG, NUMBER), (INTEGER, TEXT), (FLAG, TEXT),
    (TIME, DATE), (DATE, TIME),
}  # fmt: skip

PYTHON: dict[str, Any] = {
    INTEGER: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    NUMBER: float,
    TEXT: str,
    FLAG: bool,
    DATE: date,
    TIME: Annotated[datetime, msgspec.Meta(tz=True)],
}
"""What msgspec reads a value of each type as, from JSON."""

_ANY = frozenset(TYPES)
_ORDERED = _ANY - {TEXT}  # the order of text differs between engines
_NUMERIC = frozenset((INTEGER, NUMBER))
_DAY = frozenset((DATE, TIME))
_NUMBERS, _FLAGS, _TEXTS = frozenset((NUMBER,)), frozenset((FLAG,)), frozenset((TEXT,))
_COMPARISONS = ("equals", "not_equals", "less", "less_equal", "greater", "greater_equal", "is_in")
_ALIKE = {
    **dict.fromkeys(("add", "subtract", "multiply", "modulo", "negate", "abs"), _NUMERIC),
    **dict.fromkeys(("equals", "not_equals", "is_in", "coalesce"), _ANY),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal"), _ORDERED),
    **dict.fromkeys(("least", "greatest"), _ORDERED),
    **dict.fromkeys(("divide", "sqrt", "exp", "ln", "floor", "ceil"), _NUMBERS),
    **dict.fromkeys(("and", "or", "not"), _FLAGS),
    **dict.fromkeys(("year", "month", "day", "day_of_week", "day_of_year"), _DAY),
    **dict.fromkeys(("hour", "minute"), frozenset((TIME,))),
    **dict.fromkeys(("lower", "upper", "strip", "length", "concat"), _TEXTS),
    **dict.fromkeys(("contains", "starts_with", "ends_with"), _TEXTS),
    "is_null": _ANY,
}
_GIVES = {
    **dict.fromkeys((*_COMPARISONS, "contains", "starts_with", "ends_with", "is_null"), FLAG),
    **dict.fromkeys(("year", "month", "day", "day_of_week", "day_of_year"), INTEGER),
    **dict.fromkeys(("hour", "minute", "length", "floor", "ceil"), INTEGER),
}
_ORDER = "text has no order that all engines share; compare with == or isin"
_COUNTED = 'say .cast("int64") to count a boolean as 0 or 1'


def typed(expression: Expression, types: Mapping[str, str]) -> Expression:
    """The same expression with every type and conversion written out; types: column -> type.

    Raises Mistake for an unknown column, a type no operation takes, a cast engines disagree on.
    """
    match expression:
        case ColumnOf(name=name):
            return _column(name, types)
        case Literal():
            return _literal(expression)
        case Call(operation="cast", arguments=(argument,), type=wanted):
            return _cast(typed(argument, types), wanted)
        case Call():
            arguments = tuple(typed(argument, types) for argument in expression.arguments)
            return _call(expression.operation, arguments)


def _column(name: str, types: Mapping[str, str]) -> ColumnOf:
    if name not in types:
        raise Mistake(f"there is no column {name}", nearest.hint(name, types))
    if types[name] not in TYPES:
        raise Mistake(f"{name} is {types[name]}", f"an expression takes {', '.join(TYPES)}")
    return ColumnOf(name, types[name])


def _literal(literal: Literal) -> Expression:
    value = literal.value
    if isinstance(value, float) and not math.isfinite(value):
        raise Mistake(f"{value} is no constant", "a missing value is null")
    kinds = {bool: FLAG, int: INTEGER, float: NUMBER, str: TEXT, type(None): literal.type}
    plain = Literal(value, kinds[type(value)])
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise Mistake(f"{value} is beyond int64", "write it as a number with a decimal point")
    return (
        plain if literal.type in ("", plain.type) else _converted(plain, literal.type, "a constant")
    )


def _call(operation: str, arguments: tuple[Expression, ...]) -> Expression:
    if operation == "if_else":
        return _if_else(arguments)
    accepted = _ALIKE[operation]
    if operation in ("floor", "ceil") and arguments[0].type == INTEGER:
        return arguments[0]
    shared = NUMBER if accepted is _NUMBERS else _shared(operation, arguments, accepted)
    alike = tuple(_converted(argument, shared, operation) for argument in arguments)
    return Call(operation, alike, _GIVES.get(operation, shared))


def _if_else(arguments: tuple[Expression, ...]) -> Expression:
    condition = _converted(arguments[0], FLAG, "the condition of a choice")
    shared = _shared("if_else", arguments[1:], _ANY)
    choices = (_converted(argument, shared, "if_else") for argument in arguments[1:])
    return Call("if_else", (condition, *choices), shared)


def _shared(operation: str, arguments: tuple[Expression, ...], accepted: frozenset[str]) -> str:
    """The one type all arguments can have; nulls take any, constant text can be a time."""
    found = {argument.type for argument in arguments} - {""}
    times = found & _DAY
    if times and all(isinstance(one, Literal) for one in arguments if one.type == TEXT):
        found -= {TEXT}
    if found == _NUMERIC:
        found = {NUMBER}
    wrong = sorted(found - accepted)
    if wrong or len(found) > 1:
        shown = " and ".join(sorted(found))
        raise Mistake(f"{operation} does not take {shown}", _hint(operation, wrong, accepted))
    return found.pop() if found else min(accepted)


def _hint(operation: str, wrong: list[str], accepted: frozenset[str]) -> str:
    if TEXT in wrong and accepted is _ORDERED:
        return _ORDER
    if FLAG in wrong and accepted is _NUMERIC:
        return _COUNTED
    return f"{operation} takes arguments of one type: {', '.join(sorted(accepted))}"


def _converted(argument: Expression, wanted: str, what: str) -> Expression:
    match argument:
        case _ if argument.type == wanted:
            return argument
        case Literal(value=None):
            return Literal(None, wanted)
        case Literal(value=int(value)) if (argument.type, wanted) == (INTEGER, NUMBER):
            return Literal(float(value), NUMBER)
        case Literal(value=str(text), type="string") if wanted in _DAY:
            return Literal(_moment(text, wanted), wanted)
        case _ if (argument.type, wanted) == (INTEGER, NUMBER):
            return Call("cast", (argument,), NUMBER)
    raise Mistake(
        f"{what} takes {wanted}, not {argument.type}", _COUNTED if argument.type == FLAG else ""
    )


def _moment(text: str, wanted: str) -> str:
    """Canonical ISO text of a constant date or time; a time without a zone is UTC."""
    try:
        if wanted == DATE:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Mistake(
            f"{text!r} is no {wanted}", "write 2013-01-31 or 2013-01-31T06:00Z"
        ) from error
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).isoformat()


def _cast(argument: Expression, wanted: str) -> Expression:
    constant_text = isinstance(argument, Literal) and argument.type == TEXT
    if argument.type in ("", wanted) or (constant_text and wanted in _DAY):
        return _converted(argument, wanted, "a cast")
    if (argument.type, wanted) in CASTS:
        return Call("cast", (argument,), wanted)
    hint = "say floor() or ceil()" if argument.type == NUMBER else "prepare it in the source"
    raise Mistake(f"a cast from {argument.type} to {wanted} differs between engines", hint)
