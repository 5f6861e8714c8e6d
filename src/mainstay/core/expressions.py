"""Row expressions as values: what features() and rules mean, free of any engine.

`data` writes them from Ibis and turns them back into Ibis on any engine; `bundle` compiles them
to straight-line Python for the door; both read them typed (`core.typed`) and agree bit for bit.

Nulls are as in SQL: an operation with a null gives null, `and`/`or` are three-valued, a condition
that is null counts as false; `coalesce`, `least`, `greatest` pass over nulls. What has no value is
null: a divisor of zero, the root or logarithm below its domain, `floor` of what int64 cannot hold.
Numbers are IEEE doubles; NaN equals itself and is the greatest. `modulo` has the sign of the
dividend. `lower` and `upper` change ASCII letters, `strip` takes the six ASCII blanks, `length`
counts code points, `day_of_week` counts from Monday = 0, times are UTC.
"""

from collections.abc import Iterator

import msgspec

OPERATIONS: dict[str, int | None] = {  # name -> number of arguments, None: one or more
    "add": 2, "subtract": 2, "multiply": 2, "divide": 2, "modulo": 2,
    "negate": 1, "abs": 1, "floor": 1, "ceil": 1, "sqrt": 1, "exp": 1, "ln": 1,
    "equals": 2, "not_equals": 2, "less": 2, "less_equal": 2, "greater": 2, "greater_equal": 2,
    "and": 2, "or": 2, "not": 1, "is_null": 1,
    "coalesce": None, "if_else": 3, "is_in": None, "least": None, "greatest": None,
    "cast": 1, "year": 1, "month": 1, "day": 1, "hour": 1, "minute": 1, "day_of_week": 1,
    "day_of_year": 1, "lower": 1, "upper": 1, "strip": 1, "length": 1, "contains": 2,
    "starts_with": 2, "ends_with": 2, "concat": 2,
}  # fmt: skip


class ColumnOf(msgspec.Struct, frozen=True, tag_field="node", tag="column"):
    """A column of the row; type is an Ibis data type as text, "" where not yet known."""

    name: str
    type: str = ""


class Literal(msgspec.Struct, frozen=True, tag_field="node", tag="literal"):
    """A constant; a date or timestamp is its ISO text, None is null."""

    value: bool | int | float | str | None
    type: str = ""


class Call(msgspec.Struct, frozen=True, tag_field="node", tag="call"):
    """An operation of OPERATIONS on its arguments; type is the type of the result."""

    operation: str
    arguments: tuple["Expression", ...]
    type: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for an operation nobody can execute."""
        wanted = OPERATIONS.get(self.operation, -1)
        if wanted == -1 or not self.arguments or wanted not in (None, len(self.arguments)):
            raise ValueError(
                f"{self.operation} with {len(self.arguments)} arguments is no operation"
            )


Expression = ColumnOf | Literal | Call


class Output(msgspec.Struct, frozen=True):
    """One named result of a row, for example one model input."""

    name: str
    expression: Expression

    @property
    def type(self) -> str:
        """The Ibis data type of the result."""
        return self.expression.type


def columns(expression: Expression) -> Iterator[str]:
    """Names of the columns an expression reads, in order, repeats included."""
    match expression:
        case ColumnOf(name=name):
            yield name
        case Call(arguments=arguments):
            for argument in arguments:
                yield from columns(argument)
        case Literal():
            return
