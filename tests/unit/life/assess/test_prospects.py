"""What is said of more records, and what is not."""

import pytest

from mainstay.core.nouns import Estimate, Limit, Verdict
from mainstay.life.assess import prospects
from mainstay.life.assess.promised import ASSUMED, Promise
from mainstay.stats.forecasts.outlook import Outlook, Reach
from mainstay.trainer.skill import Scale

AUC = Promise(Scale("roc_auc", 0.5), Limit("at_least", 0.75))
MAE = Promise(Scale("mae", 4.0), Limit("at_most", 1.0))
BEST = Estimate(0.22, 0.2, 0.24, 4000, "error")


def errors(value, n=4000):
    return Estimate(value, value - 0.01, value + 0.02, n, "error")


def said(reach, promised=AUC, *, best=BEST, chance=0.5, needed=None):
    ahead = (errors(0.28), errors(0.26))
    found = Outlook(reach, errors(0.3), ahead, errors(0.2), chance, needed, best)
    return {one.clause: one for one in prospects.prospects(found, promised, there=4000)}


def test_errors_are_told_as_what_is_right():
    told = said(Reach.OPEN)["learning curve: 16,000 records"].estimate

    assert (told.value, told.low, told.high) == pytest.approx((0.74, 0.72, 0.75))
    assert told.unit == "roc_auc"


def test_errors_of_a_goal_in_a_loss_are_told_as_that_loss():
    told = said(Reach.OPEN, MAE)["learning curve: 16,000 records"].estimate

    assert (told.value, told.low, told.high) == pytest.approx((1.04, 1.0, 1.12))
    assert told.unit == "mae"


@pytest.mark.parametrize(
    ("reach", "best", "verdict"),
    [
        (Reach.LIKELY, Estimate(0.22, 0.2, 0.24, 4000), Verdict.PASS),
        (Reach.OPEN, Estimate(0.24, 0.22, 0.27, 4000), Verdict.UNSURE),
        (Reach.OUT, Estimate(0.28, 0.26, 0.3, 4000), Verdict.FAIL),
    ],
)
def test_a_goal_is_judged_by_what_any_number_of_records_would_bring(reach, best, verdict):
    for promised in (AUC, MAE):
        one = said(reach, promised, best=best)[prospects.GOAL]

        assert one.verdict is verdict
        assert one.limit == promised.limit
        assert one.limit.judge(one.estimate) is verdict


def test_a_goal_that_is_met_is_judged_by_the_records_there_are():
    met = AUC._replace(limit=Limit("at_least", 0.65))

    one = said(Reach.REACHED, met, best=errors(0.5))[prospects.GOAL]

    assert one.verdict is Verdict.PASS
    assert one.estimate.value == pytest.approx(0.7)
    assert one.note == prospects.TOLD[Reach.REACHED]


def test_what_cannot_be_told_yet_is_unsure_and_no_number():
    one = said(Reach.UNKNOWN)[prospects.GOAL]

    assert one.verdict is Verdict.UNSURE
    assert one.estimate is None
    assert one.limit == AUC.limit
    assert one.note.startswith("cannot be told yet: ")


def test_where_no_goal_can_be_foreseen_it_is_said_and_no_pass():
    one = said(Reach.OPEN, AUC._replace(limit=None), best=None, chance=None)[prospects.GOAL]

    assert one.verdict is Verdict.UNSURE
    assert one.note == f"cannot be told yet: {ASSUMED}"


def test_records_needed_are_a_range_and_a_next_step():
    needed = Estimate(45_254.8, 13_454.3, 210_000.0, 4000, "records")

    note = said(Reach.OPEN, chance=0.35, needed=needed)[prospects.GOAL].note

    assert "chance 35%, asked 80%" in note
    assert "13,000 to 210,000 records; collect twice what there is and ask again" in note


def test_no_chance_is_certain():
    assert [prospects.percent(one) for one in (0.0, 0.35, 1.0)] == [
        "less than 1%", "35%", "more than 99%",
    ]  # fmt: skip


def test_records_that_nobody_can_tell_are_not_told():
    open_end = Estimate(float("inf"), 13_454.3, float("inf"), 4000, "records")
    beyond = Estimate(float("inf"), float("inf"), float("inf"), 4000, "records")

    assert "to more than anyone can tell" in said(Reach.OPEN, needed=open_end)[prospects.GOAL].note
    assert "more than 64 times" in said(Reach.OPEN, needed=beyond)[prospects.GOAL].note
    assert "64 times" not in said(Reach.OUT, needed=beyond)[prospects.GOAL].note


def test_a_curve_that_turns_up_has_only_a_present():
    found = Outlook(Reach.UNKNOWN, errors(0.3))

    told = list(prospects.prospects(found, AUC, there=4000))

    assert [one.clause for one in told] == [
        "learning curve: 4,000 records", "learning curve", prospects.GOAL,
    ]  # fmt: skip
    assert told[1].note == prospects.WORSE
    assert told[2].verdict is Verdict.UNSURE


def test_fits_of_a_part_of_the_records_are_told_as_such():
    found = Outlook(Reach.OPEN, errors(0.3), (errors(0.28), errors(0.26)), errors(0.2))

    first = next(iter(prospects.prospects(found, AUC, there=271_617)))

    assert first.note.endswith("; fits took the newest 4,000 of 271,617")
