"""The plan of the live weeks."""

from mainstay.cli.demo import weeks, year
from mainstay.cli.demo.world import CELSIUS, INCHES


def test_the_year_has_39_weeks_after_march_and_two_of_them_are_spoilt() -> None:
    plans = tuple(weeks.plans(year.month(4), year.month(13)))

    spoilt = {plan.number: plan.defect for plan in plans if plan.defect}
    assert (len(plans), spoilt) == (39, {20: INCHES, 33: CELSIUS})
    assert plans[-1].until <= year.month(13)


def test_a_short_rest_of_a_year_has_both_too() -> None:
    plans = tuple(weeks.plans(year.month(11), year.month(13)))

    assert [plan.defect for plan in plans if plan.defect] == [INCHES, CELSIUS]
