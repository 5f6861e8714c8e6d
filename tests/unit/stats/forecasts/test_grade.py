"""What is behind a forecast decides what may be said of it."""

import pytest
from planted_backtests import NONE, WORLDS, planted

from mainstay.stats.forecasts import grade, pool
from mainstay.stats.forecasts.grade import Grade

MADE = planted(WORLDS["ages"], 0, periods=60)


def at(now, **members):
    return pool.latest(MADE, now, 8, NONE, seed=1)._replace(**members)


@pytest.mark.parametrize(
    ("now", "covered", "said"),
    [
        (58, 80, Grade.A),
        (58, 95, Grade.B),
        (58, 65, Grade.B),
        (58, 50, Grade.C),
        (28, 80, Grade.B),
        (28, 50, Grade.C),
        (14, 80, Grade.C),
    ],
)
def test_a_grade_needs_a_past_and_a_record(now, covered, said):
    assert grade.grade(at(now, cells=100, covered=covered)) is said


def test_without_a_forecast_nothing_may_be_said():
    assert grade.grade(None) is Grade.D


def test_without_a_record_nobody_is_proven():
    untried = at(58, cells=0, covered=0)

    assert grade.coverage(untried) is None
    assert grade.grade(untried) is Grade.B


def test_horizons_are_counted_half_a_horizon_apart():
    assert grade.independent(at(58)) == pytest.approx(len(at(58).past.paths) / 4)
