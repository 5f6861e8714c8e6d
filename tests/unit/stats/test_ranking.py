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


def grouped(ties: int, rows: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positive, score of so many values, group from 0 to 3 or -1 for none."""
    random = np.random.default_rng(ties)
    positive = random.random(rows) < 0.3
    score = (
        np.round(random.normal(size=rows) + positive, 6)
        if ties > rows
        else (random.integers(0, ties, rows) + ties // 2 * positive)
    )
    return positive, score, random.integers(-1, 4, rows)


@pytest.mark.parametrize("ties", [3, 300, 3000, 10**6])
def test_the_area_of_each_group_is_that_of_its_rows_alone(ties: int) -> None:
    positive, score, group = grouped(ties)
    rows = np.flatnonzero(group >= 0)

    found = RocAuc(positive, score).within(rows, group[rows], 4)

    for code in range(4):
        alone = RocAuc(positive[group == code], score[group == code])
        assert found.value[code] == pytest.approx(alone(np.ones((group == code).sum())))


@pytest.mark.parametrize("ties", [3, 300, 3000, 10**6])
def test_what_a_row_adds_is_the_slope_of_the_area_in_its_weight(ties: int) -> None:
    positive, score, group = grouped(ties)
    rows = np.flatnonzero(group >= 0)
    found = RocAuc(positive, score).within(rows, group[rows], 4)
    inside = np.flatnonzero(group[rows] == 2)
    alone = RocAuc(positive[rows[inside]], score[rows[inside]])

    for place in (0, 1, 2, 3, 50):
        weight = np.ones(len(inside))
        step = np.eye(len(inside))[place] * 1e-4
        slope = (alone(weight + step) - alone(weight - step)) / 2e-4
        assert found.influence[inside[place]] == pytest.approx(slope, abs=1e-8)


def test_rounded_scores_move_the_area_of_a_group_by_little() -> None:
    positive, score, group = grouped(10**6, rows=30_000)
    rows = np.flatnonzero(group >= 0)
    exact = RocAuc(positive, score)

    rough = exact.coarse().within(rows, group[rows], 4)

    assert rough.value == pytest.approx(exact.within(rows, group[rows], 4).value, abs=2e-4)
