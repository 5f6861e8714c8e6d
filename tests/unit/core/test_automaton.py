"""No text and no pattern takes the door long."""

import time
from contextlib import suppress

import pytest

from mainstay.core import automaton, patterns
from mainstay.core.errors import Mistake

HOSTILE = (
    ("(a+)+b", "a"), ("(a|a)*b", "a"), ("(a|aa)+b", "a"), ("(a*)*b", "a"), ("(x+x+)+y", "x"),
    ("(.*)(.*)(.*)z", "a"), ("([a-z]+)*[0-9]", "q"), ("(a?){50}a{50}", "a"), ("((a?)*)*b", "a"),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "letter"), HOSTILE)
def test_a_text_that_makes_others_go_back_takes_its_length_only(pattern: str, letter: str) -> None:
    matches = automaton.matcher(patterns.pattern(pattern))
    begun = time.process_time()

    found = matches(letter * 200_000)

    assert not found
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "pattern", ["(a|b)*a(a|b){20}", "(.{0,200}a){2}", "((a{30}){30})", "a{400}b{400}"]
)
def test_a_pattern_of_too_many_states_is_refused_at_once(pattern: str) -> None:
    begun = time.process_time()

    with pytest.raises(Mistake, match="too complicated a pattern"):
        automaton.matcher(patterns.pattern(pattern))

    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "pattern",
    ["|".join("abcdefghij" * 20), ".{500}", "[a-c]*" * 80, "([^a]?){499}", "(a|b?)*" * 70],
)
def test_every_pattern_is_made_or_refused_at_once(pattern: str) -> None:
    begun = time.process_time()

    with suppress(Mistake):
        automaton.matcher(patterns.pattern(pattern))

    assert time.process_time() - begun < 2


def test_letters_beyond_ascii_are_letters() -> None:
    matches = automaton.matcher(patterns.pattern("[à-ü]+|𝒳"))

    assert [matches(text) for text in ("éa", "éü", "𝒳", "𝒴", "")] == [
        False, True, True, False, False
    ]  # fmt: skip
