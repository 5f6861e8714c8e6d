"""Counts by group, held against what a patient person would count."""

import weakref

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mainstay.stats import tallies
from mainstay.stats.tallies import Codes, Numbers, Places, Share

ANY = st.floats(allow_nan=False, width=64)
VALUE = ANY | st.just(np.nan)
NUMBER = st.floats(-1e6, 1e6, allow_subnormal=False) | st.sampled_from([np.nan, np.inf, -np.inf])
BATCH = st.lists(st.tuples(st.integers(-1, 3), st.booleans(), NUMBER), max_size=30)


@given(
    edges=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=40, unique=True),
    values=st.lists(ANY, max_size=40),
)
@example(edges=[-1e308, 1e308], values=[0.0, 1e308, np.inf, -np.inf])
@example(edges=[0.0, 5e-324], values=[0.0, 5e-324, 1e-323])
@example(edges=[1.0, 2.0, 3.0], values=[1.0, 2.0, 3.0])
def test_a_value_is_where_a_search_finds_it(edges: list[float], values: list[float]) -> None:
    rising = np.array(sorted(edges))
    with np.errstate(over="ignore", under="ignore"):
        beside = [np.nextafter(rising, to) for to in (-np.inf, np.inf)]
    near = np.concatenate([values, rising, *beside])

    found = Places(rising)(near, tallies.ends(near))

    assert found.tolist() == np.searchsorted(rising, near, side="right").tolist()


def test_edges_far_apart_are_found_without_a_search() -> None:
    apart = Places(np.linspace(-1, 1, 19))

    assert apart._bins is not None
    assert np.count_nonzero(apart._bins >= tallies._NEAR) == 19
    assert Places(np.ones(1))._bins is None


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.7, 1e6])
def test_what_is_below_or_above_all_edges_is_found_without_a_search(scale: float) -> None:
    edges = np.sort(np.random.default_rng(5).normal(size=(200, 19)), axis=1) * scale

    for one in map(Places, edges):
        assert one._bins is not None
        assert one._bins[[0, -1]].tolist() == [0, 19]


@given(st.lists(st.integers(-3, 30), min_size=2, max_size=40, unique=True), st.integers(-9, 9))
def test_values_that_are_edges_are_found_too(edges: list[int], power: int) -> None:
    rising = np.array(sorted(edges)) * 10.0**power
    values = np.repeat(np.arange(-5, 35), 3) * 10.0**power

    found = Places(rising)(values, tallies.ends(values))

    assert found.tolist() == np.searchsorted(rising, values, side="right").tolist()


@pytest.mark.parametrize("middle", [0.0, 1e3, -1e9, 1e15])
def test_squared_deviations_are_those_from_the_mean(middle: float) -> None:
    values = middle + np.random.default_rng(7).normal(size=70_001)
    tally = Numbers((), 1)

    tally.add(values, np.zeros(values.size, dtype=np.int64))

    exact = values - middle
    squares = np.square(exact - exact.mean()).sum()
    assert tally.moments().squares[0] == pytest.approx(squares, 1e-12 + 1e-16 * middle**2 / 1e14)


@given(batches=st.lists(BATCH, max_size=4))
def test_batches_add_up_to_what_all_rows_hold(
    batches: list[list[tuple[int, bool, float]]],
) -> None:
    tally = Numbers((-1.0, 0.0, 10.0), 4)

    for batch in batches:
        group = np.array([one for one, _, _ in batch], dtype=np.int64)
        there = np.array([one for _, one, _ in batch], dtype=np.bool_)
        share = Share.of(group, there & (group >= 0))
        tally.add(share.taken(np.array([one for *_, one in batch])), share.group)

    moments = tally.moments()
    for at in range(4):
        rows = [value for batch in batches for one, some, value in batch if some and one == at]
        known = np.array([value for value in rows if not np.isnan(value)])
        finite = known[np.isfinite(known)]
        places = np.searchsorted([-1.0, 0.0, 10.0], known, side="right")
        assert tally.counts[at].tolist() == np.bincount(places, minlength=4).tolist()
        assert moments.n[at] == finite.size
        if finite.size:
            assert moments.mean[at] == pytest.approx(finite.mean(), 1e-9, 1e-6)
            assert moments.squares[at] == pytest.approx(finite.var() * finite.size, 1e-6, 1e-3)
            assert (moments.low[at], moments.high[at]) == (finite.min(), finite.max())


def test_nothing_of_a_batch_is_held() -> None:
    tally, values, group = Numbers((), 1), np.arange(3.0), np.zeros(3, dtype=np.int64)
    held = [weakref.ref(one) for one in (values, group)]

    tally.add(values, group)
    del values, group

    assert [one() for one in held] == [None, None]


def test_sums_beyond_all_numbers_stay_numbers() -> None:
    tally = Numbers((), 1)

    for _ in range(2):
        tally.add(np.array([1.5e308, 1.5e308, -1.5e308]), np.zeros(3, dtype=np.int64))

    moments = tally.moments()
    assert moments.mean[0] == pytest.approx(0.5e308)
    assert np.isfinite(moments.squares).all()


def test_codes_are_counted_by_group() -> None:
    tally = Codes(3, 2)

    tally.add(np.array([1, 0, 2, 2]), np.array([0, 0, 1, 1]))
    tally.add(np.array([2, 2]), np.array([1, 1]))

    assert tally.counts.tolist() == [[1, 1, 0], [0, 0, 4]]


def test_rows_that_count_come_in_the_order_of_their_groups() -> None:
    share = Share.of(np.array([2, 0, 2, 0]), np.array([True, True, True, False]))

    assert share.group.tolist() == [0, 2, 2]
    assert share.taken(np.array([10, 11, 12, 13])).tolist() == [11, 10, 12]
    assert Share.of(np.array([0, 0, 1]), np.ones(3, dtype=np.bool_)).rows is None


@given(rows=st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=20))
def test_some_of_the_rows_that_count_are_those_that_count_twice(
    rows: list[tuple[int, bool, bool]],
) -> None:
    group = np.array([one for one, _, _ in rows], dtype=np.int64)
    counts, holds = (np.array([one[at] for one in rows], dtype=np.bool_) for at in (1, 2))
    values = np.arange(group.size)

    some = Share.of(group, counts).where(holds)

    both = Share.of(group, counts & holds)
    assert some.taken(values).tolist() == both.taken(values).tolist()
    assert some.group.tolist() == both.group.tolist()


def test_one_run_and_many_are_summed_alike() -> None:
    values, starts = np.array([3.0, 1.0, 2.0]), np.array([0])

    for how in (np.add, np.minimum, np.maximum):
        assert tallies._of_runs(how, values, starts) == how.reduceat(values, starts)
