import json
import math
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mainstay.bundle import guard
from mainstay.bundle.guard import Judgement, RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import Band, FieldRule, RowRule
from mainstay.core.typed import typed

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


def body(*rows: dict[str, Any]) -> bytes:
    """As a caller writes it: what is absent left out, infinity as a number beyond float64."""
    records = [{key: value for key, value in row.items() if value is not ABSENT} for row in rows]
    return json.dumps({"records": records}).replace("Infinity", "1e400").encode()


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
            "only text and whole numbers have levels",
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


def test_a_value_that_is_broken_is_imputed_and_marked():
    temp = FieldRule("temp", "number", True, "impute", -30, 130, imputed=50)  # noqa: FBT003
    found = guard.compiled(COLUMNS, (temp,)).judged(
        body(*({**ROW, "temp": value} for value in (131.0, "hot", ABSENT, math.inf, None, 39)))
    )

    assert [one.outcome for one in found] == ["score"] * 6
    assert [one.row.c4 for one in found] == [50.0, 50.0, 50.0, 50.0, None, 39.0]
    assert [(one.flags, [each.what for each in one.reasons]) for one in found] == [
        (("temp",), ["is 131.0, above 130"]),
        (("temp",), ['is "hot", not a number']),
        (("temp",), ["is missing"]),
        (("temp",), ["is inf, above 130"]),
        ((), []),
        ((), []),
    ]


def test_a_null_where_one_is_refused_is_imputed_before_conditions_are_judged():
    dewp = FieldRule("dewp", "number", False, "impute", imputed=40)  # noqa: FBT003
    one, other = guard.compiled(COLUMNS, (dewp, RULES[-1])).judged(body(ROW, {**ROW, "dewp": 10.0}))

    assert (one.row.c5, breaches(one)) == (
        40.0, [("dewp", "is null"), ("dewp <= temp", "breaks dewp <= temp")]
    )  # fmt: skip
    assert (other.row.c5, other.reasons) == (10.0, ())


def test_a_range_may_hang_on_the_month_in_utc_or_on_another_field():
    month = Call("month", (ColumnOf("sched_dep", TYPES["sched_dep"]),), "int64")
    bands = (Band((12, 1, 2), -30, 60), Band((7,), 30, None))
    season = FieldRule("temp", "number", True, "flag", unit="degF", by=month, bands=bands)  # noqa: FBT003
    carrier = ColumnOf("carrier", "string")
    bands = (Band(("HA",), 4000, None),)
    far = FieldRule("distance", "integer", False, "flag", by=carrier, bands=bands)  # noqa: FBT003
    asked = guard.compiled(COLUMNS, (season, far))
    rows = [
        {**ROW, "temp": 61.0},
        {**ROW, "temp": 20.0, "sched_dep": "2013-06-30T23:00:00-05:00"},
        {**ROW, "temp": 120.0, "sched_dep": "2013-04-01T00:00:00Z"},
        {**ROW, "carrier": "HA"},
        {**ROW, "carrier": None},
    ]

    found = [breaches(one) for one in asked.judged(body(*rows))]

    assert found == [
        [("temp", "is 61.0, above 60 degF in month 1")],
        [("temp", "is 20.0, below 30 degF in month 7")],
        [],
        [("distance", "is 1400, below 4000 where carrier is HA")],
        [],
    ]


def test_text_is_held_to_a_pattern_and_a_length():
    tail = FieldRule("tailnum", "string", True, "reject", pattern="N[0-9]+", shortest=3, longest=5)  # noqa: FBT003
    asked = guard.compiled(COLUMNS, (tail,))
    sent = ("N123", "N1", "N12345", "n123", "N123\n", None)

    found = [breaches(one) for one in asked.judged(body(*({**ROW, "tailnum": x} for x in sent)))]

    assert found == [
        [],
        [("tailnum", "is N1, shorter than 3 characters")],
        [("tailnum", "is N12345, longer than 5 characters")],
        [("tailnum", "is n123, not of the pattern N[0-9]+")],
        [("tailnum", "is N123\n, not of the pattern N[0-9]+")],
        [],
    ]


def test_whole_numbers_may_have_levels():
    rule = FieldRule("distance", "integer", False, "reject", levels=(1, 2))  # noqa: FBT003
    asked = guard.compiled(COLUMNS, (rule,))

    found = [breaches(one) for one in asked.judged(body(*({**ROW, "distance": x} for x in (2, 3))))]

    assert found == [[], [("distance", "is 3, not among the 2 known")]]


def test_a_field_that_nobody_asked_for_is_refused_ignored_or_marked():
    sent = body({**ROW, "surprise": [1], "expired": 2})
    refused, ignored, marked = (
        guard.compiled(COLUMNS, RULES, policy).judged(sent)[0]
        for policy in ("reject", "ignore", "flag")
    )

    assert (refused.outcome, [one.field for one in refused.reasons]) == (
        "reject", ["surprise", "expired"]
    )  # fmt: skip
    assert (ignored.outcome, ignored.reasons) == ("score", ())
    assert (marked.outcome, marked.flags) == ("score", ("unknown_fields",))
    assert [one.path for one in marked.reasons] == ["$.records[0].surprise", "$.records[0].expired"]


def test_a_member_twice_is_refused_whatever_happens_to_unknown_ones():
    twice = body({**ROW, "surprise": 1}).replace(b'"surprise"', b'"temp": 1, "surprise"')

    for policy in ("reject", "ignore", "flag"):
        found = guard.compiled(COLUMNS, RULES, policy).judged(twice)
        assert found.reasons[0].what == "holds a member twice: temp"


def test_what_was_read_in_vain_is_not_read_that_way_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, tried = body({**ROW, "distance": 3}), list[bytes]()
    strict = guard.compiled(COLUMNS, RULES)
    read = strict._fit
    monkeypatch.setattr(strict, "_fit", lambda one: (tried.append(one), read(one))[1])

    found = strict.plain(asked), strict.judged(asked)
    again = strict.judged(asked)

    assert found == (None, again)
    assert tried == [asked, asked]
