"""features() and the conditions of rules: every operation over every trap, row by row."""

from collections.abc import Iterable

import pytest
import trap_rows
from side_by_side import Engine, differences, rows

from mainstay.core.errors import Mistake
from mainstay.core.expressions import OPERATIONS, Call, ColumnOf, Expression, Literal, Output
from mainstay.core.typed import DATE, NUMBER, TEXT, typed
from mainstay.data import features, schema
from mainstay.data.engine import errors

COLUMNS = {name: ColumnOf(name) for name in trap_rows.ARROW}
WHOLE, OTHER, NUMBERS, SECOND, TEXTS, PART, FLAG, SIGN, DAY, THEN, MOMENT = COLUMNS.values()
NOTHING = Literal(None)


def call(operation: str, *arguments: Expression, kind: str = "") -> Call:
    return Call(operation, arguments, kind)


def below(value: Expression, most: float) -> Expression:
    """The value where it is smaller than that in size, else null."""
    return call("if_else", call("less", call("abs", value), Literal(most)), value, NOTHING)


SMALL, DIVISOR = below(NUMBERS, 700.0), below(OTHER, 100)
MADE: dict[str, Expression] = {
    "add": call("add", WHOLE, OTHER),
    "add numbers": call("add", SMALL, SECOND),
    "subtract": call("subtract", WHOLE, OTHER),
    "subtract numbers": call("subtract", SMALL, SECOND),
    "multiply": call("multiply", below(WHOLE, 1000), OTHER),
    "multiply numbers": call("multiply", below(NUMBERS, 1e4), below(SECOND, 1e20)),
    "divide": call("divide", WHOLE, OTHER),
    "divide numbers": call(
        "divide",
        below(NUMBERS, 1e4),
        call("add", below(SECOND, 1e4), call("cast", SIGN, kind=NUMBER)),
    ),
    "modulo": call("modulo", WHOLE, OTHER),
    "modulo numbers": call("modulo", NUMBERS, SECOND),
    "negate": call("negate", WHOLE),
    "negate numbers": call("negate", NUMBERS),
    "abs": call("abs", NUMBERS),
    "floor": call("floor", NUMBERS),
    "ceil": call("ceil", NUMBERS),
    "sqrt": call("sqrt", NUMBERS),
    "exp": call("exp", below(NUMBERS, 700.0)),
    "ln": call("ln", NUMBERS),
    **{
        f"{one} numbers": call(one, NUMBERS, SECOND)
        for one in ("equals", "not_equals", "less", "less_equal", "greater", "greater_equal")
    },
    **{f"{one} mixed": call(one, WHOLE, NUMBERS) for one in ("equals", "less", "greater_equal")},
    **{
        f"{one} moments": call(one, MOMENT, Literal("2024-03-31T01:00:00+00:00"))
        for one in ("equals", "less", "greater_equal")
    },
    **{f"{one} days": call(one, DAY, THEN) for one in ("equals", "less", "greater_equal")},
    "equals": call("equals", TEXTS, PART),
    "not_equals": call("not_equals", TEXTS, PART),
    "and": call("and", FLAG, SIGN),
    "or": call("or", FLAG, SIGN),
    "not": call("not", FLAG),
    "is_null": call("is_null", NUMBERS),
    "coalesce": call("coalesce", NUMBERS, SECOND),
    "if_else": call("if_else", FLAG, TEXTS, PART),
    "is_in": call("is_in", TEXTS, Literal("a"), Literal("é"), PART),
    "is_in wholes": call("is_in", WHOLE, Literal(2**53 + 1), OTHER),
    "least": call("least", NUMBERS, SECOND),
    "greatest": call("greatest", NUMBERS, SECOND, Literal(0.5)),
    "least moments": call("least", DAY, THEN),
    "cast": call("cast", WHOLE, kind=NUMBER),
    "cast to text": call("cast", WHOLE, kind=TEXT),
    "cast a flag": call("cast", FLAG, kind=TEXT),
    "cast to a day": call("cast", MOMENT, kind=DATE),
    **{
        one: call(one, MOMENT)
        for one in ("year", "month", "day", "hour", "minute", "day_of_week", "day_of_year")
    },
    **{
        f"{one} of a day": call(one, DAY)
        for one in ("year", "month", "day", "day_of_week", "day_of_year")
    },
    **{one: call(one, TEXTS) for one in ("lower", "upper", "strip", "length")},
    **{one: call(one, TEXTS, PART) for one in ("contains", "starts_with", "ends_with", "concat")},
    **{
        f"{one} a sign": call(one, TEXTS, Literal("%"))
        for one in ("contains", "starts_with", "ends_with")
    },
}

REFUSED = {
    "multiply numbers": "underflow",
    "divide numbers": "overflow",
    "modulo numbers": "PostgreSQL has no remainder of numbers with a fraction",
}


def test_every_operation_is_asked_for() -> None:
    asked = {one.operation for one in MADE.values() if isinstance(one, Call)}

    assert asked == set(OPERATIONS)


def made(engine: Engine, names: Iterable[str]) -> dict[str, object]:
    """Every expression over every row."""
    table = schema.widened(engine.stored(trap_rows.drawn(600)))
    types = schema.types(table)
    outputs = tuple(Output(name, typed(MADE[name], types)) for name in names)
    return rows(features.inputs(table, outputs, ("id",)).to_pyarrow(), "id")


def test_an_expression_means_the_same_on_every_row(ours: Engine, theirs: Engine) -> None:
    names = [one for one in MADE if theirs.name != "postgres" or one not in REFUSED]

    assert differences(made(ours, names), made(theirs, names)) == []


BLANKS = ["\v a\f", "\f\v", "a\v\n", " \t\n\r\v\fa b\f", "a b", "", "\u00a0a\u00a0", "a\n\n"]


def test_the_same_blanks_are_stripped(ours: Engine, theirs: Engine) -> None:
    given = trap_rows.drawn(200, text=BLANKS)
    mine, other = (
        rows(
            features.inputs(
                table, (Output("text", typed(call("strip", TEXTS), schema.types(table))),), ("id",)
            ).to_pyarrow(),
            "id",
        )
        for table in (schema.widened(one.stored(given)) for one in (ours, theirs))
    )

    assert differences(mine, other) == []
    assert {one["text"] for one in mine["rows"].values()} >= {"a", "a b", "\u00a0a\u00a0"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_postgres_cannot_compute_it_refuses_and_does_not_round(
    postgres: Engine, name: str
) -> None:
    with pytest.raises((Mistake, *errors()), match=REFUSED[name]):
        made(postgres, [name])
