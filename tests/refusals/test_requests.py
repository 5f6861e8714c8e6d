"""What a request gets that does not keep the rules: reasons and a judgement, never an exception."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mainstay.bundle import guard
from mainstay.bundle.guard import Rejection, RequestColumn
from mainstay.core.expressions import Call, ColumnOf
from mainstay.core.rules import FieldRule, RowRule

COLUMNS = (
    RequestColumn("flight_id", "string", "key"),
    RequestColumn("sched_dep", "timestamp('UTC')", "time"),
    RequestColumn("distance", "int64"),
    RequestColumn("temp", "float64"),
    RequestColumn("dewp", "float64"),
    RequestColumn("carrier", "string"),
    RequestColumn("humid", "float64"),
)
DEW = Call("less_equal", (ColumnOf("dewp", "float64"), ColumnOf("temp", "float64")), "boolean")
GUARD = guard.compiled(
    COLUMNS,
    (
        FieldRule("distance", "integer", nullable=False, on_breach="reject", low=17, high=6000),
        FieldRule("temp", "number", nullable=False, on_breach="fallback", low=-30, high=130),
        FieldRule("carrier", "string", nullable=False, on_breach="flag", levels=("AA", "UA")),
        RowRule("dewp <= temp", DEW, "flag"),
    ),
)
FITTING = {
    "flight_id": "UA1",
    "sched_dep": "2013-01-31T06:00:00Z",
    "distance": 1400,
    "temp": 39.0,
    "dewp": 30.0,
    "carrier": "UA",
    "humid": None,
}


def judged(record):
    (found,) = GUARD.judged(json.dumps({"records": [record]}).encode())
    return found


def without(name):
    return {key: value for key, value in FITTING.items() if key != name}


SILENT_DEFECTS = {  # what the servers of others score without a word
    "a number out of range": ({"distance": 1e9}, "is 1000000000, above 6000"),
    "an unknown category": ({"origin": "ZZZ"}, "is ZZZ, not among the 2 known"),
    "a null category": ({"origin": None}, "is null"),
    "a number in a text column": ({"origin": 7}, "is 7, not text"),
    "a numeric string": ({"distance": "1.5"}, 'is "1.5", not a whole number'),
}


@pytest.mark.parametrize("defect", SILENT_DEFECTS)
def test_a_defect_that_others_score_in_silence_is_refused_by_the_name_of_its_field(defect):
    change, what = SILENT_DEFECTS[defect]
    origin = FieldRule(
        "origin", "string", nullable=False, on_breach="reject", levels=("EWR", "JFK")
    )
    distance = FieldRule("distance", "integer", nullable=False, on_breach="reject", high=6000)
    strict = guard.compiled((*COLUMNS, RequestColumn("origin", "string")), (origin, distance))

    (found,) = strict.judged(
        json.dumps({"records": [{**FITTING, "origin": "EWR", **change}]}).encode()
    )

    (field,) = change
    assert (found.outcome, [(one.path, one.what) for one in found.reasons]) == (
        "reject", [(f"$.records[0].{field}", what)]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "outcome", "what"),
    [
        ({"distance": 16}, "reject", "is 16, below 17"),
        ({"distance": 2**80}, "reject", "is 1208925819614629174706176, not a whole number"),
        ({"distance": 17.5}, "reject", "is 17.5, not a whole number"),
        ({"distance": 1e300}, "reject", "is 1e+300, not a whole number"),
        ({"distance": "1400"}, "reject", 'is "1400", not a whole number'),
        ({"distance": True}, "reject", "is true, not a whole number"),
        ({"distance": None}, "reject", "is null"),
        ({"temp": 1e308}, "fallback", "is 1e+308, above 130"),
        ({"distance": 10**4_000}, "reject", "is 1000000000000000000000000000000000000000, not a"),
        ({"temp": "39"}, "fallback", 'is "39", not a number'),
        ({"temp": [39]}, "fallback", "is [39], not a number"),
        ({"temp": None}, "fallback", "is null"),
        ({"carrier": "ZZ"}, "score", "is ZZ, not among the 2 known"),
        ({"carrier": 7}, "score", "is 7, not text"),
        ({"carrier": None}, "score", "is null"),
        ({"humid": "wet"}, "reject", 'is "wet", not a number'),
        ({"flight_id": None}, "reject", "is null"),
        ({"sched_dep": None}, "reject", "is null"),
        ({"sched_dep": "2013-01-31T06:00:00"}, "reject", "not a time with its zone"),
        ({"sched_dep": "0001-01-01T00:00:00+10:00"}, "reject", "not a time with its zone"),
        ({"sched_dep": 1359612000}, "reject", "not a time with its zone"),
        ({"dewp": 50.0}, "score", "breaks dewp <= temp"),
        ({"surprise": 1}, "reject", "is no field of this request"),
    ],
)
def test_a_breach_is_answered_as_its_rule_says_and_named(change, outcome, what):
    found = judged({**FITTING, **change})

    (reason,) = found.reasons
    assert (found.outcome, what in reason.what) == (outcome, True)
    assert reason.path == "$.records[0]" + ("" if "dewp" in change else f".{next(iter(change))}")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("flight_id", "reject"),
        ("sched_dep", "reject"),
        ("distance", "reject"),
        ("temp", "fallback"),
        ("carrier", "score"),
        ("humid", "reject"),
    ],
)
def test_a_missing_field_is_answered_as_its_rule_says(name, outcome):
    found = judged(without(name))

    (reason,) = found.reasons
    assert (found.outcome, reason.field, reason.what) == (outcome, name, "is missing")


def test_a_flag_marks_the_answer_and_a_fallback_still_has_its_row():
    flagged, answered = judged({**FITTING, "carrier": "ZZ"}), judged(without("temp"))

    assert flagged.flags == ("carrier",)
    assert GUARD.value(answered.row, "flight_id") == "UA1"


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        (b"", 400, "is no JSON"),
        (b"distance=1400", 400, "is no JSON"),
        (b'{"records": [{"temp": NaN}]}', 400, "is no JSON"),
        (b'{"records": [{"temp": -Infinity}]}', 400, "is no JSON"),
        (b'{"records": [{"temp": 1}', 400, "is no JSON"),
        (b'{"records": [{"flight_id": "\xff"}]}', 400, "is not UTF-8"),
        (b'{"records": [{"humid": "\xff"}]}', 400, "is not UTF-8"),
        (b"\xff\xfe{}", 400, "is no JSON"),
        (b'\xef\xbb\xbf{"records": []}', 400, "is no JSON"),
        (b'{"records": [{"flight_id": "\x00"}]}', 400, "is no JSON"),
        (b'{"records": [{"flight_id": "\\ud800"}]}', 400, "is no JSON"),
        (b'{"records": [{"temp": 1e}]}', 400, "is no JSON"),
        (b"\x00", 400, "is no JSON"),
        (b'{"records": ' + b"[" * 100_000, 400, "is nested too deeply"),
        (b'{"records": [{"temp": ' + b"[" * 100_000, 400, "is nested too deeply"),
        (b'{"records": [{"x": ' + b'{"x":' * 100_000, 400, "is nested too deeply"),
        (b"[]", 422, "Expected `object`, got `array`"),
        (b"null", 422, "Expected `object`, got `null`"),
        (b"{}", 422, "missing required field `records`"),
        (b'{"records": {}}', 422, "Expected `array`, got `object`"),
        (b'{"records": []}', 422, "is empty"),
        (b'{"records": [], "model": "x"}', 422, "unknown field `model`"),
        (b'{"records": [{"temp": 1, "temp": 2}]}', 422, "holds a member twice: temp"),
    ],
)
def test_a_body_that_is_no_request_is_refused_with_one_reason(body, status, what):
    found = GUARD.judged(body)

    assert isinstance(found, Rejection)
    (reason,) = found.reasons
    assert (found.status, what in reason.what) == (status, True), reason.what


def test_a_member_twice_is_refused_wherever_and_however_it_is_written():
    fitting = json.dumps(FITTING)
    twice = [
        f'{{"records": [{fitting[:-1]}, "distance": 18}}]}}',
        f'{{"records": [{fitting[:-1]}, "distance" :\t18}}]}}',
        f'{{"records": [{fitting[:-1]}, "dist\\u0061nce": 18}}]}}',
        f'{{"records": [{fitting}, {fitting[:-1]}, "carrier": "AA"}}]}}',
        f'{{"records": [], "records": [{fitting}]}}',
    ]

    found = [GUARD.judged(body.encode()) for body in twice]

    assert [one.reasons[0].what for one in found] == [
        *["holds a member twice: distance"] * 3,
        "holds a member twice: carrier",
        "holds a member twice: records",
    ]


def test_text_that_looks_like_a_member_is_only_text():
    found = judged({**FITTING, "flight_id": 'a":"b', "carrier": '"distance":'})

    assert (found.outcome, found.flags) == ("score", ("carrier",))


@pytest.mark.parametrize("record", ["7", "null", "[]", '"x"', "[1, 2]"])
def test_a_record_that_is_no_object_is_rejected_alone(record):
    body = f'{{"records": [{json.dumps(FITTING)}, {record}]}}'.encode()

    fitting, odd = GUARD.judged(body)

    assert fitting.outcome == "score"
    assert (odd.row, odd.outcome, odd.reasons[0].what) == (None, "reject", "is no object")


def test_a_number_beyond_float64_is_infinite_where_a_rule_speaks_and_no_number_elsewhere():
    ruled = judged_text('"temp": 1e400')
    free = judged_text('"humid": -1e400')

    assert (ruled.outcome, ruled.reasons[0].what[:6]) == ("fallback", "is inf")
    assert (free.outcome, free.reasons[0].what) == ("reject", "is -1e400, not a number")


def judged_text(member):
    name = member.split('"')[1]
    kept = json.dumps(without(name))[:-1]
    (found,) = GUARD.judged(f'{{"records": [{kept}, {member}}}]}}'.encode())
    return found


def test_a_reason_names_the_field_and_neither_the_schema_nor_all_that_was_sent():
    found = judged({**FITTING, "x" * 10_000: 1, "carrier": "z" * 10_000, "temp": "hot " * 10_000})

    said = [reason.path + reason.what for reason in found.reasons]

    assert max(map(len, said)) < 120
    assert not any(other in text for text in said for other in ("dewp", "flight_id", "AA"))


def test_of_very_many_unknown_fields_only_some_are_named():
    found = judged({**FITTING, **dict.fromkeys(map(str, range(1000)))})

    assert (found.outcome, len(found.reasons)) == ("reject", 20)


def test_a_long_number_is_read_at_once():
    found = judged_text('"temp": ' + "1" * 1_000_000)

    assert found.outcome == "fallback"


NAMES = st.text() | st.sampled_from(list(FITTING))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    max_leaves=12,
)


@given(st.binary() | JSON.map(lambda value: json.dumps({"records": value}).encode()))
@example(b'{"records":[{"flight_id":"\\ud800"}]}')
@example(b"\xef\xbb\xbf{}")
def test_no_body_whatever_raises(body):
    found = GUARD.judged(body)

    assert isinstance(found, Rejection | list)
    assert isinstance(found, Rejection) == (not isinstance(found, list) or not found)
