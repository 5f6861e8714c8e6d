import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core.nouns import Estimate, Limit, Verdict
from mainstay.stats import bootstrap, calibration, metrics
from mainstay.stats.bootstrap import Measure

DAY = np.repeat(np.arange(31), 20)


def values(seed=1, rows=620):
    return np.random.default_rng(seed).normal(5, 2, rows)


def unsure(found):
    return Limit("at_least", 0).judge(found) is Verdict.UNSURE


def test_the_estimate_is_the_statistic_of_all_rows_and_n_counts_rows():
    found = bootstrap.estimate(metrics.mean(values()), (DAY,), seed=1, unit="min")

    assert found.value == pytest.approx(values().mean())
    assert (found.n, found.unit) == (620, "min")
    assert found.low < found.value < found.high


def test_independent_rows_give_the_textbook_interval():
    rows = values(rows=2000)

    found = bootstrap.estimate(metrics.mean(rows), (np.arange(2000),), seed=1, repeats=4000)

    half = 1.96 * rows.std(ddof=1) / np.sqrt(2000)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.05)


def test_the_same_seed_gives_the_same_interval_and_another_one_a_different():
    first, again, other = (
        bootstrap.estimate(metrics.mean(values()), (DAY,), seed=seed) for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_rows_that_share_their_day_say_less_than_independent_ones():
    shared = np.random.default_rng(1).normal(0, 1, 31)[DAY] + 0.01 * values()

    by_day = bootstrap.estimate(metrics.mean(shared), (DAY,), seed=1)
    by_row = bootstrap.estimate(metrics.mean(shared), (np.arange(620),), seed=1)

    assert by_day.high - by_day.low > 3 * (by_row.high - by_row.low)


def test_days_and_entities_together_are_wider_than_either():
    generator = np.random.default_rng(3)
    entity = generator.integers(0, 40, 620)
    shared = generator.normal(0, 1, 31)[DAY] + generator.normal(0, 1, 40)[entity]

    both, day, single = (
        bootstrap.estimate(metrics.mean(shared), ways, seed=1)
        for ways in ((DAY, entity), (DAY,), (entity,))
    )

    assert both.high - both.low > 1.2 * max(day.high - day.low, single.high - single.low)


def test_a_higher_level_is_wider():
    narrow, wide = (
        bootstrap.estimate(metrics.mean(values()), (DAY,), seed=1, level=level)
        for level in (0.8, 0.99)
    )

    assert wide.low < narrow.low < narrow.high < wide.high


def test_fewer_than_eight_days_are_unsure_and_eight_are_not():
    seven = bootstrap.intervals([Measure(metrics.mean(values(rows=70)), (DAY[:70] % 7,))], seed=1)
    eight = bootstrap.estimate(metrics.mean(values(rows=80)), (np.arange(80) % 8,), seed=1)

    assert unsure(seven[0].estimate)
    assert unsure(bootstrap.estimate(metrics.mean(values(rows=140)), (DAY[:140],), seed=1))
    assert not unsure(eight)


def test_the_reason_for_an_infinite_interval_is_told():
    (found,) = bootstrap.intervals([Measure(metrics.mean(values()), (DAY % 5,))], seed=1)

    assert found.why == "5 blocks, at least 8 are needed"
    assert (found.estimate.low, found.estimate.high) == (-math.inf, math.inf)
    assert found.estimate.value == pytest.approx(values().mean())


def test_undefined_resamples_are_dropped_and_counted():
    label = (DAY < 6).astype(int)

    (found,) = bootstrap.intervals([Measure(metrics.roc_auc(label, values()), (DAY,))], seed=1)

    assert 0 < found.undefined <= 25
    assert math.isfinite(found.estimate.low)
    assert found.why == ""


def test_too_many_undefined_resamples_are_unsure():
    label = (DAY < 1).astype(int)

    (found,) = bootstrap.intervals([Measure(metrics.roc_auc(label, values()), (DAY,))], seed=1)

    assert unsure(found.estimate)
    assert found.why == f"undefined in {found.undefined} of 1000 resamples"


def test_a_statistic_undefined_on_all_rows_is_unsure():
    nobody = bootstrap.estimate(metrics.roc_auc(np.zeros(620), values()), (DAY,), seed=1)
    (odd,) = bootstrap.intervals(
        [Measure(lambda weight: np.nan if weight.all() else weight[0], (DAY,))], seed=1
    )

    assert unsure(nobody)
    assert unsure(odd.estimate)
    assert odd.why == "undefined on these rows"


def test_resamples_without_any_spread_are_unsure_not_certain():
    (found,) = bootstrap.intervals([Measure(metrics.mean(np.ones(620)), (DAY,))], seed=1)

    assert unsure(found.estimate)
    assert found.why == "resamples are alike"


def test_no_rows_are_unsure():
    found = bootstrap.estimate(metrics.mean(np.array([])), (np.array([], dtype=int),), seed=1)

    assert found.n == 0
    assert unsure(found)


def test_simultaneous_intervals_are_wider_than_each_by_itself():
    measures = [Measure(metrics.mean(values(seed)), (DAY,)) for seed in range(12)]

    together = bootstrap.simultaneous(measures, seed=1)
    alone = [one.estimate for one in bootstrap.intervals(measures, seed=1)]

    assert all(
        wide.low < narrow.low and narrow.high < wide.high
        for wide, narrow in zip(together, alone, strict=True)
    )
    assert [one.value for one in together] == [one.value for one in alone]


def test_a_family_of_one_is_judged_like_a_single_estimate():
    one = Measure(metrics.mean(values()), (DAY,), "min")

    (found,) = bootstrap.simultaneous([one], seed=1)

    single = bootstrap.estimate(*one[:2], seed=1, unit="min")
    assert (found.low, found.high) == pytest.approx((single.low, single.high), rel=1e-3)


def test_a_slice_that_cannot_be_judged_does_not_widen_the_others():
    good = [Measure(metrics.mean(values(seed)), (DAY,)) for seed in range(3)]
    bad = Measure(metrics.mean(values()[:40]), (DAY[:40],))

    found = bootstrap.simultaneous([*good, bad], seed=1)

    assert unsure(found[3])
    assert found[:3] == bootstrap.simultaneous(good, seed=1)


def test_no_measures_give_no_estimates():
    assert bootstrap.simultaneous([], seed=1) == []


def test_several_numbers_of_one_statistic_are_each_covered_by_themselves():
    rows = np.stack([values(1), values(2)])

    found = bootstrap.pointwise(lambda w: rows @ w / w.sum(), (DAY,), seed=1)

    alone = [bootstrap.estimate(metrics.mean(row), (DAY,), seed=1) for row in rows]
    assert [one.low for one in found] == pytest.approx([one.low for one in alone])
    assert [one.high for one in found] == pytest.approx([one.high for one in alone])


def test_an_interval_is_cut_to_what_its_measure_can_be():
    assert bootstrap.within(Estimate(0.99, 0.9, 1.02, 9), 0, 1) == Estimate(0.99, 0.9, 1.0, 9)
    assert bootstrap.within(Estimate(0.5, 0.4, 0.6, 9), 0, 1) == Estimate(0.5, 0.4, 0.6, 9)


def test_an_infinite_interval_is_not_cut_so_that_it_stays_unsure():
    found = Estimate(0.9, -math.inf, math.inf, 9)

    assert bootstrap.within(found, 0, 1) == found


@given(scale=st.floats(0.01, 1000), shift=st.floats(-1000, 1000))
def test_the_interval_moves_and_scales_with_the_values(scale, shift):
    plain = bootstrap.estimate(metrics.mean(values()), (DAY,), seed=1, repeats=60)
    moved = bootstrap.estimate(metrics.mean(values() * scale + shift), (DAY,), seed=1, repeats=60)

    expected = (plain.low * scale + shift, plain.high * scale + shift)
    assert (moved.low, moved.high) == pytest.approx(expected, rel=1e-6, abs=1e-6 * scale)


def distance(off):
    """How far ten bins of a share are from what was said of them, all off by the same or none."""
    generator = np.random.default_rng(4)
    score = generator.random(620)
    label = (generator.random(620) < np.clip(score + off, 0, 1)) * 1
    return calibration.expected_error(label, score)


def test_a_distance_that_chance_may_make_goes_down_to_0_and_another_does_not():
    nothing, much = (bootstrap.estimate(distance(off), (DAY,), seed=1) for off in (0.0, 0.3))

    assert nothing.low <= 0 < nothing.value < nothing.high
    assert much.low > 0.1


def test_of_many_distances_more_must_speak_against_chance():
    measures = [Measure(distance(0.09), (DAY,))] * 40

    alone = bootstrap.estimate(measures[0].statistic, (DAY,), seed=1)
    together = bootstrap.simultaneous(measures, seed=1)

    assert alone.low > 0
    assert max(one.low for one in together) <= 0
