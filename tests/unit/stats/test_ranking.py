import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from mainstay.stats import blockwise
from mainstay.stats.ranking import RocAuc, ranks, running

POSITIVE = np.array([True, False, True, False, False])
SCORE = np.array([0.9, 0.1, 0.4, 0.4, 0.8])


def test_a_tie_counts_half():
    # 0.9 wins 3 of 3, 0.4 wins 1 and ties 1
    assert RocAuc(POSITIVE, SCORE)(np.ones(5)) == pytest.approx((3 + 1.5) / 6)


def test_a_draw_without_one_kind_of_row_is_undefined():
    assert np.isnan(RocAuc(POSITIVE, SCORE)(POSITIVE * 1.0))


@pytest.mark.parametrize("blocks", [5, 1000])
def test_draws_of_blocks_are_as_undefined_as_those_of_rows(blocks):
    found = blockwise.over(RocAuc(POSITIVE, SCORE), np.arange(5), blocks)
    times = np.zeros((2, blocks), dtype=np.int64)
    times[0, :5], times[1, :2] = POSITIVE, 1

    assert np.isnan(found(times)[0, 0])
    assert found(times)[1, 0] == 1


def test_whole_numbers_and_others_add_up_alike():
    whole = np.random.default_rng(1).integers(0, 5, 1000)

    assert running(whole).tolist() == running(whole * 1.0).tolist()
    assert running(whole + 0.5) == pytest.approx(np.cumsum(whole + 0.5))


@given(st.lists(st.integers(-9, 9) | st.floats(allow_nan=False)))
def test_ranks_agree_with_scipy(values: list[float]) -> None:
    np.testing.assert_array_equal(ranks(np.array(values)), rankdata(values))
