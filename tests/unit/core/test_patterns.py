"""Patterns: what is refused and where, and that what is read means the same everywhere."""

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core import patterns
from mainstay.core.automaton import matcher
from mainstay.core.errors import Mistake


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("N(?=1)", "a lookahead at character 2"),
        ("(?<!a)b", "a lookbehind at character 1"),
        (r"(a)\1", "a reference back at character 4"),
        ("(?i)a", "an option at character 1"),
        ("(?P<x>a)", "a named group at character 1"),
        ("(?>a)", "an atomic group at character 1"),
        (r"\bN", r"\\b, which engines read differently at character 1"),
        (r"\p{L}", r"\\p, which engines read differently at character 1"),
        ("a^b", r"a \^ that is not at its end at character 2"),
        ("a$|b", r"a \$ that is not at its end at character 2"),
        ("a+?", "a second repetition at character 3"),
        ("a**", "a second repetition at character 3"),
        ("*a", r"a \* with nothing before it at character 1"),
        ("a{", "a { that counts nothing at character 2"),
        ("a{,3}", "a { that counts nothing at character 2"),
        ("a{3,2}", "a count that cannot be at character 2"),
        ("a{501}", "a count that cannot be at character 2"),
        ("[a", r"a \[ without its \] at character 1"),
        ("[]", "a class of no character at character 1"),
        (r"[^\d\D]", "a class of no character at character 1"),
        ("[[:alpha:]]", r"a \[ within a class at character 2"),
        ("[z-a]", "a range that cannot be at character 2"),
        ("(a", r"a \( without its \) at character 1"),
        ("a)", r"a \) without its \( at character 2"),
        ("\\", "engines read differently at character 1"),
        ("(" * 30 + "a" + ")" * 30, "nested too deeply"),
        ("a" * 501, "longer than 500 characters"),
    ],
)
def test_what_engines_do_not_share_is_refused_at_its_place(text: str, says: str) -> None:
    with pytest.raises(Mistake, match=says):
        patterns.pattern(text)


def test_anchors_at_the_ends_say_what_holds_anyhow() -> None:
    assert patterns.pattern("^ab$") == patterns.pattern("ab")


LETTERS = "ab0_é\n -]^."
ATOMS = st.sampled_from(
    ["a", "b", "é", "0", r"\.", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", ".", "[ab]", "[^a]",
     "[a-]", "[^0-9_]", r"[\w.]", r"\]", r"[\]\^-]", r"\n", "𝒳"]
)  # fmt: skip
WRITTEN = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=0, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("(?:{})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}"])).map(
            lambda both: f"({both[0]}){both[1]}"
        ),
    ),
    max_leaves=6,
)
TEXTS = st.lists(st.text(LETTERS + "𝒳\x00", max_size=6), min_size=1, max_size=8)


def sql(pattern: str, texts: list[str]) -> list[bool]:
    asked = "SELECT regexp_matches(unnest(?::VARCHAR[]), ?)"
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(asked, [texts, pattern]).fetchall()]


@pytest.mark.slow
@settings(max_examples=200)
@given(WRITTEN, TEXTS)
def test_python_reads_a_pattern_as_the_door_does(text: str, texts: list[str]) -> None:
    matches = matcher(patterns.pattern(text))
    expected = re.compile(text, re.ASCII)

    assert [matches(one) for one in texts] == [bool(expected.fullmatch(one)) for one in texts]


@pytest.mark.slow
@settings(max_examples=30)
@given(WRITTEN, TEXTS)
def test_the_engine_of_tables_reads_a_pattern_as_the_door_does(text: str, texts: list[str]) -> None:
    read = patterns.pattern(text)
    matches = matcher(read)

    assert [matches(one) for one in texts] == sql(patterns.portable(read), texts)
