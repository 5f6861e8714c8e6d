"""One class for another, and values off, as tables."""

from mainstay.control.pages import mistaken
from mainstay.core.nouns import Estimate
from mainstay.life.certify.errors import Confused
from mainstay.stats.mistaken import Cell, Side

OFTEN = Estimate(80.0, 70.0, 90.0, 900)


def test_pairs_of_classes_stand_with_interval_and_cost_the_wrong_ones_first() -> None:
    found = Confused(
        ("cat", "dog"),
        (Cell(0, 0, OFTEN, 5.0), Cell(1, 0, OFTEN, -12.0), Cell(-1, 1, None, None)),
    )

    text = mistaken.confused(found, "USD")

    assert text.index("−960") < text.index("400")
    assert "70.0 to 90.0" in text
    assert "a class never learned" in text
    assert "not known" in text


def test_of_many_pairs_the_rest_is_counted() -> None:
    cells = tuple(Cell(0, at, OFTEN, None) for at in range(mistaken.MOST + 2))
    names = tuple(f"c{at}" for at in range(len(cells)))

    assert "2 more pairs" in mistaken.confused(Confused(names, cells), "")


def test_values_too_high_and_too_low_stand_with_what_they_cost() -> None:
    half = Estimate(0.5, 0.4, 0.6, 900)
    cost = Estimate(-250.0, -300.0, -200.0, 900, "EUR")

    text = mistaken.off((Side("over", half, Estimate(3.0, 2.5, 3.5, 900), cost),))

    assert "too high" in text
    assert "50.0% (40.0 to 60.0)" in text
    assert "EUR per 1,000" in text
    assert "−250" in text


def test_what_is_not_known_says_so() -> None:
    assert mistaken.off((Side("under", None, None, None),)).count("not known") == 3
    assert mistaken.off((Side("either", None, None, None),)).count("not known") == 2
