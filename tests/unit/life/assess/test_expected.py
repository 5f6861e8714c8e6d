"""What to expect of a model, in a clause."""

import numpy as np
import pytest

from mainstay.core.nouns import Estimate, Limit
from mainstay.life.assess.expected import UNTOLD, expected
from mainstay.life.assess.promised import Promise
from mainstay.stats.forecasts.grade import Grade
from mainstay.stats.forecasts.outlook import Outlook, Reach
from mainstay.stats.forecasts.shelf import ShelfLife
from mainstay.trainer.skill import Scale

AUC = Promise(Scale("roc_auc", 0.5), Limit("at_least", 0.66))
MAE = Promise(Scale("mae", 4.0), Limit("at_most", 3.0))
NOW = Outlook(Reach.OPEN, Estimate(0.3, 0.28, 0.32, 4000))


def life(low, middle, high, path=(0.69, 0.7, 0.71)):
    breach = Estimate(middle, low, high, 9, "periods")
    return ShelfLife(Grade.B, 12, breach, 0.6, np.array([path] * 12).T, None)


@pytest.mark.parametrize(
    ("ages", "span"),
    [
        ((3, 5, 8), "21 to 56 days before it ages below 0.66"),
        ((3, 5, 13), "21 to more than 84 days before it ages below 0.66"),
        ((13, 13, 13), "more than 84 days, the oldest ever seen, before it ages below 0.66"),
        ((3, 3, 3), "21 days before it ages below 0.66"),
    ],
)
def test_how_good_and_how_long_is_one_clause(ages, span):
    assert expected(AUC, NOW, life(*ages), 7) == f"expect 0.7 roc_auc (0.69–0.71) and {span}"


def test_a_loss_is_told_as_it_is_asked_for():
    said = expected(MAE, None, life(3, 5, 8, (0.3, 0.35, 0.4)), 7)

    assert said == "expect 2.6 mae (2.4–2.8) and 21 to 56 days before it ages above 3"


def test_without_a_goal_the_share_of_skill_is_named():
    said = expected(AUC._replace(limit=None), NOW, life(3, 5, 8), 7)

    assert said.endswith("before it ages below 90 % of its skill")


def test_what_cannot_be_told_is_said():
    unknown = ShelfLife(Grade.D, 0, None, None, np.empty((3, 0)), None)

    assert expected(AUC, NOW, unknown, 7) == f"expect 0.7 roc_auc (0.68–0.72); {UNTOLD}"
    assert expected(AUC, None, None, 0) == UNTOLD
