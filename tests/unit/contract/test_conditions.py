from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.contract.conditions import FUNCTIONS, condition
from mainstay.core.errors import Mistake
from mainstay.core.expressions import OPERATIONS, Call, ColumnOf, Literal, columns

A, B, C = ColumnOf("a"), ColumnOf("b"), ColumnOf("c")
ONE, TWO = Literal(1), Literal(2)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a <= b", Call("less_equal", (A, B))),
        ("a", A),
        ("not a", Call("not", (A,))),
        ("a == 1", Call("equals", (A, ONE))),
        ("a != -1.5", Call("not_equals", (A, Literal(-1.5)))),
        ("a == 'EWR'", Call("equals", (A, Literal("EWR")))),
        ("a == true", Call("equals", (A, Literal(value=True)))),
        ("1 <= a < 2", Call("and", (Call("less_equal", (ONE, A)), Call("less", (A, TWO))))),
        ("a > b or b > c", Call("or", (Call("greater", (A, B)), Call("greater", (B, C))))),
        ("a in [1, 2]", Call("is_in", (A, ONE, TWO))),
        ("a not in ('x', 'y')", Call("not", (Call("is_in", (A, Literal("x"), Literal("y"))),))),
        ("a is null", Call("is_null", (A,))),
        ("a is not null", Call("not", (Call("is_null", (A,)),))),
        ("a + b * 2 >= -c", Call("greater_equal", (
            Call("add", (A, Call("multiply", (B, TWO)))), Call("negate", (C,))))),
        ("a / 2 - b % 2 > 1", Call("greater", (Call("subtract", (
            Call("divide", (A, TWO)), Call("modulo", (B, TWO)))), ONE))),
        ("coalesce(a, b) > abs(c)", Call("greater", (
            Call("coalesce", (A, B)), Call("abs", (C,))))),
        ("starts_with(a, 'N')", Call("starts_with", (A, Literal("N")))),
        ("a\n  < b", Call("less", (A, B))),
    ],
)  # fmt: skip
def test_text_becomes_the_expression_it_says(text, expression):
    assert condition(text) == expression


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a =< b", "write <= or >="),
        ("a = b", "write == for equal"),
        ("a <> b", "write != for not equal"),
        ("a > 1 AND b > 2", "write and"),
        ("a > 1 && b > 2", "write and"),
        ("a > 1 || b > 2", "write or"),
        ("a between 1 and 2", "write 0 <= x <= 10"),
        ("a < b # and more", "a comment belongs behind the condition, outside its quotes"),
        ("a == null", "write x is null, or x is not null"),
        ("a is b", "only null follows is"),
        ("a in b", 'a list of constants follows in, for example ["EWR", "JFK"]'),
        ("a in []", 'a list of constants follows in, for example ["EWR", "JFK"]'),
        ("a + b", "it is neither true nor false: compare it with something"),
        ("a > b and c + 1", "it is neither true nor false: compare it with something"),
        ("1 < 2", "for example dewp <= temp"),
        ("abs(a, b) > 1", "abs takes 1 arguments"),
    ],
)
def test_a_text_that_says_nothing_is_told_what_was_probably_meant(text, hint):
    with pytest.raises(Mistake) as caught:
        condition(text)

    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "", "(", "a <", "a.b > 1", "a[0] > 1", "lambda: a", "(b := a)", "f'{a}' == b", "a ** 2 > 1",
        "a // b > 1", "a > 1j", "a > b'x'", "a > ...", "[a]", "a if b else c", "absolute(a) > 1",
        "abs(x=a) > 1", "a > 1e999", "a > 99999999999999999999", "__import__('os')", "a > '\\d'",
        "not " * 200 + "a", "-" * 900 + "a > 1", "(" * 900, "a" + " or a" * 240, "a" * 2000, "\0",
        "~a > 1",
        "a in [b]", "a in [null]", "-'x' == a", "*a", "a < b; c", "await a", "null", "1 in [1]",
    ],
)  # fmt: skip
def test_what_no_engine_could_judge_is_a_mistake(text):
    with pytest.raises(Mistake) as caught:
        condition(text)

    assert str(caught.value)
    assert caught.value.hint


def test_a_whole_number_is_one_that_engines_can_hold():
    assert condition(f"a == {2**63 - 1}") == Call("equals", (A, Literal(2**63 - 1)))
    with pytest.raises(Mistake):
        condition(f"a == {2**63}")


def test_a_sign_inside_quotes_is_text():
    assert condition("a == '# = AND'") == Call("equals", (A, Literal("# = AND")))


def test_every_operation_can_be_written():
    written = {"and", "or", "not", "is_null", "is_in", "negate", "cast"}
    signs = {"add", "subtract", "multiply", "divide", "modulo", "equals", "not_equals"}
    orders = {"less", "less_equal", "greater", "greater_equal"}

    assert set(FUNCTIONS) | written | signs | orders == set(OPERATIONS)


TEXTS = st.recursive(
    st.sampled_from(["a", "b", "1", "2.5", "'x'", "true"]),
    lambda inner: st.builds(
        "({} {} {})".format,
        inner,
        st.sampled_from(["+", "<", "and", "==", "in", "is", "%"]),
        inner,
    ),
    max_leaves=8,
)


@given(TEXTS | st.text(max_size=40))
def test_any_text_is_an_expression_over_columns_or_a_mistake(text):
    with suppress(Mistake):
        assert list(columns(condition(text)))
