"""Errors of inputs, as a table."""

from mainstay.control.pages import robust
from mainstay.core.nouns import Estimate
from mainstay.life.certify.robust import Shaken, Tried


def tried(name: str, low: float, unnoticed: int = 90) -> Tried:
    harm = Estimate(low + 0.02, low, low + 0.04, 90)
    return Tried("stale", name, 100, 10, 0, 0, 0, unnoticed, harm)


def test_what_nobody_notices_and_surely_costs_is_said_first() -> None:
    found = Shaken("roc_auc", (tried("weather", 0.01), tried("planes", -0.01)))

    text = robust.drawn(found)

    assert "answers are surely worse: weather stands still for a day." in text
    assert "10%" in text
    assert "0.030 (0.010 to 0.050)" in text


def test_where_nothing_is_surely_worse_that_is_said() -> None:
    nothing = Tried("null", "wait", 100, 100, 0, 0, 0, 0, None)

    text = robust.drawn(Shaken("roc_auc", (tried("planes", -0.01), nothing)))

    assert "No error that goes unnoticed is known" in text
    assert "not known" not in text


def test_many_errors_are_folded_away() -> None:
    found = Shaken("roc_auc", tuple(tried(f"c{at}", 0.0) for at in range(9)))

    assert "3 more errors" in robust.drawn(found)
