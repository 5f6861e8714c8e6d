"""Which goal is foreseen, and on which scale."""

import numpy as np
import pytest

from mainstay.core.nouns import Estimate
from mainstay.life.assess import promised
from mainstay.life.assess.promised import Promise, promises
from mainstay.trainer.trial import Ground

HALVES = np.array([0.0, 1.0] * 50)
OLD = "[{metric: roc_auc, at_least: 0.7}]"
MONEY = "  value: {currency: EUR, true_positive: 50, false_positive: -20}\n"
REGRESSION = {"task: binary": "task: regression", MONEY: ""}
NUMBERS = np.array([0.0, 10.0])


def every(stated, label) -> tuple[Promise, ...]:
    return promises(Ground(stated, label, np.zeros(len(label))))


def test_the_strictest_goal_in_the_usual_metric_is_what_is_promised(contract):
    loss, stricter = "{metric: log_loss, at_most: 0.4}", "{metric: roc_auc, at_least: 0.72}"

    found, second = every(contract({OLD: f"[{loss}, {OLD[1:-1]}, {stricter}]"}), HALVES)

    assert found.words == "roc_auc ≥ 0.72"
    assert found.bound == found.least(0.9) == 0.72
    assert second.words == "log_loss ≤ 0.4"


@pytest.mark.parametrize(
    ("goal", "words", "bound"),
    [
        ("log_loss, at_most: 0.6", "log_loss ≤ 0.6", 1 - 0.6 / np.log(2)),
        ("brier, at_most: 0.2", "brier ≤ 0.2", 1 - 0.2 / 0.25),
        ("average_precision, at_least: 0.6", "average_precision ≥ 0.6", 0.6),
    ],
)
def test_another_goal_that_scores_tell_is_foreseen_in_its_own_metric(contract, goal, words, bound):
    (found,) = every(contract({"roc_auc, at_least: 0.7": goal}), HALVES)

    assert found.words == words
    assert found.bound == pytest.approx(bound)


def test_a_goal_in_a_mean_error_is_a_share_of_what_the_best_constant_errs(contract):
    stated = contract({**REGRESSION, "roc_auc, at_least: 0.7": "mae, at_most: 3"})

    (found,) = every(stated, NUMBERS)

    assert found.words == "mae ≤ 3"
    assert found.bound == pytest.approx(0.4)
    told = found.value(Estimate(0.5, 0.4, 0.8, 90))
    assert (told.value, told.low, told.high, told.unit) == pytest.approx((2.5, 1, 3, "mae"))


def test_goals_that_scores_tell_come_before_those_in_money_or_at_a_threshold(contract):
    some = ("value_per_1000, at_least: 900", "brier, at_most: 0.2", "f1, at_least: 0.6")
    goals = "}, {metric: ".join(some)

    found = every(contract({"roc_auc, at_least: 0.7": goals}), HALVES)

    assert [one.scale.metric for one in found] == ["brier", "value_per_1000", "f1"]


def test_a_goal_in_money_speaks_of_money(contract):
    """Always earns 15,000 per 1,000, perfect decisions 25,000."""
    goal = "value_per_1000, at_least: 20000"
    (found,) = every(contract({"roc_auc, at_least: 0.7": goal}), HALVES)

    assert found.words == "value_per_1000 ≥ 20000 EUR"
    assert found.bound == pytest.approx(0.5)
    told = found.value(Estimate(0.5, 0.4, 0.8, 90))
    assert (told.value, told.low, told.high) == pytest.approx((20_000, 19_000, 23_000))
    assert told.unit == "EUR per 1,000"
    lost = found.amount(Estimate(0.1, 0.0, 0.2, 9))
    assert (lost.value, lost.high, lost.unit) == pytest.approx((1000, 2000, "EUR per 1,000"))


def test_money_above_the_rule_says_so(contract):
    goal = "value_over_baseline_per_1000, at_least: 20000"
    (found,) = every(contract({"roc_auc, at_least: 0.7": goal}), HALVES)

    assert found.unit == "EUR per 1,000 above the rule"


def test_where_no_goal_can_be_foreseen_a_share_of_skill_is_assumed_and_named(contract):
    stated = contract({"roc_auc, at_least: 0.7": "calibration_error, at_most: 0.1"})

    (found,) = every(stated, HALVES)

    assert found.limit is None
    assert found.bound is None
    assert found.least(0.8) == pytest.approx(0.5 + 0.9 * 0.3)
    assert found.words == promised.ASSUMED
    assert [one for one, _ in promised.unforeseen(stated)] == ["calibration_error"]
