import math
from collections.abc import Callable
from datetime import UTC, date

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core.errors import Mistake
from mainstay.core.expressions import OPERATIONS, Call, ColumnOf, Literal
from mainstay.data.engine import EngineError
from mainstay.data.expression import _MADE, to_ibis
from mainstay.data.graph import from_ibis

Stored = Callable[..., ir.Table]
TYPES = {
    "whole": "int64", "other": "int64", "number": "float64", "second": "float64",
    "text": "string", "part": "string", "flag": "boolean", "sign": "boolean",
    "day": "date", "then": "date", "moment": "timestamp('UTC')",
}  # fmt: skip
WHOLES = st.none() | st.integers(-9, 9) | st.sampled_from([2**31, -(2**31), 2**53 + 1])
NUMBERS = st.none() | st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e308, 5e-324, math.inf, -math.inf, 1e19, 0.1]
)
TEXTS = st.none() | st.sampled_from(["", "a", " Ab\t", "ba", "É", "ß\u00a0", "😀"])
FLAGS = st.none() | st.booleans()
DAYS = st.none() | st.dates()
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
VALUES = {
    "int64": WHOLES, "float64": NUMBERS, "string": TEXTS, "boolean": FLAGS, "date": DAYS,
    "timestamp('UTC')": MOMENTS,
}  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries({name: VALUES[kind] for name, kind in TYPES.items()}),
    min_size=20,
    max_size=60,
)
PLAIN: dict[str, Callable[[ir.Table], ir.Value]] = {  # what people write and DuckDB never refuses
    "add": lambda row: row.whole + row.other,
    "subtract": lambda row: row.number - row.second,
    "multiply": lambda row: row.whole * row.number,
    "divide": lambda row: row.number / row.second.nullif(0),
    "divide wholes": lambda row: row.whole / row.other.nullif(0),
    "modulo": lambda row: row.number % row.second.nullif(0),
    "modulo wholes": lambda row: row.whole % row.other.nullif(0),
    "negate": lambda row: -row.whole,
    "abs": lambda row: row.number.abs(),
    "compare": lambda row: row.number < row.second,
    "compare mixed": lambda row: row.whole >= row.number,
    "equal texts": lambda row: row.text == row.part,
    "compare days": lambda row: row.day <= row.then,
    "constant day": lambda row: row.day > "2013-01-31",
    "constant date": lambda row: row.day != ibis.date(2013, 1, 31),
    "constant time": lambda row: row.moment > ibis.timestamp("2013-01-31 06:00:00"),
    "and": lambda row: row.flag & row.sign,
    "or": lambda row: row.flag | ~row.sign,
    "nulls": lambda row: row.text.isnull() | row.number.notnull(),
    "coalesce": lambda row: ibis.coalesce(row.whole, row.other, 0),
    "fill": lambda row: row.number.fill_null(0),
    "choice": lambda row: ibis.ifelse(row.flag, row.number, row.second),
    "cases": lambda row: ibis.cases((row.whole > 1, "many"), (row.whole == 1, "one")),
    "simple cases": lambda row: row.text.cases(("a", 1), ("ba", 2), else_=0),
    "in": lambda row: row.text.isin(["a", "É"]),
    "not in": lambda row: row.whole.notin([1, 2]),
    "between": lambda row: row.number.between(-1, 2.5),
    "clip": lambda row: row.whole.clip(-2, 2),
    "clip below": lambda row: row.number.clip(lower=0),
    "null if": lambda row: row.text.nullif("a"),
    "least": lambda row: ibis.least(row.number, row.second),
    "greatest": lambda row: ibis.greatest(row.whole, row.other, 0),
    "cast": lambda row: row.whole.cast("float64"),
    "cast a flag": lambda row: row.flag.cast("int64"),
    "cast to text": lambda row: row.whole.cast("string"),
    "parts": lambda row: row.day.year() * 10000 + row.day.month() * 100 + row.day.day(),
    "hour": lambda row: row.moment.hour() * 60 + row.moment.minute(),
    "weekday": lambda row: row.moment.day_of_week.index(),
    "day of year": lambda row: row.day.day_of_year(),
    "day of a time": lambda row: row.moment.date() == row.day,
    "strip": lambda row: row.text.strip(),
    "length": lambda row: row.text.length(),
    "contains": lambda row: row.text.contains(row.part),
    "starts": lambda row: row.text.startswith("a"),
    "ends": lambda row: row.text.endswith(row.part),
    "concat": lambda row: row.text + "-" + row.part,
}


Made = Callable[[ir.Table], ir.Value]


def _deeper(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    """Numbers of numbers: sums, choices and parts of them."""
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda two: lambda row: two[0](row) + two[1](row)),
        pairs.map(lambda two: lambda row: two[0](row) - two[1](row)),
        pairs.map(lambda two: lambda row: two[0](row) / two[1](row).nullif(0)),
        pairs.map(lambda two: lambda row: ibis.coalesce(two[0](row), two[1](row))),
        pairs.map(lambda two: lambda row: ibis.ifelse(row.flag, two[0](row), two[1](row))),
        pairs.map(lambda two: lambda row: ibis.greatest(two[0](row), two[1](row))),
        pairs.map(lambda two: lambda row: (two[0](row) < two[1](row)).cast("float64")),
        inner.map(lambda one: lambda row: one(row).abs()),
        inner.map(lambda one: lambda row: -one(row)),
    )


NESTED: st.SearchStrategy[Made] = st.recursive(
    st.sampled_from(
        [
            lambda row: row.number,
            lambda row: row.second,
            lambda row: row.whole.cast("float64"),
            lambda row: row.day.year().cast("float64"),
        ]
    ),
    _deeper,
    max_leaves=8,
)
CORNERS: dict[str, tuple[Call, object]] = {  # what engines answer differently, or refuse
    "x / 0": (Call("divide", (Literal(1.0), Literal(0.0))), None),
    "x / -0": (Call("divide", (Literal(1), Literal(-0.0))), None),
    "x % 0": (Call("modulo", (Literal(7), Literal(0))), None),
    "-7 % 3": (Call("modulo", (Literal(-7), Literal(3))), -1),
    "-7.5 % 2": (Call("modulo", (Literal(-7.5), Literal(2))), -1.5),
    "root of -1": (Call("sqrt", (Literal(-1),)), None),
    "logarithm of 0": (Call("ln", (Literal(0),)), None),
    "floor of 1e19": (Call("floor", (Literal(1e19),)), None),
    "floor of -2^63": (Call("floor", (Literal(-(2.0**63)),)), -(2**63)),
    "ceil of -0.5": (Call("ceil", (Literal(-0.5),)), 0),
    "exact decimals": (Call("add", (Literal(0.1), Literal(0.2))), 0.1 + 0.2),
    "17 digits": (Call("negate", (Literal(0.12345678901234567),)), -0.12345678901234567),
    "wide wholes": (Call("add", (Literal(2**40), Literal(1))), 2**40 + 1),
    "lower": (Call("lower", (Literal("ÉaBZ"),)), "Éabz"),
    "upper": (Call("upper", (Literal("éaBzß"),)), "éABZß"),
    "strip": (Call("strip", (Literal("\u00a0 \t\n\r\v\fa "),)), "\u00a0 \t\n\r\v\fa"),
    "length": (Call("length", (Literal("é😀"),)), 2),
    "empty part": (Call("contains", (Literal("a"), Literal(""))), True),
    "null part": (Call("concat", (Literal("a"), Literal(None))), None),
    "in with null": (Call("is_in", (Literal(1), Literal(2), Literal(None))), None),
    "least of nulls": (Call("least", (Literal(None), Literal(2), Literal(1.5))), 1.5),
    "condition null": (Call("if_else", (Literal(None), Literal(1), Literal(2))), 2),
    "true to text": (Call("cast", (Literal(value=True),), "string"), "true"),
    "monday": (Call("day_of_week", (Literal("2013-01-07", "date"),)), 0),
    "leap day": (Call("day_of_year", (Literal("2024-12-31", "date"),)), 366),
    "hour in UTC": (Call("hour", (Literal("2013-01-31T23:30-02:00", "timestamp('UTC')"),)), 1),
    "hour of a day": (Call("hour", (Call("cast", (ColumnOf("day"),), "timestamp('UTC')"),)), 0),
}  # fmt: skip


def answers(table: ir.Table, values: dict[str, ir.Value]) -> dict[str, list[object]]:
    return table.select(**values).to_pyarrow().to_pydict()


@settings(max_examples=4)
@given(rows=ROWS)
def test_an_expression_means_what_ibis_means(stored: Stored, rows: list[dict[str, object]]) -> None:
    table = stored(TYPES, **{column: [row[column] for row in rows] for column in TYPES})
    plain = {name: made(table) for name, made in PLAIN.items()}

    read = {name: to_ibis(table, from_ibis(value)) for name, value in plain.items()}

    wanted, found = answers(table, plain), answers(table, read)
    assert {name: repr(found[name]) for name in PLAIN} == {
        name: repr(wanted[name]) for name in PLAIN
    }


@settings(max_examples=4)
@given(made=st.lists(NESTED, min_size=10, max_size=10), rows=ROWS)
def test_nested_expressions_mean_what_ibis_means(
    stored: Stored, made: list[Callable[[ir.Table], ir.Value]], rows: list[dict[str, object]]
) -> None:
    table = stored(TYPES, **{column: [row[column] for row in rows] for column in TYPES})
    plain = {str(at): one(table) for at, one in enumerate(made)}

    read = {name: to_ibis(table, from_ibis(value)) for name, value in plain.items()}

    assert repr(answers(table, read)) == repr(answers(table, plain))


def test_corners_have_one_answer(stored: Stored) -> None:
    table = stored({"day": "date"}, day=[date(2013, 1, 31)])
    values = {name: to_ibis(table, call) for name, (call, _) in CORNERS.items()}

    found = answers(table, values)

    assert {name: found[name][0] for name in CORNERS} == {
        name: wanted for name, (_, wanted) in CORNERS.items()
    }


def test_nan_equals_itself_and_is_the_greatest(stored: Stored) -> None:
    table = stored({"number": "float64"}, number=[math.inf])
    nan = Call("subtract", (ColumnOf("number"), ColumnOf("number")))
    asked = {
        "equals": Call("equals", (nan, nan)),
        "less": Call("less", (ColumnOf("number"), nan)),
        "is_null": Call("is_null", (nan,)),
        "is_in": Call("is_in", (nan, Literal(1.0), nan)),
    }

    found = answers(table, {name: to_ibis(table, call) for name, call in asked.items()})

    assert found == {"equals": [True], "less": [True], "is_null": [False], "is_in": [True]}


def test_the_result_has_the_type_that_the_expression_says(stored: Stored) -> None:
    table = stored({"day": "date", "text": "string"}, day=[date(2013, 1, 31)], text=["a"])
    asked = (Call("year", (ColumnOf("day"),)), Call("length", (ColumnOf("text"),)))

    assert [str(to_ibis(table, call).type()) for call in asked] == ["int64", "int64"]


def test_every_operation_has_a_form_in_ibis() -> None:
    assert set(_MADE) | {"cast"} == set(OPERATIONS)


@pytest.mark.parametrize("dialect", ["postgres", "snowflake", "bigquery", "trino", "databricks"])
def test_expressions_compile_for_other_engines(dialect: str) -> None:
    row = ibis.table(TYPES, name="row")
    made = {name: to_ibis(row, from_ibis(plain(row))) for name, plain in PLAIN.items()}

    assert "SELECT" in ibis.to_sql(row.select(**made), dialect=dialect)


def test_overflow_is_loud(stored: Stored) -> None:
    table = stored({"whole": "int64"}, whole=[2**63 - 1])
    value = to_ibis(table, Call("add", (ColumnOf("whole"), Literal(1))))

    with pytest.raises(EngineError, match="Overflow"):
        answers(table, {"answer": value})


def test_an_unknown_column_is_named_with_the_nearest(stored: Stored) -> None:
    table = stored({"temp": "float64"}, temp=[1.0])

    with pytest.raises(Mistake, match="there is no column tmp") as caught:
        to_ibis(table, ColumnOf("tmp"))

    assert caught.value.hint.startswith("did you mean temp?")
