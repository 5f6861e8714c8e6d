"""Ageing against how hard periods are."""

import numpy as np
import pytest
from planted_backtests import World, planted

from mainstay.stats.forecasts import ageing, backtest, paths


def found(world):
    made = planted(world, 0, periods=80)
    return ageing.ageing(paths.gaps(made, 79, 8), backtest.fresh(made, 79))


def test_fast_ageing_is_larger_than_a_small_swing():
    one = found(World(age=0.01, noise=0.002))

    assert one.lost.value == pytest.approx(0.07, abs=0.003)
    assert one.larger is True


def test_a_large_swing_is_larger_than_slow_ageing():
    one = found(World(age=0.001, swing=0.03))

    assert one.larger is False
    assert one.swing.low < 0.03 < one.swing.high


def test_what_cannot_be_told_is_not_said():
    assert found(World(age=0.003, swing=0.02, noise=0.02)).larger is None


def test_too_few_horizons_have_no_interval():
    made = backtest.as_of(planted(World(age=0.01), 0), 14)

    one = ageing.ageing(paths.gaps(made, 14, 8), backtest.fresh(made, 14)[:1])

    assert np.isinf([one.lost.low, one.lost.high, one.swing.low, one.swing.high]).all()
    assert one.larger is None
