import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from mainstay.bundle import encoder
from mainstay.core.errors import Mistake
from mainstay.core.expressions import OPERATIONS, Call, ColumnOf, Expression, Literal, Output
from mainstay.core.inputs import Input
from mainstay.core.typed import CASTS, typed
from mainstay.data import engine
from mainstay.data.expression import to_ibis

INTEGER, NUMBER, TEXT, FLAG, DATE, TIME = (
    "int64", "float64", "string", "boolean", "date", "timestamp('UTC')",
)  # fmt: skip
COLUMNS = {
    "count": INTEGER, "dep time": INTEGER, "temp": NUMBER, 'the "x"': NUMBER, "class": TEXT,
    "c0": TEXT, "late": FLAG, "é'; import os": FLAG, "local_day": DATE, "built": DATE,
    "sched_dep": TIME, "seen_at": TIME,
}  # fmt: skip
ARROW = {
    INTEGER: pa.int64(), NUMBER: pa.float64(), TEXT: pa.string(), FLAG: pa.bool_(),
    DATE: pa.date32(), TIME: pa.timestamp("us", tz="UTC"),
}  # fmt: skip
WORDS = ["", "a", "Abc", " \t abc\n", "É", "ß", "\u00a0x", "𝒳y", "a_%b", "true", "i\u0307"]
NUMBERS = [
    0.0, -0.0, 1.5, -7.5, 2.0, 709.782712893384, 709.7827128933841, 1e308, -1e308, 5e-324,
    2.0**53, 2.0**63, -(2.0**63), math.nextafter(2.0**63, 0), math.inf, -math.inf,
]  # fmt: skip
WHOLES = [0, 1, -1, 2, -2, 3, -7, 7, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63)]
MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    datetime(2024, 2, 29, 23, 59, 59, 1, UTC),
    datetime(1969, 12, 31, 23, tzinfo=UTC),
]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    INTEGER: st.sampled_from(WHOLES) | st.integers(-1000, 1000),
    NUMBER: st.sampled_from(NUMBERS) | st.floats(allow_nan=False),
    TEXT: st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    FLAG: st.booleans(),
    DATE: st.sampled_from([moment.date() for moment in MOMENTS]) | st.dates(),
    TIME: st.sampled_from(MOMENTS)
    | st.integers(0, 3_000_000_000_000).map(lambda ms: MOMENTS[-1] + timedelta(milliseconds=ms)),
}
NUMERIC, DAYS, ORDERED = (INTEGER, NUMBER), (DATE, TIME), (INTEGER, NUMBER, FLAG, DATE, TIME)
MAKES = {  # operation -> the types it can give, and the types of its arguments for each
    **{name: {kind: (kind, kind) for kind in NUMERIC} for name in ("add", "subtract", "multiply")},
    "modulo": {kind: (kind, kind) for kind in NUMERIC},
    "divide": {NUMBER: (NUMBER, NUMBER)},
    **{name: {kind: (kind,) for kind in NUMERIC} for name in ("negate", "abs")},
    **{name: {INTEGER: (NUMBER,)} for name in ("floor", "ceil")},
    **{name: {NUMBER: (NUMBER,)} for name in ("sqrt", "exp", "ln")},
    **{name: {FLAG: (FLAG, FLAG)} for name in ("and", "or")},
    "not": {FLAG: (FLAG,)},
    **{name: {TEXT: (TEXT,)} for name in ("lower", "upper", "strip")},
    "length": {INTEGER: (TEXT,)},
    **{name: {FLAG: (TEXT, TEXT)} for name in ("contains", "starts_with", "ends_with")},
    "concat": {TEXT: (TEXT, TEXT)},
    "if_else": {kind: (FLAG, kind, kind) for kind in ARROW},
    "coalesce": {kind: (kind, kind, kind) for kind in ARROW},
    **{name: {kind: (kind, kind, kind) for kind in ORDERED} for name in ("least", "greatest")},
}
ASKS = {  # operation that gives one type -> that, the types it takes, and how many of one
    **dict.fromkeys(("equals", "not_equals"), (FLAG, ARROW, 2)),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal"), (FLAG, ORDERED, 2)),
    "is_null": (FLAG, ARROW, 1),
    "is_in": (FLAG, ARROW, 3),
    **dict.fromkeys(("year", "month", "day", "day_of_week", "day_of_year"), (INTEGER, DAYS, 1)),
    **dict.fromkeys(("hour", "minute"), (INTEGER, (TIME,), 1)),
}
CALLS = [  # (operation, types of its arguments, type of its result)
    *((name, kinds, kind) for name, gives in MAKES.items() for kind, kinds in gives.items()),
    *(
        (name, (held,) * count, kind)
        for name, (kind, kinds, count) in ASKS.items()
        for held in kinds
    ),
    *(("cast", (source,), target) for source, target in CASTS),
]


def literals(kind: str) -> st.SearchStrategy[Expression]:
    known = VALUES[kind].filter(lambda value: kind != NUMBER or math.isfinite(value))
    written = known.map(lambda value: value.isoformat() if kind in DAYS else value)
    return (written | st.none()).map(lambda value: Literal(value, kind))


@cache
def expressions(kind: str, depth: int = 3) -> st.SearchStrategy[Expression]:
    columns = st.sampled_from([ColumnOf(name) for name, held in COLUMNS.items() if held == kind])
    if depth == 0:
        return columns | literals(kind)
    calls = [
        st.tuples(*(expressions(held, depth - 1) for held in kinds)).map(
            lambda arguments, name=name: Call(name, arguments, kind)
        )
        for name, kinds, gives in CALLS
        if gives == kind
    ]
    return st.one_of(columns, *calls)


PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]  # explaining takes minutes
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | VALUES[kind] for name, kind in COLUMNS.items()}),
    min_size=1,
    max_size=6,
)
FOUND = st.sampled_from(sorted(ARROW)).flatmap(expressions)


@cache
def connection():
    return engine.connect()


def at_bench(made: Sequence[Expression], rows: list[dict[str, Any]]) -> list[list[Any]]:
    """What DuckDB gives, row by row."""
    schema = pa.schema([(name, ARROW[kind]) for name, kind in COLUMNS.items()])
    connection().con.register("rows", pa.Table.from_pylist(rows, schema=schema))
    table = connection().table("rows")
    query = table.select(**{f"x{at}": to_ibis(table, one) for at, one in enumerate(made)})
    return [list(row.values()) for row in connection().to_pyarrow(query).to_pylist()]


@contextmanager
def as_written() -> Iterator[None]:
    """DuckDB computes as written: it turns count + 1 <> 0 into count <> -1, which has no end."""
    connection().raw_sql("SET disabled_optimizers = 'expression_rewriter'")
    try:
        yield
    finally:
        connection().raw_sql("RESET disabled_optimizers")


def record(values: dict[str, Any], columns: Sequence[str] = tuple(COLUMNS)) -> encoder.Row:
    kind = msgspec.defstruct("Record", [f"c{at}" for at in range(len(columns))])
    return kind(*(values[name] for name in columns))


def at_door(made: Sequence[Expression], rows: list[dict[str, Any]]) -> list[list[Any]]:
    """What the compiled program gives, row by row."""
    program = encoder.Program(tuple(COLUMNS))
    names = [program.value(typed(one, COLUMNS)).name for one in made]
    run = program.compiled("row", f"[{', '.join(names)}]")
    return [run(record(row)) for row in rows]


def bits(value: Any) -> Any:
    """Equal only for the same type and bits; every NaN is alike."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("<d", value)
    return (type(value), value)


def test_every_operation_is_held_and_tested():
    assert {name for name, *_ in CALLS} == set(OPERATIONS)


CONSTANTS = {
    INTEGER: [0, -7, 2**31], NUMBER: [0.0, 1.5], TEXT: ["", "É", "a"], FLAG: [True],
    DATE: ["0001-01-01", "2024-02-29"], TIME: ["1969-12-31T23:00:00+00:00"],
}  # fmt: skip


def undefined_where_infinite(column: ColumnOf) -> Expression:
    """The same number, NaN for an infinite one: no column holds NaN, arithmetic makes it."""
    return Call("add", (column, Call("multiply", (column, Literal(0.0)), NUMBER)), NUMBER)


@pytest.mark.parametrize("number", [lambda column: column, undefined_where_infinite])
def test_every_operation_agrees_with_the_bench_on_every_pair_of_corner_values(number):
    corners = {
        INTEGER: [None, *(value for value in WHOLES if abs(value) < 2**32)],
        NUMBER: [None, *NUMBERS],
        TEXT: [None, *WORDS],
        FLAG: [None, False, True],
        DATE: [None, *(moment.date() for moment in MOMENTS)],
        TIME: [None, *MOMENTS],
    }
    pairs = {kind: list(product(values, repeat=2)) for kind, values in corners.items()}
    names = {kind: [name for name in COLUMNS if COLUMNS[name] == kind] for kind in ARROW}
    rows = [
        {
            name: pairs[kind][at % len(pairs[kind])][place]
            for kind in ARROW
            for place, name in enumerate(names[kind])
        }
        for at in range(max(map(len, pairs.values())))
    ]
    columns = {kind: [ColumnOf(name) for name in held] * 2 for kind, held in names.items()}
    columns[NUMBER] = [number(column) for column in columns[NUMBER]]
    made = [
        Call(name, tuple(columns[kind][at] for at, kind in enumerate(kinds)), gives)
        for name, kinds, gives in CALLS
    ]

    made += [
        Call("is_in", (columns[kind][0], *(Literal(value, kind) for value in constants)), FLAG)
        for kind, among in CONSTANTS.items()
        for constants in (among, [*among, None])
    ]

    bench, door = at_bench(made, rows), at_door(made, rows)

    for at, call in enumerate(made):
        found = [bits(row[at]) for row in door]
        assert found == [bits(row[at]) for row in bench], call


@settings(max_examples=100, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(made=st.lists(FOUND, min_size=1, max_size=4), rows=ROWS)
def test_any_expression_gives_at_the_door_what_it_gives_at_the_bench(made, rows):
    try:
        with as_written():
            at_bench(made, rows)
    except engine.EngineError:  # beyond int64
        reject()

    bench = at_bench(made, rows)
    door = at_door(made, rows)

    assert [list(map(bits, row)) for row in door] == [list(map(bits, row)) for row in bench]


def inputs_of(outputs: dict[str, Expression], kinds: dict[str, Input], row: dict[str, Any]):
    made = tuple(Output(name, typed(one, COLUMNS)) for name, one in outputs.items())
    encode = encoder.compiled(made, tuple(kinds.values()), tuple(COLUMNS))
    return encode(record({**dict.fromkeys(COLUMNS), **row}))


def test_inputs_are_floats_in_the_order_of_the_model():
    kinds = {
        "temp": Input("temp", "number"),
        "late": Input("late", "boolean"),
        "class": Input("class", "text", ("first", "second")),
        "count": Input("count", "integer"),
    }
    outputs = {name: ColumnOf(name) for name in reversed(kinds)}

    row = {"temp": -0.5, "late": True, "class": "second", "count": 7}

    assert inputs_of(outputs, kinds, row) == [-0.5, 1.0, 1.0, 7.0]
    assert all(isinstance(value, float) for value in inputs_of(outputs, kinds, row))


@pytest.mark.parametrize("row", [{}, {"class": "unseen"}, {"temp": math.inf}])
def test_what_is_null_unseen_or_no_number_is_missing(row):
    outputs = {
        "class": ColumnOf("class"),
        "difference": Call("subtract", (ColumnOf("temp"), ColumnOf("temp"))),
        "either": Call("coalesce", (ColumnOf("dep time"), ColumnOf("count"))),
        "chosen": Call("if_else", (ColumnOf("late"), ColumnOf("late"), ColumnOf("late"))),
    }
    kinds = {name: Input(name, "number") for name in outputs}
    kinds["class"] = Input("class", "text", ("first",))

    found = inputs_of(outputs, kinds, row)

    assert all(map(math.isnan, found))


def test_a_whole_number_beyond_int64_is_null():
    made = [
        Call("add", (ColumnOf("count"), Literal(1))),
        Call("multiply", (ColumnOf("count"), ColumnOf("count"))),
        Call("negate", (ColumnOf("dep time"),)),
        Call("subtract", (ColumnOf("count"), Literal(1))),
    ]
    row = {**dict.fromkeys(COLUMNS), "count": 2**63 - 1, "dep time": -(2**63)}

    assert at_door(made, [row]) == [[None, None, None, 2**63 - 2]]


def test_equal_constants_of_other_bits_or_types_are_kept_apart():
    made = [Literal(0.0), Literal(-0.0), Literal(1), Literal(True), Literal(1.0)]  # noqa: FBT003

    found = at_door(made, [dict.fromkeys(COLUMNS)])

    assert [*map(bits, found[0])] == [*map(bits, [0.0, -0.0, 1, True, 1.0])]


def test_a_name_of_the_user_never_becomes_code():
    hostile = "x\nimport os"
    encode = encoder.compiled(
        (Output(hostile, ColumnOf(hostile, NUMBER)), Output("text", Literal('")\n', TEXT))),
        (Input(hostile, "number"), Input("text", "text", ('")\n',))),
        (hostile,),
    )

    assert encode(record({hostile: 3.0}, (hostile,))) == [3.0, 0.0]


def test_an_input_nobody_gives_is_a_mistake_with_the_nearest_name():
    with pytest.raises(Mistake, match="gives no tmep") as caught:
        inputs_of({"temp": ColumnOf("temp")}, {"tmep": Input("tmep", "number")}, {})

    assert "did you mean temp?" in caught.value.hint


def test_a_column_no_request_has_is_a_mistake_with_the_nearest_name():
    output = Output("x", ColumnOf("tmep", NUMBER))

    with pytest.raises(Mistake, match="no column tmep") as caught:
        encoder.compiled((output,), (Input("x", "number"),), ("temp",))

    assert "did you mean temp?" in caught.value.hint


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        (Call("sqrt", (ColumnOf("temp", TEXT),), NUMBER), "the door holds no sqrt of string"),
        (Call("add", (ColumnOf("temp"), ColumnOf("temp"))), "no add of an unknown type"),
        (Call("cast", (ColumnOf("temp", NUMBER),), TEXT), "no cast of float64 to string"),
    ],
)
def test_an_operation_the_door_does_not_hold_is_a_mistake_that_names_it(expression, what):
    with pytest.raises(Mistake, match=what) as caught:
        encoder.Program(("temp",)).value(expression)

    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "wanted"), [(DATE, "number"), (TEXT, "number"), (NUMBER, "text"), (TIME, "text")]
)
def test_an_input_of_the_wrong_type_is_a_mistake(kind, wanted):
    output = Output("x", ColumnOf("temp", kind))

    with pytest.raises(Mistake, match=r"input x is .*, the model takes a"):
        encoder.compiled((output,), (Input("x", wanted),), ("temp",))


def test_values_are_what_features_gives_else_the_columns_own() -> None:
    doubled = Call("multiply", (ColumnOf("count", INTEGER), Literal(2, INTEGER)), INTEGER)
    columns = ("class", "count")
    row = msgspec.defstruct("Row", ["c0", "c1"])("new", 21)

    given = encoder.values(("twice", "class"), (Output("twice", doubled),), columns)

    assert given(row) == (42, "new")
    assert encoder.values((), (), columns)(row) == ()
    with pytest.raises(Mistake, match="no column moon"):
        encoder.values(("moon",), (), columns)
