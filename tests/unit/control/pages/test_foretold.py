"""A forecast, drawn with its record."""

from datetime import timedelta

from healthy import NOON
from msgspec.structs import replace

from mainstay.control.foretelling import Foretold, Scored
from mainstay.control.health import Health
from mainstay.control.pages import foretold, health
from mainstay.core.nouns import Estimate
from mainstay.life.assess.promised import ASSUMED
from mainstay.stats.forecasts.grade import Grade

ONE = Foretold(
    version="v2", since=NOON, at=NOON, foresight="", measure="roc_auc", bound=0.66, days=7, seen=4,
    others=14, grade=Grade.B, held=(), path=((0.7, 0.72, 0.74),) * 4,
    breach=Estimate(3.0, 2.0, 5.0, 99, "periods"), promise="roc_auc ≥ 0.66",
)  # fmt: skip
SCORED = replace(ONE, scored=(Scored(1, ONE.window(1), 0.69, 0.7, 0.71, 0.65, 400),))


def test_what_is_foretold_is_drawn_against_what_was_promised() -> None:
    drawn = foretold.foretold(ONE)

    assert "foretold to last 21 days (80 %: 14 to more than 28), grade B" in drawn
    assert "none of it could be scored yet" in drawn
    assert 'class="band guess"' in drawn
    assert drawn.count("roc_auc ≥ 0.66") == 2
    assert drawn.count("<tr>") == 5


def test_what_no_goal_promises_is_called_an_assumption() -> None:
    drawn = foretold.foretold(replace(ONE, promise=ASSUMED))

    assert "against 90 % of today&#x27;s skill: no goal of this contract can be foreseen" in drawn
    assert ">90 % of skill<" in drawn


def test_what_came_stands_beside_what_was_foretold_of_it_then() -> None:
    drawn = foretold.foretold(SCORED)

    assert "0 of 1 scores were inside" in drawn
    assert "0.690 to 0.710" in drawn
    assert "0.650" in drawn
    assert "outside" in drawn
    assert drawn.count('class="point"') == 1
    assert drawn.count('class="whisker guess"') == 1
    over = replace(SCORED, scored=tuple(replace(SCORED.scored[0], age=age) for age in range(1, 5)))
    assert 'class="band guess"' not in foretold.foretold(over)


def test_the_page_of_a_model_shows_it_only_where_there_is_one(whole: Health) -> None:
    assert "Shelf life" not in health.page(whole)
    assert "Shelf life" in health.page(replace(whole, foretold=ONE))


def test_no_age_is_shown_that_nobody_has_seen() -> None:
    never = replace(ONE, breach=Estimate(5.0, 5.0, 5.0, 99, "periods"))

    said = foretold.foretold(never)

    assert "more than 28 days, the oldest ever seen" in said
    assert str((NOON + timedelta(days=35)).day) + " April" not in said
