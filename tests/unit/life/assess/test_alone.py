import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mainstay.core.columns import Text
from mainstay.life.assess.alone import BINS, FOLDS, binned, folds, told


def halves(rows: int) -> np.ndarray:
    return folds(np.arange(rows))


def test_folds_are_stretches_of_time_of_about_as_many_rows() -> None:
    time = np.random.default_rng(0).permutation(1000)

    fold = folds(time)

    assert np.bincount(fold).tolist() == [200] * FOLDS
    assert (np.diff(fold[np.argsort(time)]) >= 0).all()


def test_rows_of_one_moment_share_a_fold() -> None:
    time = np.repeat(np.arange(7), 10)

    fold = folds(time)

    assert all(len(set(fold[time == one])) == 1 for one in range(7))


def test_a_row_does_not_tell_its_own_outcome() -> None:
    names = Text(np.arange(100, dtype=np.int32), tuple(f"n{at:03d}" for at in range(100)))
    outcome = np.random.default_rng(0).integers(0, 2, 100).astype(float)

    assert told(names, outcome, halves(100)).tolist() == [0.0] * 100


def test_a_level_tells_its_mean_in_the_other_folds() -> None:
    level = Text(np.tile([0, 1], 500).astype(np.int32), ("a", "b"))
    outcome = np.tile([0.0, 1.0], 500)

    found = told(level, outcome, halves(1000))

    assert found[1::2].min() > 0.45
    assert found[::2].max() < -0.45


def test_a_level_of_few_rows_says_little() -> None:
    codes = np.zeros(1000, dtype=np.int32)
    codes[::200] = 1
    outcome = (codes == 1).astype(float)

    found = told(Text(codes, ("often", "seldom")), outcome, halves(1000))

    assert 0.2 < found[codes == 1].max() < 0.4


def test_a_column_of_one_value_tells_nothing() -> None:
    outcome = np.concatenate([np.zeros(700), np.ones(300)])

    assert np.allclose(told(np.ones(1000), outcome, halves(1000)), 0)


def test_the_order_of_numbers_does_not_matter() -> None:
    values = np.random.default_rng(0).normal(size=4000)
    outcome = (np.abs(values) > 1).astype(float)

    found = told(values, outcome, halves(4000))

    assert found[outcome == 1].min() > found[outcome == 0].mean()


def test_missing_is_a_bin_of_its_own() -> None:
    assert binned(np.array([np.nan, 1.0, np.inf, 2.0])).tolist()[::2] == [0, 0]
    assert binned(Text(np.array([-1, 0], dtype=np.int32), ("a",))).tolist() == [0, 1]


def test_a_value_of_most_rows_does_not_hide_the_rest() -> None:
    refund = np.concatenate([np.zeros(9_900), np.linspace(1, 50, 100)])

    bins = binned(refund)

    assert set(bins[refund == 0]).isdisjoint(bins[refund > 2])


@given(arrays.arrays(np.float64, st.integers(1, 300)))
def test_bins_are_few_and_keep_the_order_of_the_numbers(values: np.ndarray) -> None:
    bins = binned(values)
    known = np.isfinite(values)
    ordered = bins[known][np.argsort(values[known])]

    assert bins.max() <= 2 * BINS
    assert (np.diff(ordered) >= 0).all()
    assert (bins[~known] == 0).all()


@pytest.mark.parametrize("values", [np.full(50, np.nan), np.zeros(50, dtype=bool)])
def test_a_column_without_any_number_to_cut_has_bins_too(values: np.ndarray) -> None:
    assert len(set(binned(values))) == 1
