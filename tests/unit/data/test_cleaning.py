"""Cleaning on an engine, beside the same at the door."""

import json
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstay.bundle import guard
from mainstay.bundle.guard import RequestColumn
from mainstay.core.cleaning import Cleaning, Conversion, kind
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldRule
from mainstay.core.typed import DATE, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import cleaning, rules

Stored = Callable[..., ir.Table]
INCHES = Conversion(25, 33, 33.8639)
CLEANINGS = (
    Cleaning("pressure", missing=(-999, 0.5), convert=INCHES, possible=(870, 1090)),
    Cleaning("degrees", convert=Conversion(-10, 10, 1.8, 132), possible=(None, 300.5)),
    Cleaning("count", missing=(99, 2**53, 1.5), possible=(0, None)),
    Cleaning("feet", convert=Conversion(1, 9, 12)),
    Cleaning("city", missing=("N/A", ""), spelled={"NYC": "New York", "new york": "New York"}),
    Cleaning("said", type="number", missing=("N/A", -999), possible=(0, None)),
    Cleaning("code", type="integer"),
    Cleaning("paid", type="boolean", missing=("?",)),
    Cleaning("day", type="date"),
)
TYPES = {
    "pressure": NUMBER, "degrees": NUMBER, "count": INTEGER, "feet": INTEGER,
    "city": TEXT, "said": TEXT, "code": TEXT, "paid": TEXT, "day": TEXT,
}  # fmt: skip
NUMBERS = st.none() | st.floats(-40, 1100) | st.sampled_from(
    [-999.0, 0.5, 25.0, 33.0, 29.92, 869.9999999999999, 870.0, 1090.0, 1090.1, -0.0, 1e308, 300.5,
     math.inf, -math.inf, math.nan, 10.0, -10.0]
)  # fmt: skip
WHOLES = st.none() | st.integers(-3, 101) | st.sampled_from([2**53, 2**53 + 1, -(2**63), 2**63 - 1])
WRITTEN = st.one_of(
    st.none(),
    st.floats(allow_nan=True).map(str),
    st.integers().map(str),
    st.from_regex(r"\A\s?[-+]?[0-9]{0,19}[.]?[0-9]{0,19}([eE][-+]?[0-9]{1,3})?\s?\Z"),
    st.dates().map(str),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
    st.sampled_from([
        "N/A", "", "?", "-999", " -999 ", "1e99", "1e100", "inf", "nan", "0x10", "1_000", "1,5",
        "٣", "+5", ".5", "5.", ".", "-", "-0", "YES", " no\t", "T", "ſ", "K", "2023-02-29",
        "2024-02-29", "0999-01-01", "9999-12-31", "2024-1-1", "2024-01-01T00:00", "é", "a\u00a0",
        "9" * 18, "9" * 19, "\v7\f",
    ]),
)  # fmt: skip
ROW = st.fixed_dictionaries({
    "pressure": NUMBERS, "degrees": NUMBERS, "count": WHOLES, "feet": WHOLES,
    "city": st.none() | st.sampled_from(["NYC", "new york", "New York", "N/A", "", " ", "É"]),
    "said": WRITTEN, "code": WRITTEN, "paid": WRITTEN, "day": WRITTEN,
})  # fmt: skip
BEFORE = dict.fromkeys(TYPES)


def table(stored: Stored, rows: list[dict[str, Any]]) -> ir.Table:
    types = {"id": INTEGER, **TYPES}
    numbered = [{"id": at, **row} for at, row in enumerate(rows)]
    return stored(types, **{name: [row[name] for row in numbered] for name in types})


def at_the_bench(stored: Stored, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = cleaning.cleaned(table(stored, rows), CLEANINGS, "decisions")
    return made.order_by("id").drop("id").to_pyarrow().to_pylist()


def the_door(some: tuple[Cleaning, ...] = CLEANINGS) -> guard.Guard:
    columns = tuple(RequestColumn(one.name, kind(one, TYPES[one.name])) for one in some)
    lenient = (
        FieldRule(one.name, "number", nullable=True, on_breach="flag")
        for one, column in zip(some, columns, strict=True)
        if column.type == NUMBER
    )
    return guard.compiled(columns, tuple(lenient), clean=some)


def requested(rows: list[dict[str, Any]]) -> bytes:
    def said(value: object) -> object:
        if isinstance(value, float) and math.isnan(value):
            return None
        return str(value) if isinstance(value, date) else value

    records = [{name: said(value) for name, value in row.items()} for row in rows]
    return json.dumps({"records": records}).replace("Infinity", "1e999").encode()


def at_the_door(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    door = the_door()
    judged = door.judged(requested(rows))
    assert isinstance(judged, list), judged
    return [{name: door.value(one.row, name) for name in TYPES} for one in judged]


def bits(rows: list[dict[str, Any]]) -> list[dict[str, tuple[type, str]]]:
    return [{name: (type(one), repr(one)) for name, one in row.items()} for row in rows]


@settings(max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=40))
@example([{**BEFORE, "said": "+5", "code": "+5"}])
def test_the_bench_cleans_every_value_as_the_door_does_to_the_bit(
    stored: Stored, rows: list[dict[str, Any]]
) -> None:
    assert bits(at_the_bench(stored, rows)) == bits(at_the_door(rows))


@settings(max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=20))
def test_cleaning_what_is_clean_changes_nothing(rows: list[dict[str, Any]]) -> None:
    once = at_the_door(rows)

    assert bits(at_the_door(once)) == bits(once)


def test_what_each_step_does_is_counted(stored: Stored) -> None:
    rows = [
        {**BEFORE, "pressure": 29.92, "said": "12.5", "city": "NYC"},
        {**BEFORE, "pressure": -999.0, "said": "N/A", "city": "N/A"},
        {**BEFORE, "pressure": 5.0, "said": "none", "city": "Rome"},
        {**BEFORE, "pressure": 1000.0, "said": "-7", "count": 99},
    ]

    found = cleaning.counts(table(stored, rows), CLEANINGS, "decisions")

    told = {(one.column, one.step): (one.rows, one.lost) for one in found if one.rows}
    assert told == {
        ("pressure", "missing"): (1, 1),
        ("pressure", "convert"): (1, 0),
        ("pressure", "possible"): (1, 1),
        ("count", "missing"): (1, 1),
        ("city", "missing"): (1, 1),
        ("city", "spelled"): (1, 0),
        ("said", "missing"): (1, 1),
        ("said", "type"): (3, 1),
        ("said", "possible"): (1, 1),
    }
    assert {one.of for one in found} == {4}
    assert next(one.note for one in found if one.column == "said" and one.step == "type") == (
        "decisions: 3 of 4 values of said read as what they are, 1 of them are none"
    )


def test_marks_say_in_which_rows_a_step_did_something(stored: Stored) -> None:
    rows = table(stored, [{**BEFORE, "said": one} for one in ("N/A", "none", "-7", "12.5")])

    found = cleaning.marked(rows, CLEANINGS, "requests")

    marks = [one for one in cleaning.marks(found, CLEANINGS) if one.column == "said"]
    told = found.order_by("id").to_pyarrow().to_pylist()
    assert [one.step for one in marks] == ["missing", "type", "possible"]
    assert [[row[one.lost] for one in marks] for row in told] == [
        [True, False, False], [False, True, False], [False, False, True], [False, False, False],
    ]  # fmt: skip
    assert [row["said"] for row in told] == [None, None, None, 12.5]
    assert cleaning.marks(rows, CLEANINGS) == ()


MOMENTS = [
    "2024-02-29T10:00:00Z", "2023-02-29T10:00:00Z", " 2024-12-31 23:59:59+02:00\n", "x", None,
    "2024-01-31T10:00:00.5-05:30", "2024-01-31 10:00:00.123456+14:00", "2024-01-31T10:00:00",
    "2024-01-31T24:00:00Z", "1699-12-31T23:59:59Z", "2199-12-31T23:59:59Z", "2024-01-31",
]  # fmt: skip


def test_moments_in_text_are_read_alike_and_those_without_a_zone_are_none(stored: Stored) -> None:
    some = (Cleaning("then", type="timestamp"),)
    rows = stored({"id": INTEGER, "then": TEXT}, id=list(range(len(MOMENTS))), then=MOMENTS)
    door = guard.compiled((RequestColumn("then", TIME),), (), clean=some)

    bench = cleaning.cleaned(rows, some, "x").order_by("id").to_pyarrow()["then"].to_pylist()
    body = json.dumps({"records": [{"then": one} for one in MOMENTS]}).encode()
    judged = door.judged(body)
    assert isinstance(judged, list), judged
    at_the_door = [door.value(one.row, "then") for one in judged]

    assert [one and one.isoformat() for one in bench] == [
        one and one.isoformat() for one in at_the_door
    ]
    assert [one is not None for one in bench] == [
        True, False, True, False, False, True, True, False, False, False, True, False,
    ]  # fmt: skip
    assert bench[2].isoformat() == "2024-12-31T21:59:59+00:00"


def test_the_door_counts_what_it_set_right_once(stored: Stored) -> None:
    rows = [{**BEFORE, "pressure": 29.92}, {**BEFORE, "pressure": -999.0, "city": "NYC"}]
    door = the_door()

    assert door.plain(requested(rows)) is not None
    assert dict(door.cleaned) == {"pressure": 2, "city": 1}
    door.judged(requested([{**BEFORE, "count": 99}, {"pressure": 5.0}]))

    assert dict(door.cleaned) == {"pressure": 3, "city": 1, "count": 1}


def test_a_required_value_that_was_a_code_is_null_at_both_places(stored: Stored) -> None:
    one = Cleaning("pressure", missing=(-999,))
    rule = FieldRule("pressure", "number", nullable=False, on_breach="fallback")
    door = guard.compiled((RequestColumn("pressure", NUMBER),), (rule,), clean=(one,))
    rows = stored({"pressure": NUMBER}, pressure=[-999.0, 7.0])

    bench = rules.judged(cleaning.cleaned(rows, (one,), "x"), (rule,)).to_pyarrow()
    judged = door.judged(b'{"records": [{"pressure": -999.0}, {"pressure": 7.0}]}')

    assert bench[rules.BREACH].to_pylist() == ["fallback", None]
    assert [one.outcome for one in judged] == ["fallback", "score"]
    assert [reason.what for reason in judged[0].reasons] == ["is null"]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (Cleaning("pressure", spelled={"a": "b"}), "only text is spelled"),
        (Cleaning("city", possible=(0, 1)), "no range"),
        (Cleaning("city", missing=(1,)), "no number is its code"),
        (Cleaning("pressure", missing=("x",)), "no text is its code"),
        (Cleaning("pressure", type="date"), "which is not read as date"),
        (Cleaning("presure", missing=(1,)), "clean of decisions has no column presure"),
    ],
)
def test_a_step_that_a_column_cannot_take_is_a_mistake(
    stored: Stored, one: Cleaning, told: str
) -> None:
    with pytest.raises(Mistake, match=told):
        cleaning.cleaned(table(stored, [BEFORE]), (one,), "decisions")


def test_a_column_that_has_its_type_already_is_left_as_it_is(stored: Stored) -> None:
    some = (Cleaning("n", type="number", missing=("N/A", -999)), Cleaning("d", type="date"))
    rows = stored({"n": INTEGER, "d": DATE}, n=[3, -999], d=[date(2024, 1, 2), None])

    made = cleaning.cleaned(rows, some, "decisions").to_pyarrow()

    assert made["n"].to_pylist() == [3.0, None]
    assert made["d"].to_pylist() == [date(2024, 1, 2), None]
