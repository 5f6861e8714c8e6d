"""The plan of the live weeks."""

from mainstay.cli.demo import weeks, year
from mainstay.cli.demo.story import Story
from mainstay.cli.demo.world import CELSIUS, INCHES


def test_the_year_has_39_weeks_after_march_and_two_of_them_are_spoilt() -> None:
    plans = tuple(weeks.plans(year.month(4), year.month(13)))

    spoilt = {plan.number: plan.defect for plan in plans if plan.defect}
    assert (len(plans), spoilt) == (39, {20: INCHES, 33: CELSIUS})
    assert plans[-1].until <= year.month(13)


PART = {"value": 0.02, "low": -0.01, "high": 0.05, "n": 900, "unit": ""}
COMPARED = {"metric": "roc_auc", "rows": 900, "live": PART, "ageing": PART, "harder": PART}


def test_a_loss_is_split_where_both_parts_have_their_ends() -> None:
    whole = weeks.loss(COMPARED)
    half = weeks.loss({**COMPARED, "harder": None})
    odd = weeks.loss({**COMPARED, "harder": {**PART, "low": 0.03}})

    assert whole == {
        "metric": "roc_auc", "rows": 900,
        "ageing": {"value": 0.02, "low": -0.01, "high": 0.05},
        "harder": {"value": 0.02, "low": -0.01, "high": 0.05},
    }  # fmt: skip
    assert half is not None
    assert odd is not None
    assert [weeks.is_split(one) for one in (whole, half, odd)] == [True, False, False]


def test_before_a_fresh_model_was_compared_no_loss_is_told() -> None:
    assert weeks.loss(None) is None
    assert weeks.loss({**COMPARED, "live": None}) is None


def test_a_year_says_of_how_many_weeks_it_told_both_parts() -> None:
    story, early = Story(), {"loss": None}
    half = {"loss": weeks.loss({**COMPARED, "harder": None})}

    weeks._losses(story, [early, {"loss": weeks.loss(COMPARED)}, half])

    assert story.figures["losses"] == {"compared": 2, "split": 1, "too_early": 1}
    assert story.figures["losses_split"] is False


def test_a_short_rest_of_a_year_has_both_too() -> None:
    plans = tuple(weeks.plans(year.month(11), year.month(13)))

    assert [plan.defect for plan in plans if plan.defect] == [INCHES, CELSIUS]
