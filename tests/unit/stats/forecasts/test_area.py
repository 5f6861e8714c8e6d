"""Which of two models is better over a life."""

import numpy as np
import pytest
from planted_backtests import World, planted

from mainstay.stats.forecasts import area
from mainstay.stats.forecasts.area import Life
from mainstay.stats.forecasts.backtest import Backtest

AGES = World(age=0.004, noise=0.002, swing=0.02)


def lifted(made: Backtest, by: float, faster: float = 0.0) -> Backtest:
    """The same model, better by so much when fresh, and losing more with age."""
    cut, period = np.indices(made.scores.shape)
    return made._replace(scores=made.scores + by - faster * (period - cut - 1))


def test_a_recipe_is_as_good_as_itself() -> None:
    made = planted(AGES, 1)

    found = area.area(made, made, Life(1, 4, 0))

    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_an_older_model_of_the_same_recipe_lost_what_its_age_costs() -> None:
    made = planted(World(age=0.004, noise=0.0005), 1)

    found = area.area(made, made, Life(1, 4, 5))

    assert found.value == pytest.approx(5 * 0.004, abs=0.001)
    assert found.low > 0


def test_better_when_fresh_and_worse_over_its_life() -> None:
    """It starts 0.02 ahead and loses 0.01 a period more: over 8 periods it is 0.015 behind."""
    made = planted(AGES, 1)

    first, life = (area.area(lifted(made, 0.02, 0.01), made, Life(1, last, 0)) for last in (1, 8))

    assert first.value == pytest.approx(0.02)
    assert life.value == pytest.approx(0.02 - 0.01 * 3.5)
    assert first.low > 0 > life.high


def test_a_life_that_begins_later_leaves_the_first_ages_out() -> None:
    made = planted(AGES, 1)

    found = area.area(lifted(made, 0.0, 0.01), made, Life(3, 4, 0))

    assert found.value == pytest.approx(-0.025)


def test_too_few_past_lives_have_no_interval() -> None:
    made = planted(AGES, 1, periods=14)

    found = area.area(made, lifted(made, 0.01), Life(1, 6, 0))

    assert np.isinf([found.low, found.high]).all()


def test_a_life_longer_than_the_past_is_not_known() -> None:
    made = planted(AGES, 1, periods=14)

    assert np.isnan(area.area(made, made, Life(1, 12, 0)).value)


def test_only_periods_that_both_have_are_compared() -> None:
    made = planted(AGES, 1, periods=20)
    begins = np.arange(20) * 7

    one, other = area.common(made, begins, lifted(made, 0.01), begins + 7)

    assert one.periods == other.periods == 19
    assert one.scores[5, 6] == made.scores[6, 7]
    assert other.scores[5, 6] == pytest.approx(made.scores[5, 6] + 0.01)
