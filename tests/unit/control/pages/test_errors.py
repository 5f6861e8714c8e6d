"""Errors and their cost, as tables."""

import msgspec

from mainstay.control.pages import errors
from mainstay.core.nouns import Estimate
from mainstay.life.certify.errors import Errors
from mainstay.stats.tradeoff import Band, Best, Kind, Point

HALF = Estimate(0.5, 0.4, 0.6, 900)
FOUND = Errors(
    threshold=0.31,
    points=(Point(0.31, HALF, HALF, HALF), Point(0.9, HALF, None, HALF)),
    kinds=(Kind("false_positive", Estimate(80.0, 70.0, 90.0, 900), -12.0),),
    best=Best(0.2, 0.4, Estimate(5.0, 0.0, 38.0, 900, "USD")),
    bands=(Band(0.3, 0.32, HALF, HALF, None),),
    declared=True,
)


def test_every_number_stands_with_its_interval() -> None:
    text = errors.drawn(FOUND, "USD")

    assert "any from 0.200 to 0.400 may earn most" in text
    assert "it earns USD 0 to 38 per 1,000 decisions less than the best" in text
    assert "50.0% (40.0 to 60.0)" in text
    assert "70.0 to 90.0" in text
    assert "−960" in text
    assert "in use" in text
    assert "declared" in text
    assert "not known" in text


def test_without_money_nothing_is_said_of_the_best() -> None:
    bare = msgspec.structs.replace(
        FOUND, best=None, kinds=(Kind("false_positive", None, None),), declared=False
    )

    text = errors.drawn(bare, "")

    assert "nothing says which earns most" in text
    assert "declared" not in text
