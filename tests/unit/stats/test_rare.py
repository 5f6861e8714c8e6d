"""Counts too rare for a normal value."""

import numpy as np
import pytest
from scipy import stats

from mainstay.stats import components, detector, rare
from mainstay.stats.components import Numbers, Texts, Windows

ROWS, ALARM, PAST = 1000, 10_950.0, 10


def numbers(nulls):
    days = len(nulls)
    counts = np.full((days, 20), ROWS // 20)
    counts[:, 0] -= nulls
    return Numbers("n", counts, np.asarray(nulls))


def world(past, now):
    """A column whose windows miss so many values."""
    reference = components.reference([numbers(np.asarray(past))], rows=ROWS)
    return reference, components.windows(reference, [numbers(np.asarray(now))])


def total(past, now):
    reference, live = world(past, now)
    weight = detector.weights(reference.components, {})
    return detector.evidence(reference, live, weight, alarm=ALARM).total


def test_a_ratio_is_that_of_the_probabilities_of_all_counts():
    reference, live = world([0, 1, 0, 0, 1], [0, 2, 1])
    at = np.array([2])
    found = rare.ratios(reference, live, at, np.inf)[1, 0]

    rates, far = (np.arange(20_000) + 0.5) / 20_000 * 0.03, 0.03

    def chance(counts, prior):
        each = stats.binom.logpmf(counts, ROWS, rates[:, None]).sum(axis=1)
        return far * np.mean(np.exp(each) * stats.beta.pdf(rates, *prior))

    same = chance([0, 1, 0, 0, 1, 0, 2, 1], (0.5, 0.5))
    past = chance([0, 1, 0, 0, 1, 0], (0.5, 0.5))
    new = np.mean([chance([2, 1], prior) for prior in rare.RATES])
    assert found == pytest.approx(new * past / same, rel=0.02)


def test_ratios_average_one_at_most_where_nothing_happens():
    """An e-value: exact, however few the counts are."""
    random, found = np.random.default_rng(0), []
    reference, live = world([0] * PAST, [0] * 3)
    for _ in range(1500):
        share = random.binomial(ROWS, random.beta(0.5, 200), PAST + 3) / ROWS
        known = reference.mean.copy()
        known[2] = share[:PAST].mean()
        past = reference.windows._replace(mean=np.tile(share[:PAST, None], 3))
        now = live._replace(mean=np.tile(share[PAST:, None], 3))
        known = reference._replace(mean=known, windows=past)
        found.append(rare.ratios(known, now, np.array([2]), 1e9)[:, 0])

    assert (np.mean(found, axis=0) < 1.15).all()


def test_nulls_where_there_were_none_are_found_in_the_second_window():
    quiet = [0] * 20

    assert total([0] * PAST, [*quiet, 10]) < ALARM
    assert total([0] * PAST, [*quiet, 10, 10]) >= ALARM


def test_a_few_in_a_thousand_that_last_are_found():
    late = [day for day in range(1, 31) if total([0] * PAST, [0] * 20 + [4] * day) >= ALARM]

    assert late
    assert late[0] <= 9
    assert late == list(range(late[0], 31))


def test_a_single_null_or_a_burst_is_no_alarm():
    quiet = [0] * 20

    assert total([0] * PAST, [*quiet, 1]) < ALARM / 1000
    assert total([0] * PAST, [*quiet, 30, *quiet]) < ALARM
    assert total([0, 25, 0, 0, 0, 0, 0, 30, 0, 0], [*quiet, 28, 0, 0, 31, 0]) < ALARM


def test_a_rare_level_that_comes_more_often_is_found_and_named():
    def texts(seldom):
        seldom = np.asarray(seldom)
        counts = np.column_stack([600 - seldom, np.full(len(seldom), 400), seldom])
        none = np.zeros(len(seldom), dtype=int)
        return Texts("c", ("a", "b", "z"), counts, none, none)

    reference = components.reference([texts([1, 0, 2, 1, 1, 0, 1, 2, 1, 1])], rows=ROWS)
    live = components.windows(reference, [texts([1, 0, 1, 2, 0, 12, 9, 11])])
    weight = detector.weights(reference.components, {})

    found = detector.evidence(reference, live, weight, alarm=ALARM)

    kinds = [(one.kind, one.level) for one in reference.components]
    at = kinds.index(("rare", "z"))
    assert found.total >= ALARM
    assert found.components[at] == found.components.max()


def test_rare_levels_share_one_part_of_the_weight_of_their_column():
    seldom = np.ones((10, 4), dtype=int)
    counts = np.column_stack([np.full(10, ROWS - 4), seldom])
    none = np.zeros(10, dtype=int)
    column = Texts("c", tuple("abcde"), counts, none, none)

    found = components.reference([column], rows=ROWS)

    weight = detector.weights(found.components, {})
    kinds = np.array([one.kind for one in found.components])
    assert (kinds == "rare").sum() == 4
    assert weight[kinds == "rare"].sum() == pytest.approx(weight[0]) == 0.25


def test_windows_without_rows_say_nothing():
    reference, live = world([0] * PAST, [0, 0])
    empty = Windows(np.zeros(2), live.mean, live.distance)

    weight = detector.weights(reference.components, {})
    assert detector.evidence(reference, empty, weight).total == 0


def test_a_window_many_times_larger_may_hold_as_many_times_more():
    share, sizes = 0.004, np.array([300, 250, 320, 280, 8000])
    nulls = np.round(share * sizes).astype(int)
    counts = np.zeros((5, 20), dtype=int)
    counts[:, 0] = sizes - nulls
    reference = components.reference([numbers(np.full(PAST, 4))], rows=300)
    live = components.windows(reference, [Numbers("n", counts, nulls)])

    assert rare.ratios(reference, live, np.array([2]), ALARM).max() < 10
