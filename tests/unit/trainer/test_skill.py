import numpy as np
import pytest

from mainstay.core.columns import Text
from mainstay.trainer.skill import NO_SKILL, against, coded, constant_loss, skill

HALVES = np.array([0.0, 1.0] * 50)
THREE = np.array([0.0, 1.0, 2.0] * 20)


def test_perfect_scores_are_1_for_every_task() -> None:
    numbers = np.arange(9.0)

    assert skill("binary", HALVES)(HALVES, HALVES) == 1
    assert skill("multiclass", THREE)(THREE, np.eye(3)[THREE.astype(int)]) == pytest.approx(1)
    assert skill("regression", numbers)(numbers, numbers) == 1


def test_the_best_constant_has_no_skill() -> None:
    numbers = np.arange(9.0)
    said = {
        "binary": skill("binary", HALVES)(HALVES, np.zeros(100)),
        "multiclass": skill("multiclass", THREE)(THREE, np.full((60, 3), 1 / 3)),
        "regression": skill("regression", numbers)(numbers, np.full(9, 4.0)),
    }

    assert said == pytest.approx(NO_SKILL)


def test_what_is_undefined_is_not_a_number() -> None:
    one, same = np.ones(5), np.full(5, 2.0)

    assert np.isnan(skill("binary", HALVES)(one, one))
    assert np.isnan(skill("regression", same)(same, same))
    assert np.isnan(skill("regression", same)(same[:0], same[:0]))


def test_the_constant_is_that_of_all_rows_and_not_of_a_part() -> None:
    measure = skill("regression", np.array([0.0, 10.0]))

    assert measure(np.array([0.0, 1.0]), np.array([1.0, 2.0])) == pytest.approx(0.8)


def test_labels_are_codes_of_their_classes_whatever_they_were_written_as() -> None:
    text = Text(np.array([1, 0, 1]), ("no", "yes"))

    assert coded(text, "binary").tolist() == [1, 0, 1]
    assert coded(np.array([2, 1, 2]), "binary").tolist() == [1, 0, 1]
    assert coded(np.array([2.5, 1.0]), "regression").tolist() == [2.5, 1.0]


def test_a_score_is_held_against_the_constant_of_other_rows():
    learnt, rows = np.array([0.0, 10.0]), np.array([4.0, 6.0])

    measure = against("regression", constant_loss("regression", learnt))

    assert measure(rows, rows) == 1
    assert measure(rows, rows + 1) == skill("regression", learnt)(rows, rows + 1) == 0.8
