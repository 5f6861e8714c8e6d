"""What is simpler, what it reaches and what it costs, as a table."""

from mainstay.control.pages import ladder
from mainstay.core.nouns import Estimate
from mainstay.life.certify.simplest import Ladder, Rung


def rung(name: str, low: float, seconds: float | None = 2e-7) -> Rung:
    reaches = Estimate(0.7, 0.68, 0.72, 900)
    return Rung(name, Estimate(low + 0.02, low, low + 0.04, 900), reaches, 61, seconds)


def test_what_it_is_surely_better_than_and_what_not() -> None:
    found = Ladder("roc_auc", (rung("the rule", 0.05, None), rung("linear", -0.01)), 580_000, 4e-6)

    text = ladder.drawn(found, "v3")

    assert "v3 is surely better than the rule, not surely better than the linear model." in text
    assert "61 numbers, 488 B" in text
    assert "580 kB" in text
    assert "0.2 µs" in text
    assert "a lookup" in text


def test_a_simpler_one_that_is_surely_better_is_said_first() -> None:
    found = Ladder("roc_auc", (rung("the rule", 0.05), rung("linear", -0.06)), 1, 4e-6)

    said = ladder.sentence(found, "v3")

    assert said == "v3 is surely worse than the linear model, surely better than the rule."


def test_better_than_all_of_them() -> None:
    found = Ladder("roc_auc", (rung("the rule", 0.05), rung("linear", 0.01)), 1, 4e-6)

    assert "better than everything simpler that was tried" in ladder.drawn(found, "v3")


def test_what_is_not_known_is_said() -> None:
    found = Ladder("roc_auc", (Rung("linear", None, None, 61, 1e-6),), 1, 4e-6)

    text = ladder.drawn(found, "v3")

    assert text.count("not known") == 2
    assert "v3 is not surely better than the linear model." in text
