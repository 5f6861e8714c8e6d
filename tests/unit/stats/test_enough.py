"""How many rows would decide."""

import math

import pytest

from mainstay.core.nouns import Estimate
from mainstay.stats.enough import more_rows


def test_half_the_interval_needs_four_times_the_rows() -> None:
    found = more_rows(Estimate(0.7, 0.6, 0.8, 100), 0.65)

    assert found == pytest.approx(300)


def test_a_value_at_its_bound_is_never_decided() -> None:
    assert more_rows(Estimate(0.7, 0.6, 0.8, 100), 0.7) == math.inf


def test_without_an_interval_nobody_knows() -> None:
    assert more_rows(Estimate(0.7, -math.inf, math.inf, 100), 0.6) == math.inf


def test_at_least_one_row_is_missing() -> None:
    assert more_rows(Estimate(0.7, 0.69, 0.71, 100), 0.1) == 1.0


def test_next_to_nothing_is_as_good_as_never_decided() -> None:
    assert more_rows(Estimate(1e-200, -1.0, 1.0, 100), 0.0) == math.inf
