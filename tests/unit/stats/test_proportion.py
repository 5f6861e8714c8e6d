import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats import proportion


@pytest.mark.parametrize(
    ("function", "method"), [("wilson", "wilson"), ("clopper_pearson", "exact")]
)
@pytest.mark.parametrize(("count", "n"), [(0, 10), (10, 10), (3, 10), (32, 27004), (1, 1)])
def test_intervals_of_a_share_agree_with_scipy(function, method, count, n):
    expected = stats.binomtest(count, n).proportion_ci(method=method)

    found = getattr(proportion, function)(count, n)

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (found.value, found.n) == (count / n, n)


@pytest.mark.parametrize("function", [proportion.wilson, proportion.clopper_pearson])
def test_a_share_of_no_rows_is_unsure(function):
    assert Limit("at_most", 1).judge(function(0, 0)) is Verdict.UNSURE


@pytest.mark.parametrize("function", [proportion.wilson, proportion.clopper_pearson])
@pytest.mark.parametrize(("count", "n"), [(2, 1), (-1, 3)])
def test_more_hits_than_rows_are_refused(function, count, n):
    with pytest.raises(ValueError, match=f"{count} of {n} is no share"):
        function(count, n)


def test_a_quantile_lies_between_two_of_the_values():
    values = np.random.default_rng(1).permutation(1000).astype(float)

    found = proportion.quantile(values, 0.99, unit="ms")

    assert found.value == 989
    assert (found.low, found.high) == (982, 996)
    assert (found.n, found.unit) == (1000, "ms")


def test_a_tail_with_too_few_rows_has_no_upper_end():
    values = np.arange(368.0)

    assert proportion.quantile(values[:367], 0.99).high == math.inf
    assert proportion.quantile(values, 0.99).high == 367


def test_a_quantile_of_nothing_is_unsure():
    found = proportion.quantile(np.array([]), 0.99)

    assert Limit("at_most", 20).judge(found) is Verdict.UNSURE


@given(n=st.integers(1, 400), share=st.sampled_from([0.05, 0.5, 0.9, 0.99]))
def test_the_interval_of_a_quantile_holds_its_estimate(n, share):
    found = proportion.quantile(np.random.default_rng(n).normal(size=n), share)

    assert found.low <= found.value <= found.high


@given(
    n=st.integers(1, 100_000),
    share=st.floats(1e-6, 1 - 1e-6),
    chances=st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=4),
)
def test_no_fewer_hits_have_their_chance_by_scipy(n, share, chances):
    found = proportion.most_hits(np.array(chances), n, share)

    rounding = 1e-12  # of a chance that so many hits have exactly
    assert (stats.binom.cdf(found, n, share) >= np.array(chances) - rounding).all()
    assert (stats.binom.cdf(found - 1, n, share) < np.array(chances) + rounding).all()
