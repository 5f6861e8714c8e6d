import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core.errors import Mistake
from mainstay.core.expressions import OPERATIONS, Call, ColumnOf, Expression, Literal
from mainstay.core.typed import CASTS, TYPES, typed

COLUMNS = {
    "seats": "int64", "temp": "float64", "carrier": "string", "late": "boolean",
    "day": "date", "time": "timestamp('UTC')", "stops": "array<string>",
}  # fmt: skip
SEATS, TEMP = ColumnOf("seats", "int64"), ColumnOf("temp", "float64")
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    st.sampled_from(
        [*map(ColumnOf, COLUMNS), Literal(2), Literal(1.5), Literal("a"), Literal(None)]
    ),
    lambda inner: st.sampled_from([name for name in OPERATIONS if name != "cast"]).flatmap(
        lambda name: st.tuples(*[inner] * (OPERATIONS[name] or 2)).map(
            lambda some: Call(name, some)
        )
    ),
    max_leaves=6,
)


def call(operation: str, *arguments: str | int) -> Call:
    """A call of columns, by name, and whole numbers."""
    return Call(
        operation,
        tuple(ColumnOf(one) if isinstance(one, str) else Literal(one) for one in arguments),
    )


def read(operation: str, *arguments: Expression, type: str = "") -> Expression:  # noqa: A002
    return typed(Call(operation, arguments, type), COLUMNS)


@given(EXPRESSIONS)
def test_a_typed_expression_is_typed_through_and_stays_itself(expression: Expression) -> None:
    try:
        made = typed(expression, COLUMNS)
    except Mistake:
        return

    assert typed(made, COLUMNS) == made
    assert msgspec.json.decode(msgspec.json.encode(made), type=Expression) == made
    assert all(one.type in TYPES for one in parts(made) if one != Literal(None))


def parts(expression: Expression) -> list[Expression]:
    inner = expression.arguments if isinstance(expression, Call) else ()
    return [expression, *(part for argument in inner for part in parts(argument))]


def test_a_whole_number_beside_a_number_is_cast() -> None:
    made = read("add", ColumnOf("seats"), ColumnOf("temp"))

    assert made == Call("add", (Call("cast", (SEATS,), "float64"), TEMP), "float64")


def test_a_constant_takes_the_type_beside_it() -> None:
    assert read("less", ColumnOf("temp"), Literal(2)) == Call(
        "less", (TEMP, Literal(2.0, "float64")), "boolean"
    )
    day = ColumnOf("day", "date")
    assert read("equals", ColumnOf("day"), Literal("2013-01-31")) == Call(
        "equals", (day, Literal("2013-01-31", "date")), "boolean"
    )


@pytest.mark.parametrize(
    "text", ["2013-01-31T06:00Z", "2013-01-31 06:00", "2013-01-31T07:00+01:00"]
)
def test_a_constant_time_is_said_in_utc(text: str) -> None:
    made = read("greater", ColumnOf("time"), Literal(text))

    assert isinstance(made, Call)
    assert made.arguments[1] == Literal("2013-01-31T06:00:00+00:00", "timestamp('UTC')")


def test_a_null_has_the_type_of_its_siblings() -> None:
    made = read("if_else", ColumnOf("late"), Literal(None), ColumnOf("seats"))

    assert isinstance(made, Call)
    assert (made.type, made.arguments[1]) == ("int64", Literal(None, "int64"))


def test_whole_numbers_are_divided_as_numbers() -> None:
    made = read("divide", ColumnOf("seats"), Literal(2))

    assert made == Call(
        "divide", (Call("cast", (SEATS,), "float64"), Literal(2.0, "float64")), "float64"
    )


def test_the_floor_of_a_whole_number_is_itself() -> None:
    assert read("floor", ColumnOf("seats")) == SEATS


@pytest.mark.parametrize(("before", "after"), sorted(CASTS))
def test_a_cast_that_engines_agree_on_is_kept(before: str, after: str) -> None:
    name = next(name for name, kind in COLUMNS.items() if kind == before)

    assert read("cast", ColumnOf(name), type=after) == Call(
        "cast", (ColumnOf(name, before),), after
    )


def test_a_constant_time_is_cast_like_any_other() -> None:
    noon = Literal("2013-01-31T12:00:00+00:00", "timestamp('UTC')")

    assert read("cast", noon, type="date") == Call("cast", (noon,), "date")


def test_a_cast_to_its_own_type_is_nothing() -> None:
    assert read("cast", ColumnOf("seats"), type="int64") == SEATS


REFUSED = [
    (ColumnOf("tmp"), "there is no column tmp", "did you mean temp?"),
    (ColumnOf("stops"), "stops is array<string>", "an expression takes int64"),
    (Literal(float("nan")), "nan is no constant", "a missing value is null"),
    (Literal(2**63), "9223372036854775808 is beyond int64", "write it as a number"),
    (call("add", "carrier", 1), "add does not take int64 and string", "add takes"),
    (call("add", "late", 1), "add does not take boolean and int64", 'say .cast("int64")'),
    (call("less", "carrier", "carrier"), "less does not take string", "text has no order"),
    (call("equals", "carrier", 1), "equals does not take int64 and string", "equals takes"),
    (call("not", "seats"), "not does not take int64", "not takes arguments of one type: boolean"),
    (call("sqrt", "carrier"), "sqrt takes float64, not string", ""),
    (call("sqrt", "late"), "sqrt takes float64, not boolean", 'say .cast("int64")'),
    (call("hour", "day"), "hour does not take date", "hour takes"),
    (call("if_else", "seats", 1, 2), "the condition of a choice takes boolean", ""),
    (Call("cast", (ColumnOf("temp"),), "int64"), "a cast from float64 to int64", "say floor"),
    (Call("cast", (ColumnOf("carrier"),), "float64"), "a cast from string", "prepare it"),
    (Call("cast", (Literal("soon"),), "date"), "'soon' is no date", "write 2013-01-31"),
]


@pytest.mark.parametrize(("expression", "what", "hint"), REFUSED)
def test_what_no_engine_should_compute_is_refused(
    expression: Expression, what: str, hint: str
) -> None:
    with pytest.raises(Mistake) as caught:
        typed(expression, COLUMNS)

    assert str(caught.value).startswith(what)
    assert caught.value.hint.startswith(hint)
