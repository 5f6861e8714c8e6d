from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import BaseModel, ValidationError

from mainstay.contract import terms
from mainstay.contract.terms import (
    Duration,
    Format,
    Number,
    OneOrMore,
    PerYear,
    Share,
    Slug,
    Span,
    Text,
    Whole,
    Zone,
)


def read(term: object, value: object) -> object:
    class One(BaseModel):
        one: term

    return One.model_validate({"one": value}).one


def said(term: object, value: object) -> list[tuple[object, ...]]:
    """What each mistake says, or pydantic's name of it, for our own with the hint."""
    with pytest.raises(ValidationError) as caught:
        read(term, value)
    found = caught.value.errors()
    return [
        (one["ctx"]["says"], one["ctx"]["hint"]) if one["type"] == terms.OURS else (one["type"],)
        for one in found
    ]


@pytest.mark.parametrize(
    ("term", "value", "is_read"),
    [
        (Duration, "2h", timedelta(hours=2)),
        (Duration, "0s", timedelta()),
        (PerYear, "1 per year", 1.0),
        (OneOrMore, "origin", ("origin",)),
        (OneOrMore, ["a", "b"], ("a", "b")),
        (Number, 3, 3.0),
        (Zone, "America/New_York", "America/New_York"),
        (Format, "%d.%m.%Y", "%d.%m.%Y"),
        (Slug, "flight-delay_2", "flight-delay_2"),
    ],
)
def test_a_term_is_read(term, value, is_read):
    assert read(term, value) == is_read


@pytest.mark.parametrize(
    ("term", "value", "mistakes"),
    [
        (Duration, "2hr", [('is "2hr"', "write 2h")]),
        (
            Duration,
            2,
            [("is 2, but a duration is wanted", "write the unit too, for example 2h")],
        ),
        (Span, "0d", [('is "0s"', "write a duration longer than nothing")]),
        (PerYear, "0 per year", [("greater_than",)]),
        (Zone, "America/New_Yrok", [None]),
        (Format, "ISO", [('is "ISO"', "write it as strptime takes it, for example %Y-%m-%d")]),
        (
            Slug,
            "Flight Delay!",
            [
                (
                    'is "Flight Delay!"',
                    "lower-case letters, digits and -, for example flight-delay",
                )
            ],
        ),
        (Number, "3", [("float_type",)]),
        (Number, True, [("float_type",)]),
        (Number, float("nan"), [("finite_number",)]),
        (Whole, 1.0, [("int_type",)]),
        (Whole, True, [("int_type",)]),
        (Share, 1.1, [("less_than_equal",)]),
        (Text, 3, [("string_type",)]),
        (Text, "", [("string_too_short",)]),
        (OneOrMore, [], [("too_short",)]),
    ],
)
def test_what_is_none_is_a_mistake(term, value, mistakes):
    found = said(term, value)

    assert len(found) == len(mistakes)
    assert mistakes == [None] or found == mistakes


def test_a_time_zone_is_found_by_a_similar_name():
    ((says, hint),) = said(Zone, "America/New_Yrok")

    assert says == 'is "America/New_Yrok", which is no time zone'
    assert hint.startswith("did you mean America/New_York?")


def test_every_value_that_stands_there_twice_is_told():
    found = said(OneOrMore, ["a", "b", "a", "b", "a"])

    assert [says for says, _ in found] == [
        'is "a", which stands there already',
        'is "b", which stands there already',
        'is "a", which stands there already',
    ]


def test_a_mistake_can_lie_above_or_below_its_clause():
    error = terms.wrong("needs more", "more", at=("a", 0), up=1)

    assert error.context == {"says": "needs more", "hint": "more", "at": ("a", 0), "up": 1}


def test_durations_are_written_as_they_are_read():
    class One(BaseModel):
        one: Annotated[Duration, "kept"]
        rate: PerYear

    written = {"one": "20ms", "rate": "24 per year"}

    assert One.model_validate(written).model_dump() == written
