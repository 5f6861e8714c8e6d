"""By how much one arm does worse than the other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mainstay.stats.excess import LEAST, Arm, chernoff, excess, shift, spent, student

GROUPS = 64


def arm(rows: float, share: float) -> Arm:
    return Arm((rows,) * GROUPS, (rows * share,) * GROUPS)


def test_the_difference_of_shares_has_a_bound_below_it() -> None:
    found = excess(arm(100, 0.3), arm(100, 0.1), 0.01)

    assert found.value == pytest.approx(0.2)
    assert 0.1 < found.low < 0.2
    assert (found.high, found.n) == (1.0, 6400)


def test_one_entity_that_sends_most_rows_is_one_entity() -> None:
    rows = (100_000.0, *(100.0,) * (GROUPS - 1))
    heavy = Arm(rows, (100_000.0, *(0.0,) * (GROUPS - 1)))

    found = excess(heavy, arm(100, 0.0), 0.01)

    assert found.low < 0.01


@pytest.mark.parametrize("groups", [0, 1, LEAST - 1])
def test_few_groups_of_entities_say_nothing(groups: int) -> None:
    few = Arm((50.0,) * groups + (0.0,) * 64, (50.0,) * groups + (0.0,) * 64)

    assert excess(few, arm(10, 0), 0.01).low == -math.inf
    assert shift(few, arm(10, 0), 1.0, 0.01).low == -math.inf


def test_a_shift_counts_in_deviations_in_either_direction() -> None:
    high, low = arm(100, 3.0), arm(100, 1.0)

    assert shift(high, low, 2.0, 0.01).value == shift(low, high, 2.0, 0.01).value == 1.0
    assert shift(high, low, 0.0, 0.01).low == -math.inf


@given(st.integers(1, 2000), st.floats(0, 1), st.floats(1e-12, 0.2))
def test_exact_bounds_lie_within_chernoffs(n: int, share: float, alpha: float) -> None:
    hits = round(share * n)
    low, high = chernoff(hits, n, alpha)

    exact_low = stats.beta.ppf(alpha, hits, n - hits + 1) if hits else 0.0
    exact_high = stats.beta.isf(alpha, hits + 1, n - hits) if hits < n else 1.0
    assert low <= hits / n <= high
    assert low <= exact_low + 1e-9
    assert high >= exact_high - 1e-9


@pytest.mark.parametrize("freedom", [15, 31, 63])
@pytest.mark.parametrize("alpha", [0.05, 1e-3, 1e-6, 1e-9])
def test_quantiles_of_students_t_are_right_to_some_percent(freedom: int, alpha: float) -> None:
    assert student(alpha, freedom) == pytest.approx(stats.t.isf(alpha, freedom), rel=0.06)


def test_all_looks_together_spend_the_budget_at_most() -> None:
    assert 0.99 < sum(spent(1.0, look) for look in range(10_000)) < 1
