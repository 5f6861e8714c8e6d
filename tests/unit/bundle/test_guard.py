import json
import math
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.bundle import guard
from mainstay.bundle.guard import Judgement, RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import SEVERITY, FieldRule, RowRule, name
from mainstay.core.typed import typed
from mainstay.data import engine, rules

COLUMNS = (
    RequestColumn("flight id", "string", "key"),
    RequestColumn("sched_dep", "timestamp('UTC')", "time"),
    RequestColumn("tailnum", "string", "entity"),
    RequestColumn("distance", "int64"),
    RequestColumn("temp", "float64"),
    RequestColumn("dewp", "float64"),
    RequestColumn("carrier", "string"),
    RequestColumn("late", "boolean"),
    RequestColumn("day", "date"),
    RequestColumn("seats", "float64"),
)
TYPES = {column.name: column.type for column in COLUMNS}
DEW = typed(Call("less_equal", (ColumnOf("dewp"), ColumnOf("temp"))), TYPES)
RULES = (
    FieldRule("distance", "integer", False, "reject", 17, 6000, unit="mile"),  # noqa: FBT003
    FieldRule("temp", "number", True, "fallback", -30, 130),  # noqa: FBT003
    FieldRule("carrier", "string", False, "flag", levels=("AA", "UA")),  # noqa: FBT003
    FieldRule("seats", "integer", True, "flag"),  # noqa: FBT003
    RowRule("dewp <= temp", DEW, "flag"),
)
ROW: dict[str, Any] = {
    "flight id": "UA1",
    "sched_dep": "2013-01-31T06:00:00Z",
    "tailnum": None,
    "distance": 1400,
    "temp": 39.02,
    "dewp": None,
    "carrier": "UA",
    "late": None,
    "day": "2013-01-31",
    "seats": 55.0,
}
GUARD = guard.compiled(COLUMNS, RULES)
ABSENT = object()


def written(value: Any) -> str:
    """JSON as a caller writes it: NaN as null, infinity as a number beyond float64."""
    if isinstance(value, float) and not math.isfinite(value):
        return "null" if math.isnan(value) else f"{'-' * (value < 0)}1e400"
    return json.dumps(value)


def body(*rows: dict[str, Any]) -> bytes:
    members = [
        [
            f"{json.dumps(key)}: {written(value)}"
            for key, value in row.items()
            if value is not ABSENT
        ]
        for row in rows
    ]
    records = ", ".join(f"{{{', '.join(row)}}}" for row in members)
    return f'{{"records": [{records}]}}'.encode()


def judged(**values: Any) -> Judgement:
    found = GUARD.judged(body({**ROW, **values}))
    assert isinstance(found, list), found
    return found[0]


def breaches(found: Judgement) -> list[tuple[str, str]]:
    return [(reason.field, reason.what) for reason in found.reasons]


def test_a_row_that_keeps_every_rule_is_scored():
    found = judged()

    assert (found.outcome, found.reasons, found.flags) == ("score", (), ())
    assert [GUARD.value(found.row, name) for name in GUARD.columns] == [
        "UA1",
        datetime(2013, 1, 31, 6, tzinfo=UTC),
        *(None, 1400, 39.02, None, "UA", None),
        date(2013, 1, 31),
        55.0,
    ]


def test_each_record_is_judged_for_itself_in_order():
    rows = [ROW, {**ROW, "distance": 9000}, {**ROW, "temp": "hot"}, {**ROW, "carrier": "ZZ"}]

    found = GUARD.judged(body(*rows))

    assert [(one.outcome, [reason.path for reason in one.reasons]) for one in found] == [
        ("score", []),
        ("reject", ["$.records[1].distance"]),
        ("fallback", ["$.records[2].temp"]),
        ("score", ["$.records[3].carrier"]),
    ]


def test_a_breach_says_the_value_the_limit_and_the_unit():
    assert breaches(judged(distance=9000)) == [("distance", "is 9000, above 6000 mile")]
    assert breaches(judged(temp=-30.5)) == [("temp", "is -30.5, below -30")]
    assert breaches(judged(seats=2.5)) == [("seats", "is 2.5, not a whole number")]
    assert breaches(judged(seats=math.inf)) == [("seats", "is inf, not finite")]
    assert breaches(judged(carrier="ZZ")) == [("carrier", "is ZZ, not among the 2 known")]
    assert breaches(judged(dewp=50.0)) == [("dewp <= temp", "breaks dewp <= temp")]


def test_the_worst_breach_decides_and_every_one_is_told():
    found = judged(carrier="ZZ", temp="hot", dewp=None)

    assert found.outcome == "fallback"
    assert found.flags == ("temp", "carrier")
    assert breaches(found) == [
        ("temp", 'is "hot", not a number'),
        ("carrier", "is ZZ, not among the 2 known"),
    ]


def test_what_could_not_be_read_is_null_in_the_row():
    found = judged(temp="hot", carrier=ABSENT, seats=2.5)

    values = [GUARD.value(found.row, name) for name in ("temp", "carrier", "seats", "distance")]

    assert values == [None, None, 2.5, 1400]
    assert found.flags == ("temp", "carrier", "seats")


def test_a_whole_number_may_be_written_with_a_point():
    found = judged(distance=1400.0)

    assert found.outcome == "score"
    assert GUARD.value(found.row, "distance") == 1400
    assert isinstance(GUARD.value(found.row, "distance"), int)


def test_a_moment_of_any_zone_is_utc_in_the_row():
    found = judged(sched_dep="2013-01-31T01:00:00-05:00")

    moment = GUARD.value(found.row, "sched_dep")

    assert moment.isoformat() == "2013-01-31T06:00:00+00:00"


def test_a_value_of_an_unknown_name_is_a_mistake():
    with pytest.raises(Mistake, match="no column tmep"):
        GUARD.value(judged().row, "tmep")


def test_a_required_field_of_a_key_cannot_be_made_optional_by_a_rule():
    lenient = FieldRule("flight id", "string", nullable=True, on_breach="flag")
    found = guard.compiled(COLUMNS, (lenient,)).judged(body({**ROW, "flight id": None}))

    assert [(one.outcome, breaches(one)) for one in found] == [
        ("reject", [("flight id", "is null")])
    ]


@pytest.mark.parametrize(
    ("columns", "rule", "what"),
    [
        ([("x", "decimal(9, 2)")], None, "cannot hold x of type decimal"),
        ([("x", "int64"), ("x", "int64")], None, "names a column twice"),
        ([('a "b"', "int64")], None, "cannot hold these names"),
        ([("x", "int64")], FieldRule("y", "integer", True, "flag"), "no column y"),  # noqa: FBT003
        (
            [("x", "string")],
            FieldRule("x", "number", nullable=True, on_breach="flag"),
            "x is declared number, the column is string",
        ),
        (
            [("x", "int64")],
            FieldRule("x", "integer", nullable=True, on_breach="flag", levels=("1",)),
            "only text has levels",
        ),
        (
            [("x", "date")],
            FieldRule("x", "date", nullable=True, on_breach="flag", low=1.0),
            "only numbers have a range",
        ),
        ([("x", "int64")], RowRule("x", ColumnOf("x", "int64"), "flag"), "x is no condition"),
    ],
)
def test_a_rule_the_door_cannot_ask_is_a_mistake(columns, rule, what):
    request = tuple(RequestColumn(*column) for column in columns)

    with pytest.raises(Mistake, match=what):
        guard.compiled(request, (rule,) if rule else ())


# ---- the reference: core/rules.py read aloud, one row at a time, without any haste
def reference(row: dict[str, Any], declared: tuple[Any, ...]) -> tuple[str, set[tuple[str, str]]]:
    fields = {rule.name: rule for rule in declared if isinstance(rule, FieldRule)}
    found, known = set(), {}
    for column in COLUMNS:
        rule = fields.get(column.name)
        required = column.role in ("key", "time")
        on_breach = "reject" if required or rule is None else rule.on_breach
        nullable = not required and (rule is None or rule.nullable)
        value = row[column.name]
        is_null = value is None or (isinstance(value, float) and math.isnan(value))
        wrong = value is ABSENT or not (
            is_null or fits(column.type, value, declared=rule is not None)
        )
        if wrong or (is_null and not nullable):
            found.add((column.name, on_breach))
        known[column.name] = None if wrong or is_null else value
    found |= {(one.name, one.on_breach) for one in fields.values() if outside(one, known[one.name])}
    dewp, temp = known["dewp"], known["temp"]
    if None not in (dewp, temp) and not dewp <= temp:
        found |= {(name(rule), rule.on_breach) for rule in declared if isinstance(rule, RowRule)}
    worst = max((severity for _, severity in found), key=SEVERITY.index, default="flag")
    return ("score" if worst == "flag" else worst), found


def fits(kind: str, value: Any, *, declared: bool) -> bool:
    if isinstance(value, bool) or kind == "boolean":
        return isinstance(value, bool) and kind == "boolean"
    match kind, value:
        case ("int64", int()):
            return -(2**63) <= value < 2**63
        case ("int64", float()):
            return value.is_integer() and abs(value) <= 2**53
        case ("float64", int() | float()):
            return declared or math.isfinite(value)
        case (_, str()):
            known = {"date": DATES, "timestamp('UTC')": TIMES, "string": [value]}
            return value in known.get(kind, [])
    return False


def outside(rule: FieldRule, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return value is not None and rule.levels is not None and value not in rule.levels
    low = -math.inf if rule.low is None else rule.low
    high = math.inf if rule.high is None else rule.high
    fraction = rule.type == "integer" and value != math.inf and value % 1 != 0
    return fraction or not math.isfinite(value) or not low <= value <= high


DATES = ("2013-01-31", "0001-01-01", "9999-12-31")
TIMES = ("2013-01-31T06:00:00Z", "2013-01-31T01:00:00.25-05:00", "1970-01-01t00:00:00z")
NO_TIMES = ("2013-01-31T06:00:00", "2013-02-30", "0001-01-01T00:00:00+10:00", "now", "")
NUMBERS = st.sampled_from(
    [math.nan, math.inf, -math.inf, 0.0, -0.0, 17.0, 16.999, 130.0, 2.5, 1e308, 5e-324, 2.0**53]
)
WHOLES = st.sampled_from([0, 17, 16, 6000, 6001, -7, 2**53 + 1, 2**63 - 1, -(2**63)])
FITTING = {
    "int64": st.none() | WHOLES,
    "float64": st.none() | NUMBERS | st.floats(),
    "string": st.sampled_from([None, "AA", "UA", "ZZ", "", 'a":"b', "é 𝒳", ": :"]) | st.text(),
    "boolean": st.sampled_from([None, True, False]),
    "date": st.sampled_from([None, *DATES]),
    "timestamp('UTC')": st.sampled_from([None, *TIMES]),
}
ANY = st.one_of(
    *FITTING.values(), st.sampled_from([*NO_TIMES, 2**63, -(2**80), ABSENT, [], {}, [1], {"a": 1}])
)
ROWS = st.fixed_dictionaries({column.name: FITTING[column.type] for column in COLUMNS})
WILD_ROWS = st.builds(lambda row, wild: {**row, **wild}, ROWS, st.dictionaries(
    st.sampled_from([column.name for column in COLUMNS]), ANY, max_size=3
))  # fmt: skip
LEVELS = st.sampled_from([None, (), ("AA", "UA")])
BOUNDS = st.sampled_from([None, -1e3, 17.0, 16.5, 130.0, 6000.0, 2.0**53])


def field_rules(column: RequestColumn) -> st.SearchStrategy[FieldRule]:
    kinds = {
        "int64": ("integer", "number"), "float64": ("number", "integer"), "string": ("string",),
        "boolean": ("boolean",), "date": ("date",), "timestamp('UTC')": ("timestamp",),
    }  # fmt: skip
    numeric = column.type in ("int64", "float64")
    return st.builds(
        FieldRule,
        name=st.just(column.name),
        type=st.sampled_from(kinds[column.type]),
        nullable=st.booleans(),
        on_breach=st.sampled_from(SEVERITY),
        low=BOUNDS if numeric else st.none(),
        high=BOUNDS if numeric else st.none(),
        levels=LEVELS if column.type == "string" else st.none(),
    )


ROW_RULES = st.none() | st.builds(
    RowRule, text=st.just("dew"), condition=st.just(DEW), on_breach=st.sampled_from(SEVERITY)
)
RULE_SETS = st.tuples(*(st.none() | field_rules(column) for column in COLUMNS), ROW_RULES).map(
    lambda drawn: tuple(rule for rule in drawn if rule)
)


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(RULE_SETS, st.lists(WILD_ROWS, min_size=1, max_size=4))
def test_the_guard_judges_every_row_as_the_rules_read(declared, rows):
    found = guard.compiled(COLUMNS, declared).judged(body(*rows))

    assert [
        (one.outcome, {(reason.field, reason.on_breach) for reason in one.reasons}) for one in found
    ] == [reference(row, declared) for row in rows]


ARROW = {
    "int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_(),
    "date": pa.date32(), "timestamp('UTC')": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


@cache
def connection():
    return engine.connect()


def at_bench(declared: tuple[Any, ...], rows: list[dict[str, Any]]) -> list[str | None]:
    read = {"date": date.fromisoformat, "timestamp('UTC')": datetime.fromisoformat}
    held = [
        {
            column: read.get(TYPES[column], lambda value: value)(value)
            for column, value in row.items()
            if value is not None
        }
        for row in rows
    ]
    schema = pa.schema([(column, ARROW[kind]) for column, kind in TYPES.items()])
    connection().con.register("rows", pa.Table.from_pylist(held, schema=schema))
    query = rules.judged(connection().table("rows"), declared)[rules.BREACH]
    return connection().to_pyarrow(query).to_pylist()


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(RULE_SETS, st.lists(ROWS, min_size=1, max_size=8))
def test_the_guard_judges_a_row_as_the_bench_judges_it_in_a_table(declared, drawn):
    filled = {"flight id": "UA1", "sched_dep": TIMES[0]}  # a table has them
    free = {
        column: None for column in ("temp", "dewp", "seats") if column not in map(name, declared)
    }
    rows = [{**row, **filled, **free} for row in drawn]

    found = guard.compiled(COLUMNS, declared).judged(body(*rows))

    assert [
        max((reason.on_breach for reason in one.reasons), key=SEVERITY.index, default=None)
        for one in found
    ] == at_bench(declared, rows)
