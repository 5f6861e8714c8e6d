"""A forecaster's record, bet against."""

import pytest

from mainstay.stats.forecasts import record


def test_nothing_is_held_against_a_forecaster_without_a_record():
    assert record.wealth([]) == 1
    assert not record.refuted([])


def test_three_misses_in_a_row_refute_and_two_do_not():
    assert not record.refuted([False, False])
    assert record.refuted([False, False, False])


def test_what_is_refuted_stays_refuted():
    assert record.refuted([False] * 3 + [True] * 50)


def test_misses_as_often_as_promised_make_nobody_rich():
    assert not record.refuted(([False] + [True] * 4) * 40)


@pytest.mark.parametrize("missed", record.ALTERNATIVES)
def test_a_bet_is_worth_what_is_laid_while_one_in_five_is_missed(missed):
    gained = missed / record.MISSED
    lost = (1 - missed) / (1 - record.MISSED)

    assert record.MISSED * gained + (1 - record.MISSED) * lost == pytest.approx(1)
