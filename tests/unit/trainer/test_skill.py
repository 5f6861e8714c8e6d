"""Scores of every metric on one scale."""

from collections.abc import Callable

import numpy as np
import pytest

from mainstay.contract.metrics import Metric
from mainstay.core.columns import Text
from mainstay.trainer import skill, trial
from mainstay.trainer.skill import METRIC, Scale, coded, scale
from mainstay.trainer.trial import Ground

Grounds = Callable[..., Ground]
HALVES = np.array([0.0, 1.0] * 50)
THREE = np.array([0.0, 1.0, 2.0] * 20)
NUMBERS = np.arange(9.0)
PAID = "{currency: EUR, true_positive: 10, false_positive: -2, per_1000_predictions: -7}"
MISSED = "{currency: EUR, per_unit_over: -1, per_unit_under: -3}"
MATRIX = "{currency: EUR, matrix: {0: {0: 1}, 1: {1: 5}, 2: {2: 2}}, unnamed: -1}"
MONEY: tuple[Metric, ...] = ("value_per_1000", "value_over_baseline_per_1000")


def of(metric: Metric, rows: Ground, said: np.ndarray) -> float:
    return scale(metric, rows).of(trial.told(rows, said), rows.contract)


def test_perfect_scores_are_1_for_every_task(ground: Grounds) -> None:
    assert of("roc_auc", ground(HALVES), HALVES) == 1
    assert of("f1", ground(HALVES), HALVES) == 1
    assert of("log_loss", ground(THREE, "multiclass"), np.eye(3)[THREE.astype(int)]) == (
        pytest.approx(1)
    )
    assert of("mae", ground(NUMBERS, "regression"), NUMBERS) == 1


@pytest.mark.parametrize("metric", MONEY)
def test_perfect_decisions_earn_all_there_is_to_earn(ground: Grounds, metric: Metric) -> None:
    for rows, said in (
        (ground(HALVES, money=PAID), HALVES),
        (ground(THREE, "multiclass", MATRIX), np.eye(3)[THREE.astype(int)]),
        (ground(NUMBERS, "regression", MISSED, ruled=np.full(9, 2.0)), NUMBERS),
    ):
        assert of(metric, rows, said) == pytest.approx(1)


@pytest.mark.parametrize("metric", MONEY)
def test_the_best_decision_for_all_rows_earns_no_share(ground: Grounds, metric: Metric) -> None:
    classes = np.tile(np.eye(3)[1], (60, 1))
    for rows, said in (
        (ground(HALVES, money=PAID), np.ones(100)),
        (ground(THREE, "multiclass", MATRIX), classes),
        (ground(NUMBERS, "regression", MISSED, ruled=np.full(9, 2.0)), np.full(9, 6.0)),
    ):
        assert of(metric, rows, said) == pytest.approx(0)


def test_money_comes_back_from_its_share(ground: Grounds) -> None:
    """Always earns 4 a decision, perfect decisions 5, answers cost 0.007; the rule earns 1."""
    ruled = np.tile([0.0, 0, 0, 0, 0, 1, 0, 1, 0, 0], 10)
    rows = ground(HALVES, money=PAID, ruled=ruled)
    plain, over = (scale(metric, rows) for metric in MONEY)

    assert (plain.constant, plain.best) == pytest.approx((3993, 4993))
    assert (over.constant, over.best) == pytest.approx((1993, 2993))
    for one in (plain, over):
        assert one.value(one.score(4321.0)) == pytest.approx(4321)
        assert one.score(one.best) == pytest.approx(1)
        assert skill.called(one.measure) == one.metric
    assert plain.score(4493) == pytest.approx(over.score(2493)) == pytest.approx(0.5)


def test_money_that_hangs_on_the_row_has_its_own_ends(ground: Grounds) -> None:
    stated = "{currency: EUR, true_positive: {column: wait}, false_positive: -2}"
    payoffs = np.tile([[1.0, -2, 0, 0], [9.0, -2, 0, 0]], (50, 1))

    found = scale("value_per_1000", ground(HALVES, money=stated, payoffs=payoffs))

    assert (found.constant, found.best) == pytest.approx((3500, 4500))


@pytest.mark.parametrize(
    ("metric", "task", "label", "said"),
    [
        ("roc_auc", "binary", HALVES, np.zeros(100)),
        ("average_precision", "binary", HALVES, np.zeros(100)),
        ("accuracy", "binary", HALVES, np.zeros(100)),
        ("precision", "binary", HALVES, np.ones(100)),
        ("recall", "binary", HALVES, np.zeros(100)),
        ("f1", "binary", HALVES, np.ones(100)),
        ("log_loss", "binary", HALVES, np.full(100, 0.5)),
        ("brier", "binary", HALVES, np.full(100, 0.5)),
        ("log_loss", "multiclass", THREE, np.full((60, 3), 1 / 3)),
        ("accuracy", "multiclass", THREE, np.full((60, 3), 1 / 3)),
        ("mae", "regression", NUMBERS, np.full(9, 4.0)),
        ("rmse", "regression", NUMBERS, np.full(9, 4.0)),
        ("r2", "regression", NUMBERS, np.full(9, 4.0)),
    ],
)
def test_the_best_constant_has_no_skill(
    ground: Grounds, metric: Metric, task: str, label: np.ndarray, said: np.ndarray
) -> None:
    rows = ground(label, task)
    made = scale(metric, rows)

    assert skill.foretells(metric)
    assert of(metric, rows, said) == pytest.approx(made.no_skill)
    assert skill.called(made.measure) == metric


@pytest.mark.parametrize(("metric", "task"), [("accuracy", "binary"), ("f1", "binary"),
    ("value_per_1000", "regression"), ("calibration_error", "multiclass")])  # fmt: skip
def test_what_hangs_on_a_threshold_or_on_money_is_not_told_by_scores(metric, task) -> None:
    assert not skill.tells(metric, task)
    assert skill.tells(METRIC[task], task)


def test_a_value_of_a_metric_comes_back_from_its_score() -> None:
    for metric in METRIC.values():
        made = Scale(metric, 4.2)

        assert made.value(made.score(3.0)) == pytest.approx(3.0)
    assert Scale("mae", 4.0).score(3.0) == pytest.approx(0.25)


def test_what_is_undefined_is_not_a_number(ground: Grounds) -> None:
    one, same = np.ones(5), np.full(5, 2.0)
    few = ground(same[:0], "regression")

    assert np.isnan(of("roc_auc", ground(HALVES).of(np.array([1, 3])), one[:2]))
    assert np.isnan(of("mae", ground(same, "regression"), same))
    assert np.isnan(of("mae", few, same[:0]))
    assert np.isnan(scale("mae", few).score(1.0))


def test_the_constant_is_that_of_all_rows_and_not_of_a_part(ground: Grounds) -> None:
    made = scale("mae", ground([0.0, 10.0], "regression"))
    part = ground([0.0, 1.0], "regression")

    told = trial.told(part, np.array([1.0, 2.0]))
    assert made.of(told, part.contract) == pytest.approx(0.8)


def test_a_calibration_error_of_few_rows_is_no_score() -> None:
    assert not skill.foretells("calibration_error")


def test_labels_are_codes_of_their_classes_whatever_they_were_written_as() -> None:
    text = Text(np.array([1, 0, 1]), ("no", "yes"))

    assert coded(text, "binary").tolist() == [1, 0, 1]
    assert coded(np.array([2, 1, 2]), "binary").tolist() == [1, 0, 1]
    assert coded(np.array([2.5, 1.0]), "regression").tolist() == [2.5, 1.0]
