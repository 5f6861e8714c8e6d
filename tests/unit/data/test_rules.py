import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.bundle import guard
from mainstay.bundle.guard import RequestColumn
from mainstay.contract.conditions import condition
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Literal
from mainstay.core.rules import FieldRule, RowRule, Rule
from mainstay.core.typed import INTEGER, typed
from mainstay.data import profile, rules, schema
from mainstay.data.expression import constant
from mainstay.data.profile import NOTHING, Selection

Stored = Callable[..., ir.Table]
TYPES = {
    "id": "int64", "distance": "int64", "temp": "float64", "dewp": "float64",
    "pressure": "float64", "carrier": "string", "late": "boolean", "day": "date",
    "time": "timestamp('UTC')",
}  # fmt: skip
NUMBERS = st.none() | st.sampled_from(
    [0.0, -0.0, 0.5, 17.0, 17.5, 130.0, 130.5, -30.0, 1e308, math.inf, -math.inf, math.nan, 2.0**63]
)
ROW = st.fixed_dictionaries(
    {
        "distance": st.none() | st.integers(15, 19) | st.sampled_from([0, 6000, 6001, 2**53 + 1]),
        "temp": NUMBERS,
        "dewp": NUMBERS,
        "pressure": NUMBERS,
        "carrier": st.none() | st.sampled_from(["UA", "ua", "", "B6", "É"]),
        "late": st.none() | st.booleans(),
        "day": st.just(date(2013, 1, 31)) | st.none(),
        "time": st.just(datetime(2013, 1, 31, 6, tzinfo=UTC)),
    }
)
DRIER = Call("less_equal", (ColumnOf("dewp"), ColumnOf("temp")))
NEAR = Call("or", (Call("less", (ColumnOf("distance"), Literal(6001.5))), ColumnOf("late")))
RULES: tuple[Rule, ...] = (
    FieldRule("distance", "integer", nullable=False, on_breach="reject", low=16.5, high=6000),
    FieldRule("temp", "number", nullable=True, on_breach="fallback", low=-30, high=130),
    FieldRule("dewp", "number", nullable=True, on_breach="flag"),
    FieldRule("pressure", "integer", nullable=True, on_breach="flag", high=1e18),
    FieldRule("carrier", "string", nullable=False, on_breach="flag", levels=("UA", "B6", "É")),
    FieldRule("late", "boolean", nullable=True, on_breach="reject"),
    FieldRule("day", "date", nullable=False, on_breach="fallback"),
    FieldRule("time", "timestamp", nullable=False, on_breach="reject"),
    RowRule("dewp <= temp", typed(DRIER, TYPES), "flag"),
    RowRule("distance < 6001.5 or late", typed(NEAR, TYPES), "fallback"),
)


def table(stored: Stored, rows: list[dict[str, object]]) -> ir.Table:
    numbered = [{"id": at, **row} for at, row in enumerate(rows)]
    return stored(TYPES, **{name: [row[name] for row in numbered] for name in TYPES})


def counted(table: ir.Table, some: tuple[Rule, ...]) -> list[int]:
    """How many rows broke each rule, as they stream by."""
    marked = rules.marked(table, some)
    asked = tuple(Selection(NOTHING, mark) for mark in marked.broken)
    found = profile.selected(marked.table, asked, constant(0, INTEGER), 1)
    return [one.rows for (one,) in found]


def requested(rows: list[dict[str, Any]]) -> bytes:
    """The same rows as JSON can say them: NaN as null, an infinity as a number beyond float64."""

    def said(value: object) -> object:
        if isinstance(value, float) and math.isnan(value):
            return None
        if isinstance(value, datetime):
            return value.isoformat()
        return str(value) if isinstance(value, date) else value

    records = [{name: said(value) for name, value in row.items()} for row in rows]
    return json.dumps({"records": records}).replace("Infinity", "1e999").encode()


@settings(max_examples=8)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_the_bench_judges_every_row_as_the_door_does(
    stored: Stored, rows: list[dict[str, object]]
) -> None:
    columns = tuple(RequestColumn(name, kind) for name, kind in TYPES.items() if name != "id")
    at_the_door = guard.compiled(columns, RULES).judged(requested(rows))

    made = rules.judged(table(stored, rows), RULES).order_by("id").to_pyarrow()

    assert isinstance(at_the_door, list)
    severities = ("reject", "fallback", "flag")
    assert made[rules.BREACH].to_pylist() == [
        next((one for one in severities if one in {r.on_breach for r in row.reasons}), None)
        for row in at_the_door
    ]


@settings(max_examples=4)
@given(st.lists(ROW, max_size=30))
def test_counts_are_of_the_rows_that_broke_each_rule(
    stored: Stored, rows: list[dict[str, object]]
) -> None:
    stale = table(stored, rows)

    found = counted(stale, RULES)

    alone = [rules.judged(stale, (rule,)) for rule in RULES]
    broken = [one.filter(one[rules.BREACH].notnull()).count().to_pyarrow().as_py() for one in alone]
    assert found == broken


def test_each_breach_of_a_field_is_found(stored: Stored) -> None:
    rows = stored({"temp": "float64"}, temp=[1.0, None, math.nan, math.inf, -31.0, 131.0, 130.0])
    rule = FieldRule("temp", "number", nullable=False, on_breach="fallback", low=-30, high=130)

    made = rules.judged(rows, (rule,)).to_pyarrow()

    bad = "fallback"
    assert made[rules.BREACH].to_pylist() == [None, bad, bad, bad, bad, bad, None]


def test_a_column_of_numbers_declared_integer_holds_whole_ones_only(stored: Stored) -> None:
    rows = stored({"hour": "float64"}, hour=[5.0, 5.5, None, math.inf, -0.0, 1e300])
    rule = FieldRule("hour", "integer", nullable=True, on_breach="flag")

    made = rules.judged(rows, (rule,)).to_pyarrow()

    assert made[rules.BREACH].to_pylist() == [None, "flag", None, "flag", None, None]


def test_whole_bounds_are_exact_beyond_what_doubles_tell_apart(stored: Stored) -> None:
    rows = stored({"seats": "int64"}, seats=[2**53, 2**53 + 1, -(2**63), 2**63 - 1])
    rule = FieldRule("seats", "integer", nullable=False, on_breach="flag", high=2.0**53)

    assert counted(rows, (rule,)) == [2]


def test_without_rules_nothing_is_broken(stored: Stored) -> None:
    rows = stored({"temp": "float64"}, temp=[None])

    assert rules.judged(rows, ()).to_pyarrow()[rules.BREACH].to_pylist() == [None]
    assert counted(rows, ()) == []


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (FieldRule("tmp", "number", nullable=True, on_breach="flag"), "has no column tmp"),
        (
            FieldRule("temp", "string", nullable=True, on_breach="flag"),
            "temp is declared string, the column is float64",
        ),
        (RowRule("temp", ColumnOf("temp"), "flag"), "temp is no condition: it gives float64"),
        (RowRule("tmp", ColumnOf("tmp"), "flag"), "there is no column tmp"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_a_mistake(stored: Stored, rule: Rule, what: str) -> None:
    rows = stored({"temp": "float64"}, temp=[])

    with pytest.raises(Mistake, match=what):
        rules.judged(rows, (rule,))


def test_only_rules_that_reject_or_fall_back_keep_a_row_from_the_model(stored: Stored) -> None:
    table = stored(
        {"temp": "float64", "dewp": "float64"}, temp=[1.0, 9.0, 1.0], dewp=[1.0, 1.0, 9.0]
    )
    falls_back = FieldRule("temp", "number", nullable=True, on_breach="fallback", high=5.0)
    marks = FieldRule("dewp", "number", nullable=True, on_breach="flag", high=5.0)

    kept = rules.let_through(table, (falls_back, marks))

    assert kept.columns == table.columns
    assert sorted(kept.dewp.to_pyarrow().to_pylist()) == [1.0, 9.0]
    assert rules.let_through(table, ()).count().to_pyarrow().as_py() == 3


def test_what_is_broken_and_imputed_reaches_the_model_as_its_imputed_value(stored: Stored) -> None:
    table = stored({"temp": "float64", "dewp": "float64"}, temp=[1.0, 9.0, None], dewp=[2.0] * 3)
    warm = FieldRule("temp", "number", nullable=False, on_breach="impute", high=5.0, imputed=3)
    dry = RowRule("dewp <= temp", DRIER, "reject")

    kept = rules.let_through(table, (warm, dry)).order_by("temp").to_pyarrow()
    made = rules.imputed(table, (warm, dry)).to_pyarrow()

    assert kept["temp"].to_pylist() == [3.0, 3.0]
    assert sorted(made["temp"].to_pylist()) == [1.0, 3.0, 3.0]
    assert counted(table, (warm, dry)) == [2, 1]


def test_imputing_twice_changes_nothing_and_without_a_rule_nothing_is_touched(
    stored: Stored,
) -> None:
    table = stored({"temp": "float64"}, temp=[1.0, 9.0, None])
    warm = FieldRule("temp", "number", nullable=False, on_breach="impute", high=5.0, imputed=3)

    once = rules.imputed(table, (warm,))

    assert rules.imputed(once, (warm,)).to_pyarrow() == once.to_pyarrow()
    assert rules.imputed(table, ()) is table


CONDITIONS = (
    "temp < dewp", "temp <= dewp", "temp > dewp", "temp >= dewp", "temp == dewp", "temp != dewp",
    "temp + dewp < 30", "temp - dewp >= 0.5", "temp * 2 <= dewp", "temp / dewp > 1",
    "distance % 2 == 0", "-distance < temp", "0 <= temp <= dewp", "temp < dewp and distance > 16",
    "temp < dewp or distance is null", "not temp < dewp", 'carrier in ["UA", "B6"]',
    'carrier not in ["UA"] or late', "dewp is null or temp is not null", "late",
    "abs(temp - dewp) < 20", "coalesce(temp, dewp) > 0", "month(day) == month(time)",
    'if_else(late, "UA", "B6") == carrier', "length(carrier) == 2", "least(temp, dewp) < 17",
)  # fmt: skip


@settings(max_examples=5)
@given(st.lists(ROW, min_size=1, max_size=25))
def test_a_condition_of_any_operator_is_judged_alike_at_the_bench_and_at_the_door(
    stored: Stored, rows: list[dict[str, Any]]
) -> None:
    free = {"temp", "dewp", "pressure"}  # an infinity without a rule is no number at the door
    finite = [
        {k: None if k in free and v and math.isinf(v) else v for k, v in row.items()}
        for row in rows
    ]
    stated = tuple(RowRule(one, typed(condition(one), TYPES), "flag") for one in CONDITIONS)
    columns = tuple(RequestColumn(name, kind) for name, kind in TYPES.items() if name != "id")
    at_the_door = guard.compiled(columns, stated).judged(requested(finite))

    widened = schema.widened(table(stored, finite))
    marks = {one.text: rules.broken(widened, one) for one in stated}
    made = widened.mutate(**marks).order_by("id").to_pyarrow()

    assert isinstance(at_the_door, list)
    assert [{name for name in marks if row[name]} for row in made.to_pylist()] == [
        set(row.flags) for row in at_the_door
    ]
