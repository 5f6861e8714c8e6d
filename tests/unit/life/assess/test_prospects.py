"""What is said of more records, and what is not."""

import pytest

from mainstay.core.nouns import Estimate
from mainstay.life.assess import prospects
from mainstay.stats.forecasts.outlook import Outlook, Reach


def errors(value, n=4000):
    return Estimate(value, value - 0.01, value + 0.02, n, "error")


def said(reach, *, chance=0.5, needed=None):
    found = Outlook(reach, errors(0.3), (errors(0.28), errors(0.26)), errors(0.2), chance, needed)
    return {one.clause: one for one in prospects.prospects(found, "roc_auc", there=4000)}


def test_errors_are_told_as_what_is_right():
    told = said(Reach.OPEN)["learning curve: 16,000 records"].estimate

    assert (told.value, told.low, told.high) == pytest.approx((0.74, 0.72, 0.75))


def test_records_needed_are_a_range_and_a_next_step():
    needed = Estimate(45_254.8, 13_454.3, 210_000.0, 4000, "records")

    note = said(Reach.OPEN, chance=0.35, needed=needed)[prospects.GOAL].note

    assert "chance 35%" in note
    assert "13,000 to 210,000 records; collect twice what there is and ask again" in note


def test_records_that_nobody_can_tell_are_not_told():
    open_end = Estimate(float("inf"), 13_454.3, float("inf"), 4000, "records")
    beyond = Estimate(float("inf"), float("inf"), float("inf"), 4000, "records")

    assert "to more than anyone can tell" in said(Reach.OPEN, needed=open_end)[prospects.GOAL].note
    assert "more than 64 times" in said(Reach.OPEN, needed=beyond)[prospects.GOAL].note


@pytest.mark.parametrize("reach", [Reach.OUT, Reach.UNKNOWN, Reach.REACHED])
def test_where_nothing_is_open_no_chance_is_told(reach):
    assert said(reach, chance=0.03)[prospects.GOAL].note == prospects.TOLD[reach]


def test_a_curve_that_turns_up_has_only_a_present():
    told = list(prospects.prospects(Outlook(Reach.UNKNOWN, errors(0.3)), "roc_auc", there=4000))

    assert [one.clause for one in told] == ["learning curve: 4,000 records", "learning curve"]
    assert told[1].note == "more records made it worse: not fitted"


def test_without_a_goal_nothing_is_said_of_one():
    found = Outlook(Reach.OPEN, errors(0.3), (errors(0.28), errors(0.26)), errors(0.2))

    told = prospects.prospects(found, "roc_auc", there=4000)

    assert prospects.GOAL not in {one.clause for one in told}


def test_fits_of_a_part_of_the_records_are_told_as_such():
    found = Outlook(Reach.OPEN, errors(0.3), (errors(0.28), errors(0.26)), errors(0.2))

    first = next(iter(prospects.prospects(found, "roc_auc", there=271_617)))

    assert first.note.endswith("; fits took 4,000 of 271,617")
