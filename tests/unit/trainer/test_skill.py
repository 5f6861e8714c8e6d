"""Scores of every metric on one scale."""

import numpy as np
import pytest

from mainstay.core.columns import Text
from mainstay.trainer import skill
from mainstay.trainer.skill import METRIC, Scale, coded, scale, usual

HALVES = np.array([0.0, 1.0] * 50)
THREE = np.array([0.0, 1.0, 2.0] * 20)
NUMBERS = np.arange(9.0)


def test_perfect_scores_are_1_for_every_task() -> None:
    assert usual("binary", HALVES).of(HALVES, HALVES) == 1
    assert usual("multiclass", THREE).of(THREE, np.eye(3)[THREE.astype(int)]) == pytest.approx(1)
    assert usual("regression", NUMBERS).of(NUMBERS, NUMBERS) == 1


@pytest.mark.parametrize(
    ("metric", "task", "label", "said"),
    [
        ("roc_auc", "binary", HALVES, np.zeros(100)),
        ("average_precision", "binary", HALVES, np.zeros(100)),
        ("log_loss", "binary", HALVES, np.full(100, 0.5)),
        ("brier", "binary", HALVES, np.full(100, 0.5)),
        ("log_loss", "multiclass", THREE, np.full((60, 3), 1 / 3)),
        ("accuracy", "multiclass", THREE, np.full((60, 3), 1 / 3)),
        ("mae", "regression", NUMBERS, np.full(9, 4.0)),
        ("rmse", "regression", NUMBERS, np.full(9, 4.0)),
        ("r2", "regression", NUMBERS, np.full(9, 4.0)),
    ],
)
def test_the_best_constant_has_no_skill(metric, task, label, said) -> None:
    made = scale(metric, task, label)

    assert skill.tells(metric, task)
    assert made.of(label, said) == pytest.approx(made.no_skill)
    assert skill.called(made.measure) == metric


@pytest.mark.parametrize(("metric", "task"), [("accuracy", "binary"), ("f1", "binary"),
    ("value_per_1000", "regression"), ("calibration_error", "multiclass")])  # fmt: skip
def test_what_hangs_on_a_threshold_or_on_money_is_not_told_by_scores(metric, task) -> None:
    assert not skill.tells(metric, task)


def test_a_value_of_a_metric_comes_back_from_its_score() -> None:
    for metric in METRIC.values():
        made = Scale("regression", metric, 4.2)

        assert made.value(made.score(3.0)) == pytest.approx(3.0)
    assert Scale("regression", "mae", 4.0).score(3.0) == pytest.approx(0.25)


def test_what_is_undefined_is_not_a_number() -> None:
    one, same = np.ones(5), np.full(5, 2.0)

    assert np.isnan(usual("binary", HALVES).of(one, one))
    assert np.isnan(usual("regression", same).of(same, same))
    assert np.isnan(usual("regression", same).of(same[:0], same[:0]))
    assert np.isnan(usual("regression", same[:0]).score(1.0))


def test_the_constant_is_that_of_all_rows_and_not_of_a_part() -> None:
    made = usual("regression", np.array([0.0, 10.0]))

    assert made.of(np.array([0.0, 1.0]), np.array([1.0, 2.0])) == pytest.approx(0.8)


def test_labels_are_codes_of_their_classes_whatever_they_were_written_as() -> None:
    text = Text(np.array([1, 0, 1]), ("no", "yes"))

    assert coded(text, "binary").tolist() == [1, 0, 1]
    assert coded(np.array([2, 1, 2]), "binary").tolist() == [1, 0, 1]
    assert coded(np.array([2.5, 1.0]), "regression").tolist() == [2.5, 1.0]
