"""What more records would bring."""

import numpy as np
import pytest

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats.forecasts import curve
from mainstay.stats.forecasts.curve import Curve
from mainstay.stats.forecasts.library import Calibration
from mainstay.stats.forecasts.outlook import LIKELY, UNLIKELY, Reach, needed_for, outlook, widened
from mainstay.stats.forecasts.power_law import power_law

SIZES = np.array(curve.anchors(4000), dtype=float)


def made(sizes=SIZES, turn=0.0):
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.001, (5, 1)) + random.normal(0, 0.0005, (5, len(sizes)))
    return Curve(sizes, 0.2 + 2 * sizes**-0.5 + noise + turn * (sizes > 3000))


def said(goal, one=None):
    return outlook(one or made(), goal, records=5000, calibration=Calibration(1.0, 1.5), seed=1)


@pytest.mark.parametrize(
    ("goal", "reach"),
    [(0.24, Reach.REACHED), (0.218, Reach.LIKELY), (0.2, Reach.OPEN), (0.15, Reach.OUT)],
)
def test_a_goal_is_in_reach_or_not(goal, reach):
    assert said(goal).reach is reach


@pytest.mark.parametrize("goal", [0.15, 0.18, 0.19, 0.2, 0.21, 0.218])
def test_the_interval_of_what_is_best_meets_a_goal_by_its_chance(goal):
    told = said(goal)

    met = Limit("at_most", goal).judge(told.best)
    assert (met is Verdict.PASS) == (told.chance >= LIKELY)
    assert (met is Verdict.FAIL) == (told.chance < UNLIKELY)


def test_a_short_curve_refuses_no_goal():
    short = said(0.15, made(SIZES[2:]))

    assert short.reach is Reach.UNKNOWN


def test_a_curve_that_turns_up_is_not_fitted():
    told = said(0.2, made(turn=0.05))

    assert told.reach is Reach.UNKNOWN
    assert (told.ahead, told.ceiling, told.chance, told.needed) == ((), None, None, None)


def test_errors_ahead_hold_the_truth_and_grow_less_sure():
    found = said(0.21)

    for far, one in zip((2, 4), found.ahead, strict=True):
        assert one.low <= 0.2 + 2 * (5000 * far) ** -0.5 <= one.high
    assert np.ptp([found.ahead[0].low, found.ahead[0].high]) < np.ptp(
        [found.ahead[1].low, found.ahead[1].high]
    )
    assert found.ceiling.low <= 0.2 <= found.ceiling.high


def test_records_needed_are_a_range_that_holds_the_truth():
    goal = 0.2 + 2 * 16_000**-0.5

    found = said(goal).needed

    assert found.low <= 16_000 <= found.high
    assert found.low < found.value < found.high


def test_records_are_not_told_where_a_goal_is_out_of_reach_or_reached():
    assert said(0.15).needed is None
    assert said(0.24).needed is None


def test_records_beyond_what_is_asked_are_never():
    law = power_law(made(), seed=1)

    assert needed_for(law, 0.1, widening=1.0).high == np.inf
    assert needed_for(law, 0.9, widening=1.0).high == 4000


def test_without_a_goal_only_the_curve_is_told():
    found = said(None)

    assert found.chance is None
    assert found.reach is Reach.OPEN


def test_each_half_of_an_interval_is_widened():
    draws = np.arange(11.0) ** 2

    assert widened(draws, 2.0).tolist() == [25 - 2 * 24, 25, 25 + 2 * 56]
