"""How often to retrain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mainstay.stats.forecasts import retraining

STEADY = 0.01 * np.arange(8)


def test_what_age_costs_never_falls_with_age():
    gaps = -np.array([[0.0, 0.03, 0.01, 0.04], [0.0, 0.01, 0.01, np.nan]])

    assert retraining.staleness(gaps) == pytest.approx([0, 0.04 / 3, 0.04 / 3, 0.04], abs=1e-2)


def test_a_model_that_gets_better_with_age_costs_nothing():
    assert retraining.staleness(np.array([[0.0, 0.1, 0.2]])).tolist() == [0, 0, 0]


def test_an_age_that_nobody_has_seen_costs_what_the_last_one_did():
    found = retraining.staleness(np.array([[0.0, -0.1, np.nan, np.nan]]))

    assert found == pytest.approx([0, 0.1, 0.1, 0.1], abs=1e-3)


def test_free_retraining_is_done_every_period_and_a_dear_one_never():
    assert retraining.cheapest(STEADY, 0.0).periods == 1
    assert retraining.cheapest(STEADY, 99.0).periods == 8
    assert retraining.cheapest(STEADY, 99.0).never


@given(st.floats(0, 0.5))
def test_the_interval_is_the_cheapest_of_all(cost):
    found = retraining.cheapest(STEADY, cost)

    by_hand = [
        (sum(STEADY[age % every] for age in range(8)) + cost * (7 // every)) / 8
        for every in range(1, 9)
    ]
    assert found.costs == pytest.approx(by_hand)
    assert by_hand[found.periods - 1] == pytest.approx(min(by_hand))
    assert found.shortest <= found.periods <= found.longest


@given(arrays.arrays(float, (6, 5), elements=st.floats(-0.2, 0.2)), st.floats(0, 0.3))
def test_dearer_retraining_is_never_done_more_often(gaps, cost):
    lost = retraining.staleness(gaps)

    assert retraining.cheapest(lost, cost + 0.1).periods >= retraining.cheapest(lost, cost).periods


def test_where_age_costs_nothing_all_intervals_but_those_that_pay_are_alike():
    found = retraining.cheapest(np.zeros(8), 0.0)

    assert (found.shortest, found.longest) == (1, 8)


def test_the_flat_region_holds_what_costs_the_same_within_three_percent():
    found = retraining.cheapest(STEADY, 0.03)

    within = found.costs <= 1.03 * found.costs.min()
    assert within[found.shortest - 1 : found.longest].all()
    assert found.shortest == 1 or not within[found.shortest - 2]
