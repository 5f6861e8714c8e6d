"""Cleaning at the door; that the bench does the same is in tests/unit/data/test_cleaning.py."""

import pytest

from mainstay.bundle import guard
from mainstay.bundle.cleaning import compiled
from mainstay.bundle.guard import RequestColumn
from mainstay.core.cleaning import Cleaning, Conversion
from mainstay.core.rules import FieldRule

COLUMNS = (RequestColumn("id", "string", "key"), RequestColumn("wait", "float64"))
CLEAN = (Cleaning("wait", type="number", missing=("N/A", -999), possible=(0, 90)),)
RULE = FieldRule("wait", "number", nullable=False, on_breach="impute", low=10, imputed=30)


def judged(body: str, rule: FieldRule = RULE):
    door = guard.compiled(COLUMNS, (rule,), clean=CLEAN)
    found = door.judged(f'{{"records": [{{"id": "a", "wait": {body}}}]}}'.encode())
    return door.value(found[0].row, "wait"), [reason.what for reason in found[0].reasons]


def test_the_steps_of_a_column_are_taken_in_their_order() -> None:
    unit = Conversion(1, 2, 10, 1)
    clean = compiled(Cleaning("x", type="number", missing=(7,), convert=unit, possible=(5, 20)))

    assert [clean(one) for one in ("7", "1", "2", "no", "3", 11.0)] == [
        None, 11.0, None, None, None, 11.0,
    ]  # fmt: skip


def test_what_is_set_right_keeps_its_rule() -> None:
    assert judged('"12"') == (12.0, [])
    assert judged("12") == (12.0, [])


@pytest.mark.parametrize("body", ['"N/A"', '"soon"', "-999", '"-999"', "91", "1e999"])
def test_what_became_null_is_judged_as_null(body: str) -> None:
    assert judged(body) == (30.0, ["is null"])


def test_what_is_no_text_and_no_number_is_still_of_the_wrong_type() -> None:
    _, told = judged("true")

    assert told == ["is true, not a number"]


def test_a_request_that_only_had_to_be_cleaned_is_plain() -> None:
    door = guard.compiled(COLUMNS, (RULE,), clean=CLEAN)

    assert door.plain(b'{"records": [{"id": "a", "wait": " 45 "}]}') is not None
    assert door.plain(b'{"records": [{"id": "a", "wait": "N/A"}]}') is None
    assert dict(door.cleaned) == {"wait": 1}
