"""How far groups are apart, at most."""

import numpy as np
import pytest

from mainstay.core.nouns import Limit, Verdict
from mainstay.stats import gaps
from mainstay.stats.gaps import Groups, Ratio

ROWS, DAYS = 6000, 30


def found(shares: tuple[float, ...], rows: int = ROWS, least: int = 100) -> gaps.Gap:
    """Groups of like size, in which so many are decided yes."""
    random = np.random.default_rng(2)
    codes = random.integers(0, len(shares), rows)
    yes = (random.random(rows) < np.array(shares)[codes]).astype(np.float64)
    groups = Groups(codes, len(shares), (np.arange(rows) * DAYS // rows,))
    return gaps.gap(Ratio(yes, np.ones(rows)), groups, least=least, seed=0)


def test_the_gap_is_between_the_two_groups_farthest_apart() -> None:
    gap = found((0.3, 0.5, 0.1))

    assert (gap.most, gap.least, gap.few) == (1, 2, ())
    assert gap.estimate.value == pytest.approx(gap.values[1] - gap.values[2])
    assert gap.estimate.low < 0.4 < gap.estimate.high


def test_groups_that_are_alike_have_a_gap_that_may_be_nothing() -> None:
    gap = found((0.3, 0.3))

    assert gap.estimate.low == 0
    assert 0 <= gap.estimate.value < gap.estimate.high < 0.1


def test_a_small_group_leaves_the_gap_unsure_on_both_sides() -> None:
    gap = found((0.3, 0.9), least=5000)

    assert gap.few == (0, 1)
    assert {Limit("at_most", bound).judge(gap.estimate) for bound in (0.0, 1.0)} == {Verdict.UNSURE}


def test_a_group_on_few_days_leaves_it_unsure() -> None:
    day = np.arange(ROWS) * DAYS // ROWS
    codes = (day < 5).astype(np.int64)

    gap = gaps.gap(Ratio(codes * 1.0, np.ones(ROWS)), Groups(codes, 2, (day,)), least=100, seed=0)

    assert gap.few == (1,)
    assert Limit("at_most", 1.0).judge(gap.estimate) is Verdict.UNSURE


def test_only_rows_that_count_make_a_group_large() -> None:
    """Of opportunity those who are a yes."""
    random = np.random.default_rng(0)
    codes, positive = random.integers(0, 2, ROWS), random.random(ROWS) < 0.01
    groups = Groups(codes, 2, (np.arange(ROWS) * DAYS // ROWS,))

    gap = gaps.gap(Ratio(positive * 1.0, positive), groups, least=100, seed=0)

    assert gap.few == (0, 1)


def test_one_group_has_no_gap() -> None:
    assert Limit("at_most", 1.0).judge(found((0.3,)).estimate) is Verdict.UNSURE
