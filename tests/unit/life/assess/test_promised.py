"""Which goal is foreseen, and on which scale."""

import numpy as np
import pytest

from mainstay.core.nouns import Estimate
from mainstay.life.assess import promised
from mainstay.life.assess.promised import promise

HALVES = np.array([0.0, 1.0] * 50)
OLD = "[{metric: roc_auc, at_least: 0.7}]"
MONEY = "  value: {currency: EUR, true_positive: 50, false_positive: -20}\n"
REGRESSION = {"task: binary": "task: regression", MONEY: ""}
NUMBERS = np.array([0.0, 10.0])


def test_the_strictest_goal_in_the_usual_metric_is_what_is_promised(contract):
    loss, stricter = "{metric: log_loss, at_most: 0.4}", "{metric: roc_auc, at_least: 0.72}"

    found = promise(contract({OLD: f"[{loss}, {OLD[1:-1]}, {stricter}]"}), HALVES)

    assert found.words == "roc_auc ≥ 0.72"
    assert found.bound == found.least(0.9) == 0.72


@pytest.mark.parametrize(
    ("goal", "words", "bound"),
    [
        ("log_loss, at_most: 0.6", "log_loss ≤ 0.6", 1 - 0.6 / np.log(2)),
        ("brier, at_most: 0.2", "brier ≤ 0.2", 1 - 0.2 / 0.25),
        ("average_precision, at_least: 0.6", "average_precision ≥ 0.6", 0.6),
    ],
)
def test_another_goal_that_scores_tell_is_foreseen_in_its_own_metric(contract, goal, words, bound):
    found = promise(contract({"roc_auc, at_least: 0.7": goal}), HALVES)

    assert found.words == words
    assert found.bound == pytest.approx(bound)


def test_a_goal_in_a_mean_error_is_a_share_of_what_the_best_constant_errs(contract):
    stated = contract({**REGRESSION, "roc_auc, at_least: 0.7": "mae, at_most: 3"})

    found = promise(stated, NUMBERS)

    assert found.words == "mae ≤ 3"
    assert found.bound == pytest.approx(0.4)
    told = found.value(Estimate(0.5, 0.4, 0.8, 90))
    assert (told.value, told.low, told.high, told.unit) == pytest.approx((2.5, 1, 3, "mae"))


def test_where_no_goal_is_told_by_scores_a_share_of_skill_is_assumed_and_named(contract):
    stated = contract({"roc_auc, at_least: 0.7": "accuracy, at_least: 0.7"})

    found = promise(stated, HALVES)

    assert found.limit is None
    assert found.bound is None
    assert found.least(0.8) == pytest.approx(0.5 + 0.9 * 0.3)
    assert found.words == promised.ASSUMED
