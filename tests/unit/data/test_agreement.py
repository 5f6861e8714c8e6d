"""Whether two computations say the same, row by row."""

import math

import pytest

from mainstay.core.expressions import Call, ColumnOf, Literal
from mainstay.data import agreement
from mainstay.data.agreement import Difference, Value

NAN, INF = float("nan"), float("inf")
SAME = [
    (None, NAN), (NAN, NAN), (None, None), (True, 1), (False, 0.0), (3, 3.0), (INF, INF),
    (0.1 + 0.2, 0.3), ("JFK", "JFK"), (1e300, 1e300 * (1 + 1e-12)),
]  # fmt: skip
OTHER = [
    (None, 0), (None, ""), (NAN, False), (INF, None), (INF, -INF), (1, "1"), (True, "true"),
    (2**53, 2**53 + 1), (1.0, 1.00001), (0.0, 1e-300), ("a", "A"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_written_otherwise_is_the_same(one: Value, other: Value) -> None:
    assert agreement.same(one, other)
    assert agreement.same(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_is_something_else_is_not(one: Value, other: Value) -> None:
    assert not agreement.same(one, other)
    assert not agreement.same(other, one)


def test_the_first_row_and_in_it_the_first_column_are_found() -> None:
    ours = {"a": [1, 2, 3], "b": [1, 2, 3], "c": [0, 0, 0]}
    theirs = {"c": [0, 0, 1], "b": [1, 9, 9], "a": [1, 8, 3]}

    found = agreement.agreement(ours, theirs)

    assert found.first == Difference(1, "a", 2, 8)
    assert found.differing == {"a": 1, "b": 2, "c": 1}
    assert (found.rows, found.holds) == (2, False)


def test_columns_that_one_side_lacks_are_differences() -> None:
    found = agreement.agreement({"a": [1], "b": [2]}, {"a": [1], "c": [3]})

    assert (found.lacking, found.added, found.rows) == (("b",), ("c",), 0)
    assert found.first is None
    assert not found.holds


def test_nothing_differs_where_all_is_the_same() -> None:
    assert agreement.agreement({"a": [1, None]}, {"a": [1.0, math.nan]}).holds


TEMP = ColumnOf("temp")
HINTS = [
    (None, INF, Call("divide", (TEMP, TEMP)), "not infinite"),
    (None, False, Call("less", (TEMP, Literal(3))), "fill_null(False)"),
    (None, 3, TEMP, "made of a null"),
    (3, None, TEMP, "missing"),
    (4, 23, Call("hour", (TEMP,)), "UTC"),
    (-1, 2, Call("modulo", (TEMP, Literal(3))), "sign"),
    ("é", "É", Call("concat", (Call("upper", (TEMP,)), Literal("x"))), "ASCII"),
    (1, 2, Call("add", (TEMP, Literal(3))), ""),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "expression", "words"), HINTS)
def test_what_most_often_is_the_reason_is_said(
    ours: Value, theirs: Value, expression: Call, words: str
) -> None:
    said = agreement.why(Difference(0, "c", ours, theirs), expression)

    assert words in said
    assert bool(words) == bool(said)
