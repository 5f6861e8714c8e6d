"""The gap between groups is covered as promised, over many made-up worlds."""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats import bootstrap, gaps
from mainstay.stats.gaps import Groups, Ratio

DAYS, ROWS, WORLDS, REPEATS = 31, 3000, 200, 300
COVERED, FALSELY_PASSED, FEW_BLOCKS, BY_CHANCE = 0.95, 0.025, 0.01, 0.001
SIZES = (0.7, 0.25, 0.05)
GAP = 0.1


def world(seed, apart):
    """Three groups, one of them small; days differ, and differ by group."""
    random = np.random.default_rng([int(apart * 100), seed])
    day = np.sort(random.integers(0, DAYS, ROWS))
    group = random.choice(3, ROWS, p=SIZES)
    rate = 0.4 + np.array([0.0, apart, apart / 2])[group]
    rate = rate + random.normal(0, 0.05, DAYS)[day] + random.normal(0, 0.03, (DAYS, 3))[day, group]
    yes = (random.random(ROWS) < rate).astype(np.float64)
    groups = Groups(group, 3, (day,))
    return gaps.gap(
        Ratio(yes, np.ones(ROWS)), groups, least=50, seed=seed, repeats=REPEATS
    ).estimate


@cache
def worlds(apart):
    return [world(seed, apart) for seed in range(WORLDS)]


@pytest.mark.parametrize("apart", [0.0, GAP])
def test_the_true_gap_is_covered(apart):
    covered = np.mean([one.low <= apart <= one.high for one in worlds(apart)])

    assert covered >= stats.binom.ppf(BY_CHANCE, WORLDS, COVERED - FEW_BLOCKS) / WORLDS


def test_groups_exactly_at_the_tolerance_seldom_pass():
    tolerance = Limit("at_most", GAP)
    passed = np.mean([tolerance.judge(one) is Verdict.PASS for one in worlds(GAP)])

    assert passed <= stats.binom.ppf(1 - BY_CHANCE, WORLDS, FALSELY_PASSED + FEW_BLOCKS) / WORLDS


def test_groups_that_are_alike_are_seldom_said_to_be_apart():
    apart = np.mean([one.low > 0 for one in worlds(0.0)])

    assert apart <= stats.binom.ppf(1 - BY_CHANCE, WORLDS, 1 - COVERED + FEW_BLOCKS) / WORLDS


def test_each_difference_covered_by_itself_would_say_so_too_often(monkeypatch):
    """Three pairs are planted well: the usual interval of the largest breaks the promise."""
    monkeypatch.setattr(gaps.bootstrap, "simultaneous", one_by_one)
    apart = np.mean([world(seed, 0.0).low > 0 for seed in range(WORLDS)])

    assert apart > stats.binom.ppf(1 - BY_CHANCE, WORLDS, 1 - COVERED + FEW_BLOCKS) / WORLDS


def one_by_one(measures, **options):
    (one,) = measures
    return bootstrap.pointwise(one.statistic, one.blocks, **options)
