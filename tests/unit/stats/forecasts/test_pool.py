"""Experts pooled by their own past."""

import numpy as np
import pytest
from planted_backtests import NONE, WORLDS, World, planted

from mainstay.stats.forecasts import pool, scoring
from mainstay.stats.forecasts.pool import EXPERTS, FINAL, POOLED


def last(world, seed=0, now=38, **members):
    made = planted(WORLDS.get(world, world), seed)
    return pool.latest(made._replace(**members), now, 8, NONE, seed=1)


def test_what_experts_count_at_first_adds_up_to_one():
    assert sum(EXPERTS.values()) == pytest.approx(1)


def test_a_forecast_does_not_change_with_what_comes_later():
    made = planted(WORLDS["ages"], 0)
    other = made._replace(scores=made.scores.copy())
    other.scores[:, 26:] = 0.2

    one, same = (pool.latest(each, 25, 8, NONE, seed=1) for each in (made, other))

    assert np.array_equal(one.draws, same.draws)


def test_the_same_seed_says_the_same():
    assert np.array_equal(last("remembers").draws, last("remembers").draws)


def test_steady_ageing_is_forecast_and_nothing_changes_loses_weight():
    found = last(World(age=0.01, noise=0.001))

    truth = found.past.level - 0.01 * np.arange(8)
    assert found.said[FINAL][1] == pytest.approx(truth, abs=0.01)
    assert found.weights[0] < EXPERTS["unchanged"] / 2


def test_weights_are_shares():
    weights = last("is shocked").weights

    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()


def test_the_spread_is_drawn_together_where_the_past_was_well_inside(monkeypatch):
    monkeypatch.setattr(scoring, "off", lambda _, came: np.full(came.shape, 0.7))

    assert 0.7 < last("ages").scale < 0.85


def test_the_spread_is_drawn_apart_where_the_past_was_outside(monkeypatch):
    monkeypatch.setattr(scoring, "off", lambda _, came: np.full(came.shape, 2.0))

    assert 1.6 < last("ages").scale < 2.0


def test_the_first_forecast_has_no_past_to_go_by():
    first = next(iter(pool.forecasts(planted(WORLDS["ages"], 0), 8, NONE, seed=1)))

    assert first.scale == pool.WIDEN
    assert first.weights == pytest.approx(list(EXPERTS.values()))
    assert (first.cells, first.covered) == (0, 0)


def test_calibrating_keeps_the_middle():
    found = last("ages")

    assert found.said[FINAL][1] == pytest.approx(found.said[POOLED][1], abs=1e-3)


def test_its_own_record_counts_what_lay_inside():
    found = last("still")

    assert 0.6 < found.covered / found.cells <= 1


def test_without_a_past_there_is_no_forecast():
    assert last("still", now=8) is None


def test_without_skill_there_is_no_forecast():
    assert last("still", no_skill=0.9) is None


def test_a_cut_that_was_never_fitted_is_left_out():
    made = planted(WORLDS["still"], 0)
    made.scores[10:14] = np.nan

    assert pool.latest(made, 38, 8, NONE, seed=1) is not None
