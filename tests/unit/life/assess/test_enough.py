import math

import pytest

from mainstay.life.assess.enough import least_events, least_rows


def test_riley_by_hand() -> None:
    largest = 1 - (0.5**0.5 * 0.5**0.5) ** 2
    rows = 20 / ((0.9 - 1) * math.log(1 - 0.15 * largest / 0.9))

    assert least_rows("binary", 20, 0.5) == math.ceil(rows)


def test_few_inputs_still_need_a_rate_known_within_five_points() -> None:
    assert least_rows("binary", 1, 0.5) == math.ceil((1.96 / 0.05) ** 2 * 0.25)


def test_rarer_outcomes_need_more_rows() -> None:
    needed = [least_rows("binary", 10, rate) for rate in (0.5, 0.2, 0.05, 0.01)]

    assert needed == sorted(needed)
    assert needed[-1] > 7 * needed[0]


def test_more_inputs_need_more_rows() -> None:
    assert least_rows("binary", 40, 0.2) == pytest.approx(2 * least_rows("binary", 20, 0.2), abs=1)


def test_a_number_needs_rows_for_its_spread_or_ten_for_each_input() -> None:
    assert least_rows("regression", 6, 0) == 240
    assert least_rows("regression", 100, 0) == 1000


def test_an_outcome_that_never_happens_has_no_number_of_rows() -> None:
    with pytest.raises(ValueError, match="domain"):
        least_rows("binary", 3, 0.0)


def test_ten_events_for_each_input() -> None:
    assert least_events(16) == 160
