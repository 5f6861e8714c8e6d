"""Types that keep rules: what they take breaks nothing, and as good as nothing else does not."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import checks, fitting, reading
from mainstay.bundle.reading import RequestColumn
from mainstay.core.expressions import ColumnOf
from mainstay.core.rules import Band, FieldRule
from mainstay.core.typed import INTEGER, NUMBER, TEXT

BANDS = {"by": ColumnOf("a", TEXT), "bands": (Band(("x",), 0, 1),)}
ENDS = st.none() | st.integers(-3, 3) | st.floats(-3, 3)
NUMBERS = st.one_of(
    st.none(), st.integers(-4, 4), st.floats(-4, 4), st.sampled_from([2.0**63, -(2.0**63), 2**63])
)
TEXTS = st.none() | st.text(max_size=4) | st.sampled_from(["A", "\u00e9\U0001f600"])


def held(rule: FieldRule, kind: str, value: Any) -> tuple[bool, bool, bool]:
    """Whether the type takes a value, whether no rule is broken by it, whether the rule is held."""
    fields = (reading.field(RequestColumn("a", kind), rule),)
    kinds, rest = fitting.kinds(fields, (rule,))
    narrow = msgspec.json.Decoder(reading.row(fields, others=False, kinds=kinds)).decode
    wide = msgspec.json.Decoder(reading.row(fields, others=False)).decode
    text = json.dumps({"a": value})
    return _reads(narrow, text), _keeps(wide, text, checks.compiled(fields, (rule,))), not rest


def _reads(decode: Any, text: str) -> bool:
    try:
        decode(text)
    except msgspec.ValidationError:
        return False
    return True


def _keeps(decode: Any, text: str, breaches: checks.Breaches) -> bool:
    return _reads(decode, text) and not breaches(decode(text), 0)


@given(
    low=ENDS, high=ENDS, nullable=st.booleans(), kind=st.sampled_from([INTEGER, NUMBER]),
    on_breach=st.sampled_from(["reject", "flag", "fallback", "impute"]), value=NUMBERS,
)  # fmt: skip
def test_a_number_is_taken_where_it_keeps_its_range(low, high, nullable, kind, on_breach, value):
    stated = "integer" if kind == INTEGER else "number"
    rule = FieldRule("a", stated, nullable, on_breach, low, high, imputed=1)

    takes, keeps, all_held = held(rule, kind, value)

    assert takes == keeps or not all_held


@given(
    levels=st.none() | st.lists(st.sampled_from(["", "A", "BB", "\u00e9"]), unique=True),
    shortest=st.none() | st.integers(0, 3), longest=st.none() | st.integers(0, 3), value=TEXTS,
    nullable=st.booleans(),
)  # fmt: skip
def test_text_is_taken_where_it_keeps_its_levels_and_length(
    levels, shortest, longest, value, nullable
):
    known = None if levels is None else tuple(levels)
    rule = FieldRule("a", "string", nullable, "flag", levels=known, shortest=shortest,
                     longest=longest)  # fmt: skip

    takes, keeps, all_held = held(rule, TEXT, value)

    assert takes == keeps or not all_held


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (FieldRule("a", "number", False, "flag", low=math.inf), NUMBER),  # noqa: FBT003
        (FieldRule("a", "number", False, "flag", low=2**53 + 1), NUMBER),  # noqa: FBT003
        (FieldRule("a", "integer", False, "flag"), NUMBER),  # noqa: FBT003
        (FieldRule("a", "integer", False, "flag", 1, 0), INTEGER),  # noqa: FBT003
        (FieldRule("a", "string", False, "flag", levels=()), TEXT),  # noqa: FBT003
        (FieldRule("a", "string", False, "flag", pattern="a+"), TEXT),  # noqa: FBT003
        (FieldRule("a", "integer", False, "flag", **BANDS), INTEGER),  # noqa: FBT003
    ],
)
def test_what_no_type_can_hold_is_left_to_be_asked(rule: FieldRule, kind: str) -> None:
    fields = (reading.field(RequestColumn("a", kind), rule),)

    assert fitting.kinds(fields, (rule,))[1] == (rule,)


def test_two_rules_of_one_field_are_both_asked() -> None:
    rules = tuple(FieldRule("a", "number", True, "flag", low=low) for low in (0, 1))  # noqa: FBT003
    fields = (reading.field(RequestColumn("a", NUMBER), rules[0]),)

    assert fitting.kinds(fields, rules)[1] == rules
