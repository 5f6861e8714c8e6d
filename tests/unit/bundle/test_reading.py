import json
import time

import msgspec
import pytest

from mainstay.bundle import reading
from mainstay.bundle.reading import RequestColumn
from mainstay.core.errors import Mistake
from mainstay.core.rules import FieldRule

RULE = FieldRule("x", "number", nullable=False, on_breach="flag")
IMPUTED = FieldRule("x", "number", nullable=False, on_breach="impute", imputed=1)


@pytest.mark.parametrize(
    ("role", "rule", "nullable"),
    [
        ("field", None, True),
        ("field", RULE, False),
        ("field", IMPUTED, True),
        ("key", IMPUTED, False),
        ("time", None, False),
    ],
)
def test_a_null_reaches_the_rules_where_they_can_do_something_with_it(role, rule, nullable):
    assert reading.field(RequestColumn("x", "float64", role), rule).nullable == nullable


@pytest.mark.parametrize(
    ("kind", "text", "value", "what"),
    [
        ("int64", "3.0", 3, ""),
        ("int64", "3.5", None, "is 3.5, not a whole number"),
        ("int64", "9007199254740994.0", None, "is 9007199254740994.0, not a whole number"),
        ("float64", "1e400", float("inf"), ""),
        ("float64", '"1"', None, 'is "1", not a number'),
        ("string", "1", None, "is 1, not text"),
        ("boolean", "1", None, "is 1, not true or false"),
        ("date", '"2013-02-30"', None, 'is "2013-02-30", not a date like 2013-01-31'),
        ("string", "null", None, "is null"),
    ],
)
def test_a_member_is_read_or_said_to_be_what_it_is_not(kind, text, value, what):
    field = reading.field(RequestColumn("x", kind), RULE)

    assert reading.value(field, msgspec.Raw(text.encode())) == (value, what)


def test_a_type_that_json_does_not_hold_is_a_mistake():
    with pytest.raises(Mistake, match="cannot hold x of type decimal"):
        reading.field(RequestColumn("x", "decimal(9, 2)"), None)


def test_only_a_record_of_others_may_hold_unknown_members():
    fields = (reading.field(RequestColumn("x", "float64"), None),)
    strict, lenient = (
        reading.request(reading.row(fields, others=other)) for other in (False, True)
    )
    body = b'{"records": [{"x": 1, "y": 2}]}'

    assert lenient(body).records[0].c0 == 1.0
    with pytest.raises(msgspec.ValidationError):
        strict(body)


def test_members_twice_are_found_by_name_and_shown_in_short():
    name = "n" * 1000

    assert reading.repeated(b'{"a": 1, "b": {"c": 1, "c": 2}, "a": 2}') == ["c", "a"]
    assert reading.repeated(f'{{"{name}": 1, "{name}": 2}}'.encode()) == [name[:40]]


@pytest.mark.parametrize("digits", [4_000, 5_000_000])
def test_a_number_of_very_many_digits_takes_no_time(digits):
    field = reading.field(RequestColumn("x", "float64"), RULE)
    begun = time.process_time()

    found = reading.value(field, msgspec.Raw(b"1" * digits))

    assert found == (float("inf"), "")
    assert reading.repeated(json.dumps([1]).encode()[:-1] + b"1" * digits + b"]") == []
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("more", [b"", b" " * reading._LARGE])
@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b'{"a":1,"b" :2,"c"\n:3}', 3), (b'{"a":"x:","b":2}', 2), (b'{"a":"!:","b":2}', 2),
        (b'{"a":"12:30","b" : "x :" }', 2),
    ],
)  # fmt: skip
def test_members_are_counted_however_they_are_spaced(body: bytes, count: int, more: bytes) -> None:
    assert reading.are(count, body + more)
    assert not reading.are(count - 1, body + more)
