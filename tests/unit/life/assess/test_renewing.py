"""What a new version costs, and by which money that is so."""

import numpy as np
import pytest

from mainstay.life.assess.renewing import renewal
from mainstay.trainer.skill import Scale
from mainstay.trainer.trial import Ground

MONEY = "value: {currency: EUR, true_positive: 50, false_positive: -20}"
HALVES = np.array([0.0, 1.0] * 50)
AUC, MAE = Scale("roc_auc", 0.5), Scale("mae", 4.0)


def cost(stated, scale=AUC, label=HALVES):
    ground = Ground(stated, label, np.zeros(len(label)))
    return renewal(ground, scale, skill=0.2, decisions=1000)


def priced(contract, added):
    return contract({MONEY: MONEY.replace("}", f", {added}}}")})


def missed(contract, sides="per_unit_over: -2, per_unit_under: -4, per_retrain: -600", more=None):
    money = f"value: {{currency: USD, {sides}}}"
    goal = {"roc_auc, at_least: 0.7": "mae, at_most: 3"}
    return contract({MONEY: money, "task: binary": "task: regression", **goal, **(more or {})})


def test_without_money_a_share_of_skill_is_assumed_and_said(contract):
    found = cost(contract())

    assert found.costs == pytest.approx(0.01)
    assert found.said == "a retraining at 5 % of a period's skill, as no money says"


def test_stated_money_is_weighed_by_what_a_point_of_roc_auc_earns(contract):
    cheap, dear = (cost(priced(contract, f"per_retrain: -{one}")) for one in (500, 1000))

    assert dear.costs == pytest.approx(2 * cheap.costs)
    assert cheap.said == "a retraining at EUR 500"


def test_in_regression_a_point_is_what_the_constant_errs_at_the_middle_cost(contract):
    found = cost(missed(contract), MAE, np.arange(9.0))

    assert found.costs == pytest.approx(600 / (4.0 * 3 * 1000))
    assert found.said == "a retraining at USD 600"


def test_where_a_point_has_no_price_the_stated_money_is_named_and_not_used(contract):
    loss = cost(priced(contract, "per_retrain: -500"), Scale("log_loss", 0.69))

    assert loss.costs == pytest.approx(0.01)
    assert loss.said == (
        "a retraining at 5 % of a period's skill:"
        " no money says what log loss saved earns, to set EUR 500 against"
    )


def test_money_by_the_row_prices_no_point(contract):
    sides = "per_unit_over: {column: amount, times: -1}, per_unit_under: -4, per_retrain: -9"
    fields = (
        "  fields:\n    amount: {type: number, unit: USD, between: [0, 9], on_breach: reject}\n"
    )
    label = "  label: {column: stays, known_after: 1d}\n"
    by_row = missed(contract, sides, {label: label + fields})

    assert "no money says" in cost(by_row, MAE, np.arange(9.0)).said


def test_in_money_a_retraining_is_weighed_by_the_money_of_the_scale_itself(contract):
    """All there is to earn is 10,000 per 1,000: 10 a decision."""
    paid = Scale("value_per_1000", 15_000.0, 25_000.0)

    found = cost(priced(contract, "per_retrain: -500"), paid)

    assert found.costs == pytest.approx(500 / (10 * 1000))
    assert found.said == "a retraining at EUR 500"
