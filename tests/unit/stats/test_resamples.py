import numpy as np
import pytest

from mainstay.stats import resamples
from mainstay.stats.blocks import structures
from mainstay.stats.resamples import Resamples

CENTRE = np.zeros(1)


def drawn(values, *, equal=1e9, sign=1, crossed=False):
    columns = np.asarray(values, dtype=float).reshape(len(values), -1)
    width = columns.shape[1]
    return Resamples(columns, np.full(width, 99), np.full(width, float(equal)), sign, crossed)


def normal(spread, seed=1, columns=1):
    return np.random.default_rng(seed).normal(0, spread, (4000, columns))


def test_numbers_and_arrays_of_numbers_become_columns():
    (day,) = structures([(np.arange(3),), (np.arange(2),)])
    found = resamples.resampled(
        [np.sum, lambda weight: np.array([weight.sum(), np.nan])],
        day,
        repeats=5,
        generator=np.random.default_rng(0),
    )

    assert found.values.shape == (5, 3)
    assert found.blocks.tolist() == [3, 2, 2]
    assert found.equal.tolist() == [3, 2, 2]


def test_columns_can_be_left_out():
    found = drawn([[1, 2], [3, 4]]).only(np.array([False, True]))

    assert found.values.tolist() == [[2], [4]]
    assert len(found.blocks) == len(found.equal) == 1


def test_undefined_resamples_are_counted_where_they_are_most():
    few, many = drawn([np.nan, 1, 1]), drawn([np.nan, np.nan, 1])

    assert resamples.undefined([few, many]).tolist() == [2]


def test_resamples_that_differ_by_rounding_only_are_alike():
    third = 1 / 3

    assert resamples.alike([drawn([third, third * (1 + 1e-15), np.nan])], 0.95).all()
    assert not resamples.alike([drawn([third, third]), drawn([third, 0.34])], 0.95).any()
    assert resamples.alike([drawn([0.0, 0.0]), drawn([np.nan, np.nan])], 0.95).all()


def test_resamples_of_which_hardly_any_differ_are_alike():
    values = np.zeros(1000)
    values[:20] = 1

    assert resamples.alike([drawn(values)], 0.95).all()
    assert not resamples.alike([drawn(values)], 0.97).any()


def test_many_blocks_reach_as_far_as_the_percentiles():
    below, above = resamples.reach([drawn(normal(1))], CENTRE, 0.95)[:, 0]

    assert (below, above) == pytest.approx((1.96, 1.96), abs=0.12)


def test_few_blocks_reach_farther_by_the_t_distribution():
    many = resamples.reach([drawn(normal(1))], CENTRE, 0.95)
    few = resamples.reach([drawn(normal(1), equal=8)], CENTRE, 0.95)

    assert (few / many) == pytest.approx(np.sqrt(8 / 7) * 2.3646 / 1.95996, rel=1e-3)


def test_a_skewed_statistic_keeps_its_longer_side():
    values = np.random.default_rng(1).exponential(1, 4000) - 1

    below, above = resamples.reach([drawn(values)], CENTRE, 0.95)[:, 0]

    assert above > 2 * below


def test_biased_resamples_still_reach_to_both_sides():
    below, above = resamples.reach([drawn(normal(1) + 3)], CENTRE, 0.95)[:, 0]

    assert below == pytest.approx(1.96, abs=0.12)
    assert above == pytest.approx(4.96, abs=0.12)


def test_variances_of_crossed_ways_add_and_their_pairs_are_taken_off():
    ways = [
        drawn(normal(3, 1)),
        drawn(normal(4, 2)),
        drawn(normal(2, 3), sign=-1, crossed=True),
    ]

    below = resamples.reach(ways, CENTRE, 0.95)[0, 0]

    assert below == pytest.approx(1.96 * np.sqrt(9 + 16 - 4), rel=0.06)


def test_the_reach_never_falls_below_the_widest_way():
    ways = [
        drawn(normal(3, 1)),
        drawn(normal(1, 2)),
        drawn(normal(4, 3), sign=-1, crossed=True),
    ]

    below = resamples.reach(ways, CENTRE, 0.95)[0, 0]

    assert below == resamples.reach(ways[:1], CENTRE, 0.95)[0, 0]


def test_joint_reaches_hold_the_share_of_resamples_promised():
    values = normal(1, columns=20)
    centre = np.zeros(20)

    far = resamples.reach([drawn(values)], centre, 0.95, joint=True)[0]

    assert (np.abs(values) <= far).all(axis=1).mean() == pytest.approx(0.95, abs=0.01)


def test_one_column_reaches_as_far_together_as_alone():
    values = [drawn(normal(1))]

    together = resamples.reach(values, CENTRE, 0.95, joint=True)

    assert together == pytest.approx(resamples.reach(values, CENTRE, 0.95), rel=0.01)


def test_a_side_without_reach_takes_the_other_side_s_scale():
    values = np.where(np.arange(1000) < 600, 0.0, -1.0)[:, None] * np.ones(10)
    for column in range(10):
        values[10 * column : 10 * column + 10, column] = 1

    far = resamples.reach([drawn(values)], np.zeros(10), 0.95, joint=True)

    assert np.isfinite(far).all()


def test_sizes_of_all_columns_are_added_up_for_how_far_resamples_go():
    one, two = normal(1.0), normal(1.0, columns=2)

    alone, both = (
        resamples.farthest([drawn(some)], np.zeros(some.shape[1]), 0.95) for some in (one, two)
    )

    assert alone == pytest.approx(2.24, abs=0.12)
    assert both == pytest.approx(3.53, abs=0.15)


def test_few_blocks_and_crossed_ways_go_farther():
    rows, other = normal(1.0), normal(1.0, seed=2)

    few = resamples.farthest([drawn(rows, equal=8)], CENTRE, 0.95)
    crossed = resamples.farthest(
        [drawn(rows), drawn(other), drawn(0.1 * rows, sign=-1, crossed=True)], CENTRE, 0.95
    )

    many = resamples.farthest([drawn(rows)], CENTRE, 0.95)
    assert few > 1.2 * many
    assert crossed == pytest.approx(np.sqrt(2) * many, rel=0.05)
