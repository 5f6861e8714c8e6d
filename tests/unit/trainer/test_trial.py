"""How fits decide, and on which rows."""

from collections.abc import Callable

import numpy as np
import pytest

from mainstay.trainer import trial
from mainstay.trainer.trial import Ground

Grounds = Callable[..., Ground]
MONEY = "{currency: EUR, true_positive: 10, false_positive: -2}"
LABEL, SCORE = np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4])


def test_without_money_a_fit_decides_at_one_half(ground: Grounds) -> None:
    plain = ground(LABEL)

    assert trial.threshold(plain, SCORE) == 0.5
    assert trial.told(plain, SCORE).decided.tolist() == [0, 0, 0, 0]
    assert not trial.chooses("f1", plain.contract)


def test_with_money_it_decides_where_other_rows_earn_most(ground: Grounds) -> None:
    paid = ground(LABEL, money=MONEY)
    turns = trial.threshold(paid, SCORE)

    assert turns == pytest.approx(0.25)
    rows = trial.told(paid, SCORE, turns)
    assert rows.decided.tolist() == [0, 0, 1, 1]
    assert trial.measured("value_per_1000", rows, paid.contract) == 1000 * 20 / 4
    assert trial.measured("precision", rows, paid.contract) == 1
    for metric in ("f1", "value_per_1000"):
        assert trial.chooses(metric, paid.contract)
    assert not trial.chooses("roc_auc", paid.contract)


def test_where_money_hangs_on_the_row_its_leaning_decides(ground: Grounds) -> None:
    money = "{currency: EUR, true_positive: {column: wait}, false_positive: -2}"
    gain = np.array([10.0, 10, 1, 10])
    payoffs = np.column_stack([gain, np.full(4, -2.0), np.zeros(4), np.zeros(4)])
    rows = ground(LABEL, money=money, payoffs=payoffs)

    assert trial.told(rows, np.full(4, 0.4)).decided.tolist() == [1, 1, 0, 1]


def test_classes_are_decided_by_what_they_earn(ground: Grounds) -> None:
    money = "{currency: EUR, matrix: {0: {0: 1, 1: 0}, 1: {0: 0, 1: 9}}}"
    chances = np.array([[0.8, 0.2], [0.95, 0.05]])

    assert trial.told(ground([0, 1], "multiclass", money), chances).decided.tolist() == [1, 0]
    assert trial.told(ground([0, 1], "multiclass"), chances).decided.tolist() == [0, 0]


def test_a_value_is_its_own_decision(ground: Grounds) -> None:
    assert trial.told(ground(LABEL, "regression"), SCORE).decided is SCORE


def test_of_one_class_alone_only_money_is_told(ground: Grounds) -> None:
    rows = ground(LABEL, money=MONEY)
    same = trial.told(rows.of(np.array([2, 3])), SCORE[2:], 0.35)

    assert np.isnan(trial.measured("f1", same, rows.contract))
    assert trial.measured("value_per_1000", same, rows.contract) == 5000
    none = trial.told(rows.of(np.array([], dtype=np.int64)), SCORE[:0])
    assert np.isnan(trial.measured("value_per_1000", none, rows.contract))
