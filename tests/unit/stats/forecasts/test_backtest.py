"""The backtest matrix tells nothing before its time."""

import numpy as np
import pytest
from planted_backtests import LEVEL, TRAINING, WORLDS, World, planted

from mainstay.core.errors import Broken
from mainstay.stats.forecasts import backtest
from mainstay.stats.forecasts.backtest import Backtest


def test_nothing_later_than_now_is_left():
    known = backtest.as_of(planted(WORLDS["ages"], 0), 20)

    assert not np.isfinite(known.scores[:, 21:]).any()
    assert np.isfinite(known.scores[TRAINING - 1, TRAINING:21]).all()


def test_a_score_of_a_period_trained_on_is_refused():
    scores = np.full((5, 5), np.nan)
    scores[2, 2] = 0.9

    with pytest.raises(Broken, match="trained on"):
        backtest.checked(Backtest(scores, 2))


def test_a_matrix_that_is_no_square_is_refused():
    with pytest.raises(Broken, match="no square"):
        backtest.checked(Backtest(np.full((4, 5), np.nan), 2))


def test_a_sound_matrix_comes_back_as_it_came():
    sound = planted(WORLDS["still"], 0)

    assert backtest.checked(sound) is sound


def test_the_level_is_the_mean_of_the_last_four_fresh_scores_before_the_cut():
    made = planted(World(swing=0.02), 1)

    level = backtest.level(made, 20)

    assert level == pytest.approx(np.mean([made.scores[at, at + 1] for at in (16, 17, 18, 19)]))


def test_a_level_without_a_past_is_not_a_number():
    assert np.isnan(backtest.level(planted(WORLDS["still"], 0), TRAINING - 1))


def test_a_model_without_skill_has_none_to_take_shares_of():
    made = planted(WORLDS["still"], 0)

    assert backtest.skill(made, 20) == pytest.approx(LEVEL - 0.5, abs=0.03)
    assert np.isnan(backtest.skill(made._replace(no_skill=LEVEL + 0.05), 20))


def test_ages_run_down_the_row_of_a_cut_and_fresh_models_down_the_diagonal():
    made = planted(World(age=0.01), 0)
    at = np.array([10, 36])

    old, new = backtest.aged(made.scores, at, 4), backtest.fresher(made.scores, at, 4)

    assert old[0] == pytest.approx(LEVEL - 0.01 * np.arange(4))
    assert new[0] == pytest.approx(np.full(4, LEVEL))
    assert np.isnan(old[1]).tolist() == np.isnan(new[1]).tolist() == [False] * 3 + [True]


@pytest.mark.parametrize(("periods", "ages"), [(12, 4), (40, 8), (400, 26)])
def test_a_horizon_is_a_fifth_within_bounds(periods, ages):
    assert backtest.horizon(Backtest(np.empty((periods, periods)), 3)) == ages


def test_fresh_scores_are_those_of_the_past():
    made = planted(WORLDS["still"], 2)

    fresh = backtest.fresh(made, 12)

    assert len(fresh) == len(backtest.cuts(made, 12)) == 12 - made.first
    assert fresh[0] == made.scores[TRAINING - 1, TRAINING]
