"""Rows that are other rows again."""

import numpy as np
import pytest

from mainstay.core.columns import Text
from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap, copies, metrics
from mainstay.stats.copies import alike


def test_equal_rows_share_a_code_and_others_do_not() -> None:
    numbers = np.array([0.0, -0.0, np.nan, np.nan, 1.0])
    text = Text(np.array([0, 0, -1, -1, 1], dtype=np.int32), ("a", "b"))

    assert alike((numbers, text)).tolist() in (
        [0, 0, 1, 1, 2],
        [1, 1, 0, 0, 2],
        [2, 2, 0, 0, 1],
        [0, 0, 2, 2, 1],
        [1, 1, 2, 2, 0],
        [2, 2, 1, 1, 0],
    )
    assert len(np.unique(alike((np.arange(100_000),)))) == 100_000


def test_a_number_of_many_values_tells_rows_apart_except_where_it_is_missing_or_common() -> None:
    fine = np.array([0.0, 0.0, 1.5, 2.5, 3.5, 4.5, 4.5, np.nan])
    few = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0])

    found = copies.singular({"fine": fine, "few": few}, 8)

    assert found.tolist() == [False, False, True, True, True, True, True, False]
    assert not copies.singular({"few": few}, 8).any()


def test_a_number_of_its_own_in_each_row_tells_all_apart() -> None:
    assert copies.singular({"one": np.arange(5.0)}, 5).all()


def test_rows_alike_on_one_day_are_not_alike_another_day() -> None:
    code, day = np.array([0, 0, 1, 1, 2]), np.array([3, 3, 3, 4, 4])

    assert copies.elsewhere(code, day).tolist() == [False, False, True, True, False]
    assert copies.elsewhere(code[:0], day[:0]).tolist() == []


def test_what_chance_may_make_is_taken_off() -> None:
    found = copies.proven(Estimate(0.3, 0.28, 0.32, 900), Estimate(0.2, 0.17, 0.23, 9000))

    assert found.value == pytest.approx(0.1 - np.hypot(0.02, 0.03))
    assert found.low == found.value == found.high
    assert found.n == 900


def test_what_chance_may_make_is_no_copy() -> None:
    found = copies.proven(Estimate(0.21, 0.19, 0.23, 900), Estimate(0.2, 0.18, 0.22, 9000))

    assert found == Estimate(0.0, 0.0, 0.0, 900)


def test_without_chance_all_are_copies() -> None:
    unknown = Estimate(0.02, -np.inf, np.inf, 50)

    assert copies.proven(unknown, Estimate(0.0, 0.0, 0.0, 500)) == Estimate(0.02, 0.02, 0.02, 50)


def test_of_a_chance_that_nobody_knows_none_to_all_may_be_copies() -> None:
    unknown = Estimate(0.2, -np.inf, np.inf, 500)

    found = copies.proven(Estimate(0.3, 0.28, 0.32, 50), unknown)

    assert (found.value, found.low, found.high) == (pytest.approx(0.1), 0.0, 0.3)


def test_rows_alike_by_chance_alone_hardly_ever_prove_copies() -> None:
    """Days that differ: of 60 worlds, 40 training and 20 held-out days each."""
    broken = sum(copied_beyond(seed, 0.0) > 0.01 for seed in range(60))

    assert broken <= 4  # 0.025 are promised: 5 and more of 60 have a chance of 0.02


def test_copies_beyond_chance_are_proven() -> None:
    assert all(copied_beyond(seed, 0.4) > 0.01 for seed in range(10))


def copied_beyond(seed: int, part: float) -> float:
    """What is proven of rows of three inputs of few values, with a habit of their own each day."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(60), 50)
    usual = random.integers(0, 30, 60)[day]
    inputs = [np.where(random.random(3000) < 0.3, usual, random.integers(0, 30, 3000))]
    inputs += [random.integers(0, 12, 3000), random.integers(0, 4, 3000)]
    held = day >= 40
    again = np.flatnonzero(held & (random.random(3000) < part))
    origin = random.integers(0, 2000, len(again))
    for one in inputs:
        one[again] = one[origin]
    code = alike(tuple(inputs))
    share = by_days(np.isin(code[held], code[~held]), day[held] - 40)
    return copies.proven(
        share, by_days(copies.elsewhere(code[~held], day[~held]), day[~held])
    ).value


def by_days(some: np.ndarray, day: np.ndarray) -> Estimate:
    return bootstrap.estimate(
        metrics.ratio(some * 1.0, np.ones(len(some))), (day,), seed=1, repeats=300
    )


def test_another_period_lies_within_what_periods_wander() -> None:
    """Ten days each are more alike or less, as times of year are; so is one more."""
    random, within = np.random.default_rng(3), 0
    day = np.repeat(np.arange(60), 100)
    for _ in range(400):
        shares = random.uniform(0.1, 0.5, 7)
        some = random.random(6000) < shares[day // 10]
        another = (random.random(1000) < shares[6]).mean()
        reach, mean = copies.wander(some, day, 10)
        within += abs(another - some.mean()) <= np.hypot(reach, mean)
        assert mean < reach

    assert within >= 0.92 * 400  # 95 % are promised of normal shares


def test_nothing_alike_does_not_wander_and_of_two_days_nobody_can_tell() -> None:
    day = np.repeat([0, 1], 50)

    assert copies.wander(np.zeros(100, dtype=np.bool_), day, 1) == (0.0, 0.0)
    assert copies.wander(np.ones(100, dtype=np.bool_), day, 1) == (np.inf, np.inf)


def test_an_interval_is_at_least_so_wide() -> None:
    assert copies.at_least(Estimate(0.3, 0.25, 0.32, 9), 0.1) == Estimate(
        0.3, pytest.approx(0.2), 0.4, 9
    )
    assert copies.at_least(Estimate(0.05, 0.0, 0.4, 9), 0.1) == Estimate(0.05, 0.0, 0.4, 9)
