"""Intervals of rows that were looked at before."""

import math

import pytest
from scipy import special

from mainstay.core.nouns import Estimate
from mainstay.stats import repeated


def test_the_first_look_pays_nothing():
    one = Estimate(0.7, 0.6, 0.75, 100)

    assert repeated.widened(one, 1) == one


def test_each_later_look_is_wider_to_both_sides_and_keeps_its_shape():
    one = Estimate(0.7, 0.6, 0.75, 100)

    wide = [repeated.widened(one, look) for look in (1, 2, 4, 10)]

    assert [look.value for look in wide] == [0.7] * 4
    assert sorted(wide, key=lambda each: each.high - each.low) == wide
    assert (wide[2].value - wide[2].low) / (wide[2].high - wide[2].value) == pytest.approx(2)


def test_what_is_exact_stays_exact_and_what_is_unknown_stays_unknown():
    exact, unknown = Estimate(3, 3, 3, 1), Estimate(0.5, -math.inf, math.inf, 9)

    assert repeated.widened(exact, 5) == exact
    assert repeated.widened(unknown, 5) == unknown


def test_all_looks_together_err_at_most_two_thirds_more_often_than_one():

    usual = special.ndtri(0.975)
    errs = [2 * special.ndtr(-usual * repeated.wider(look)) for look in range(1, 400)]

    assert errs[0] == pytest.approx(0.05)
    assert sum(errs) < 0.05 * math.pi**2 / 6
