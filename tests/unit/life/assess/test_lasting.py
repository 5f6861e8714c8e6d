"""What is said of how long a model lasts, and what is not."""

from functools import cache

import msgspec
import numpy as np
import pytest
from planted_backtests import LEVEL, NONE, WORLDS, World, planted

from mainstay.core.nouns import Estimate, Limit
from mainstay.life.assess import lasting
from mainstay.life.assess.promised import Promise
from mainstay.life.assess.renewing import Renewal
from mainstay.stats.forecasts.ageing import Ageing
from mainstay.stats.forecasts.goal import room
from mainstay.stats.forecasts.grade import Grade
from mainstay.stats.forecasts.library import Library
from mainstay.stats.forecasts.retraining import cheapest
from mainstay.stats.forecasts.shelf import shelf_life
from mainstay.trainer.skill import Scale

STEADY = planted(World(age=0.01, noise=0.001), 0, periods=60)
NOBODY = Library((), (), ())
COST = Renewal(0.02, "a retraining at USD 500")


@cache
def known():
    return shelf_life(STEADY, 59, LEVEL - 0.035, NONE, seed=1)


def terms(bound=LEVEL - 0.035, missed_a_year=None):
    promised = Promise(Scale("roc_auc", 0.5), Limit("at_least", round(bound, 3)))
    return lasting.Terms(promised, bound, 7, COST, missed_a_year)


def shelf(**members):
    told = lasting.shelf(known()._replace(**members), terms(), 14)
    return {one.clause: one for one in told}


def test_a_proven_forecast_is_told_with_its_interval_and_its_record():
    said = shelf(grade=Grade.A)

    one = said[lasting.SHELF]
    assert one.note.startswith("grade A, ")
    assert "were inside" in one.note
    assert "against roc_auc ≥ 0.715" in one.note
    assert one.estimate.low <= one.estimate.value <= one.estimate.high <= known().seen * 7
    assert said[lasting.CHANCE].note.endswith(f"within {known().seen * 7} days")


def test_by_analogy_only_a_range_is_told():
    said = shelf(grade=Grade.C)

    assert list(said) == [lasting.SHELF]
    assert said[lasting.SHELF].estimate is None
    assert said[lasting.SHELF].note.endswith(
        "days, by analogy with 14 models, against roc_auc ≥ 0.715"
    )


def test_without_a_past_there_is_no_number():
    said = shelf(grade=Grade.D, breach=None, chance=None)

    assert said[lasting.SHELF].note.startswith("grade D: nothing to say before 6 periods of 7 days")
    assert said[lasting.SHELF].estimate is None


def test_no_age_is_told_that_nobody_has_seen():
    never = msgspec.structs.replace(known().breach, value=13.0, high=13.0)

    one = shelf(grade=Grade.B, breach=never, seen=12)[lasting.SHELF]

    assert "91" not in one.note
    assert "more than 84 days" in one.note
    assert one.estimate.high == 84


def test_what_surely_outlasts_all_ages_seen_is_said_once():
    never = msgspec.structs.replace(known().breach, value=13.0, low=13.0, high=13.0)

    one = shelf(grade=Grade.A, breach=never, seen=12)[lasting.SHELF]

    assert one.note.startswith("grade A, more than 84 days (80 %: more than 84 days) against")


@pytest.mark.parametrize(
    ("lost", "said"),
    [((0.05, 0.06, 0.07), "retraining pays"), ((0, 0.001, 0.002), "seldom asks for retraining"),
     ((0.0, 0.02, 0.04), "not told apart")],
)  # fmt: skip
def test_ageing_is_held_against_the_ordinary_swing(lost, said):
    low, value, high = lost
    found = Ageing(Estimate(value, low, high, 9), Estimate(0.02, 0.015, 0.025, 9))

    told = list(lasting.aged(found, 84, terms().promised))

    assert said in told[0].note
    assert told[1].estimate.value == 0.02


def test_the_flat_region_is_told_beside_the_cheapest_interval():
    one = lasting.renewed(cheapest(0.01 * known().path[1] * 0 + 0.01, 0.5), terms())

    assert "cost the same within 3 %" in one.note
    assert one.note.startswith(f"retraining within the {known().seen * 7} days seen does not pay")
    assert one.note.endswith(", with a retraining at USD 500")


def test_retrainings_are_counted_by_the_month_and_none_where_they_do_not_pay():
    level = 0.01 * known().path[1] * 0

    assert lasting.a_month(cheapest(level + 0.01, 0.5), 7) == 0
    rising = level + 0.05 * np.arange(1, len(level) + 1)
    assert lasting.a_month(cheapest(rising, 0.0), 7) == pytest.approx(30 / 7)


def test_all_of_it_comes_from_one_matrix():
    stated = terms(missed_a_year=1.0)
    found = lasting.life(STEADY, stated.bound, NOBODY, seed=1)

    made = lasting.lasting(STEADY, found, stated, others=14)

    assert [one.clause for one in made] == [
        lasting.SHELF, lasting.CHANCE, lasting.AGED, lasting.SWING, lasting.SANITY, lasting.RETRAIN,
    ]  # fmt: skip


def test_of_a_short_matrix_only_the_plan_is_told():
    short = planted(WORLDS["still"], 0, periods=9)

    found = lasting.life(short, 0.7, NOBODY, seed=1)
    made = list(lasting.lasting(short, found, terms(0.7), others=14))

    assert [one.clause for one in made] == [lasting.SHELF]


def test_a_goal_near_fresh_scores_is_missed_with_nothing_wrong():
    fresh = np.random.default_rng(1).normal(0.7, 0.02, 40)

    one = lasting.sane(room(fresh, 0.68), terms(0.68), 1.0)

    assert 0.5 < one.estimate.value < 1.5
    assert one.estimate.unit == "swings"
    assert "a period of 7 days misses it every" in one.note
    assert "for 1 a year ask 0.6" in one.note
    assert "periods at once" in one.note


def test_a_goal_far_below_is_missed_less_than_can_be_seen():
    fresh = np.random.default_rng(1).normal(0.7, 0.02, 40)

    one = lasting.sane(room(fresh, 0.6), terms(0.6), 1.0)

    assert one.note == (
        "with nothing wrong a period of 7 days misses it less than once in the 280 days seen"
    )


def test_of_a_goal_above_fresh_scores_no_number_of_periods_helps():
    fresh = np.random.default_rng(1).normal(0.7, 0.02, 40)

    assert "at once" not in lasting.sane(room(fresh, 0.72), terms(0.72), 1.0).note


def test_a_goal_in_a_loss_is_asked_for_in_that_loss():
    fresh = np.random.default_rng(1).normal(0.25, 0.02, 40)
    promised = Promise(Scale("mae", 4.0), Limit("at_most", 3.08))

    one = lasting.sane(room(fresh, 0.23), terms(0.23)._replace(promised=promised), 1.0)

    assert one.subject == "goal mae ≤ 3.08"
    assert "for 1 a year ask 3.1" in one.note


def test_of_too_few_periods_nothing_is_told():
    assert lasting.sane(None, terms(0.6), 1.0).estimate is None
