"""The rules at the door and at the bench, against a third reading of them without any haste."""

import json
import math
import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.bundle import checks, guard, reading
from mainstay.bundle.guard import RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import SEVERITY, STOPPING, Band, FieldRule, RowRule, name
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
MONTH = typed(Call("month", (ColumnOf("sched_dep"),)), TYPES)
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


# ---- the reference: core/rules.py read aloud, one row at a time, without any haste
def reference(row: dict[str, Any], declared: tuple[Any, ...]) -> tuple[str, Any, dict[str, Any]]:
    """The outcome, who broke what, and the row that is scored."""
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
        number = column.type == "float64" and not wrong and not is_null
        known[column.name] = float(value) if number else None if wrong or is_null else value
    found |= {
        (one.name, one.on_breach)
        for one in fields.values()
        if outside(one, known[one.name]) or out_of_band(one, known)
    }
    broken = {field for field, on_breach in found if on_breach == "impute"}
    known |= {field: fields[field].imputed for field in broken}
    dewp, temp = known["dewp"], known["temp"]
    if None not in (dewp, temp) and not dewp <= temp:
        found |= {(name(rule), rule.on_breach) for rule in declared if isinstance(rule, RowRule)}
    worst = max((severity for _, severity in found), key=SEVERITY.index, default="flag")
    return (worst if worst in STOPPING else "score"), found, known


def out_of_band(rule: FieldRule, known: dict[str, Any]) -> bool:
    value = known[rule.name]
    by = known["carrier"] if isinstance(rule.by, ColumnOf) else month(known["sched_dep"])
    bands = [band for band in rule.bands if by in band.among]
    return value is not None and any(beyond(value, band.low, band.high) for band in bands)


def month(text: str | None) -> int | None:
    return None if text is None else moment("timestamp('UTC')", text).month


def moment(kind: str, text: str) -> Any:
    """A date or a time in UTC; None for what is neither."""
    try:
        made = datetime.fromisoformat(text.upper()) if re.fullmatch(SHAPES[kind], text) else None
        return made and made.astimezone(UTC) if kind != "date" else made
    except (ValueError, OverflowError):
        return None


SHAPES = {
    "date": r"\d{4}-\d\d-\d\d",
    "timestamp('UTC')": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)",
}


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
            return kind == "string" or (kind in SHAPES and bool(moment(kind, value)))
    return False


def outside(rule: FieldRule, value: Any) -> bool:
    if value is None:
        return False
    if rule.levels is not None and value not in rule.levels:
        return True
    if isinstance(value, str):
        low, high = rule.shortest or 0, math.inf if rule.longest is None else rule.longest
        length = rule.type == "string" and not low <= len(value) <= high
        return length or not re.fullmatch(rule.pattern or "(?s:.*)", value, re.ASCII)
    fraction = rule.type == "integer" and value != math.inf and value % 1 != 0
    return fraction or not math.isfinite(value) or beyond(value, rule.low, rule.high)


def beyond(value: float, low: float | None, high: float | None) -> bool:
    return not (-math.inf if low is None else low) <= value <= (math.inf if high is None else high)


DATES = ("2013-01-31", "0001-01-01", "9999-12-31")
TIMES = (
    "2013-01-31T06:00:00Z", "2013-01-31T01:00:00.25-05:00", "1970-01-01t00:00:00z",
    "2013-07-01T01:00:00+09:00",
)  # fmt: skip
NO_TIMES = ("2013-01-31T06:00:00", "2013-02-30", "0001-01-01T00:00:00+10:00", "now", "")
NUMBERS = st.sampled_from(
    [math.nan, math.inf, -math.inf, 0.0, -0.0, 17.0, 16.999, 130.0, 2.5, 1e308, 5e-324, 2.0**53]
)
WHOLES = st.sampled_from([0, 17, 16, 6000, 6001, -7, 2**53 + 1, 2**63 - 1, -(2**63)])
FITTING = {
    "int64": st.none() | WHOLES,
    "float64": st.none() | NUMBERS | st.floats(),
    "string": st.sampled_from([None, "AA", "UA", "ZZ", "", 'a":"b', "é 𝒳", ": :", "A\n", "\x00"])
    | st.text(),
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
WHOLE_LEVELS = st.sampled_from([None, None, (), (17, 6000, 55)])
PATTERNS = st.sampled_from([None, None, "[A-Z]{2}", "[^A-Z]*|UA", ".{0,3}", r"\w+|é.*", "A?\n?"])
LENGTHS = st.sampled_from([None, 0, 1, 2, 5])
BY_MONTH = st.tuples(
    st.just(MONTH), st.sampled_from([(Band((12, 1), 0, 100), Band((6,), None, 17)), ()])
)
BY_CARRIER = st.tuples(
    st.just(ColumnOf("carrier", "string")),
    st.sampled_from([(Band(("AA",), 16.5, None), Band(("UA", ""), -7, 2.0**53))]),
)
STAND_INS = {"int64": 18, "float64": 33, "string": "stand-in", "boolean": False}
BOUNDS = st.sampled_from([None, -1e3, 17.0, 16.5, 130.0, 6000.0, 2.0**53])


def field_rules(column: RequestColumn) -> st.SearchStrategy[FieldRule]:
    kinds = {
        "int64": ("integer", "number"), "float64": ("number", "integer"), "string": ("string",),
        "boolean": ("boolean",), "date": ("date",), "timestamp('UTC')": ("timestamp",),
    }  # fmt: skip
    numeric, text = column.type in ("int64", "float64"), column.type == "string"
    can_be_imputed = column.type in STAND_INS and column.role == "field"
    levels = {"int64": WHOLE_LEVELS, "float64": WHOLE_LEVELS, "string": LEVELS}
    nothing = st.just((None, ()))
    return st.builds(
        lambda by, **stated: FieldRule(**stated, by=by[0], bands=by[1]),
        by=nothing | BY_MONTH | BY_CARRIER if numeric else nothing,
        name=st.just(column.name),
        type=st.sampled_from(kinds[column.type]),
        nullable=st.booleans(),
        on_breach=st.sampled_from(SEVERITY if can_be_imputed else BUT_IMPUTE),
        low=BOUNDS if numeric else st.none(),
        high=BOUNDS if numeric else st.none(),
        levels=levels.get(column.type, st.none()),
        pattern=PATTERNS if text else st.none(),
        shortest=LENGTHS if text else st.none(),
        longest=LENGTHS if text else st.none(),
        imputed=st.just(STAND_INS.get(column.type)),
    )


BUT_IMPUTE = tuple(one for one in SEVERITY if one != "impute")
ROW_RULES = st.none() | st.builds(
    RowRule, text=st.just("dew"), condition=st.just(DEW), on_breach=st.sampled_from(BUT_IMPUTE)
)
RULE_SETS = st.tuples(*(st.none() | field_rules(column) for column in COLUMNS), ROW_RULES).map(
    lambda drawn: tuple(rule for rule in drawn if rule)
)


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(RULE_SETS, st.lists(WILD_ROWS, min_size=1, max_size=4))
def test_the_door_judges_and_imputes_every_row_as_the_rules_read(declared, rows):
    asked = guard.compiled(COLUMNS, declared)
    compared = [column for column, kind in TYPES.items() if kind in STAND_INS]

    found = asked.judged(body(*rows))

    expected = [reference(row, declared) for row in rows]
    assert [
        (one.outcome, {(reason.field, reason.on_breach) for reason in one.reasons}) for one in found
    ] == [one[:2] for one in expected]
    assert [{field: asked.value(one.row, field) for field in compared} for one in found] == [
        {field: known[field] for field in compared} for _, _, known in expected
    ]


ARROW = {
    "int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_(),
    "date": pa.date32(), "timestamp('UTC')": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


@cache
def connection():
    return engine.connect()


def at_bench(declared: tuple[Any, ...], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    read = {
        "date": date.fromisoformat,
        "timestamp('UTC')": lambda text: datetime.fromisoformat(text.upper()),
    }
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
    return connection().to_pyarrow(rules.judged(connection().table("rows"), declared)).to_pylist()


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(RULE_SETS, st.lists(ROWS, min_size=1, max_size=8), st.sampled_from(TIMES))
def test_the_door_judges_and_imputes_a_row_as_the_bench_does_in_a_table(declared, drawn, time):
    filled = {"flight id": "UA1", "sched_dep": time}  # a table has them
    free = {
        column: None for column in ("temp", "dewp", "seats") if column not in map(name, declared)
    }
    rows = [{**row, **filled, **free} for row in drawn]
    key_rules = {"flight id", "sched_dep"}  # at the door a breach of theirs always rejects
    declared = tuple(rule for rule in declared if name(rule) not in key_rules)
    asked = guard.compiled(COLUMNS, declared)
    imputed = [rule.name for rule in declared if rule.on_breach == "impute"]

    found = asked.judged(body(*rows))

    told = at_bench(declared, rows)
    assert [
        max((reason.on_breach for reason in one.reasons), key=SEVERITY.index, default=None)
        for one in found
    ] == [one[rules.BREACH] for one in told]
    assert [[asked.value(one.row, field) for field in imputed] for one in found] == [
        [one[field] for field in imputed] for one in told
    ]


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (FieldRule("sched_dep", "timestamp", True, "impute", imputed=1), "imputed with 1"),  # noqa: FBT003
        (FieldRule("flight id", "string", True, "impute", imputed="x"), "flight id is required"),  # noqa: FBT003
        (FieldRule("temp", "number", True, "impute"), "imputed with None"),  # noqa: FBT003
        (FieldRule("late", "boolean", True, "impute", imputed=1), "imputed with 1"),  # noqa: FBT003
        (FieldRule("distance", "integer", True, "flag", pattern="1"), "only text has a pattern"),  # noqa: FBT003
        (FieldRule("distance", "integer", True, "flag", longest=1), "no length"),  # noqa: FBT003
        (FieldRule("temp", "number", True, "flag", by=DEW, bands=(Band((1,), 0, 1),)), "ranges by"),  # noqa: FBT003
        (FieldRule("carrier", "string", True, "flag", pattern="("), "without its"),  # noqa: FBT003
        (RowRule("dewp <= temp", DEW, "impute"), "nothing is imputed for it"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_a_mistake(rule, what):
    fields = tuple(reading.field(column, None) for column in COLUMNS)

    with pytest.raises(Mistake, match=what):
        checks.compiled(fields, (rule,))
