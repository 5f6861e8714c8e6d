"""How far answers hang on each column."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle.worker import Worker
from mainstay.core.inputs import Input
from mainstay.trainer import fit, importance
from mainstay.trainer.fit import Training

Code = Callable[..., Path]
NAMES = ("strong", "weak", "idle", "half")
SUM = """
    import numpy as np

    class Sum:
        def predict(self, inputs):
            return inputs @ np.array([3.0, 1.0, 0.0, 0.0])

    def train(inputs: np.ndarray, label):
        return Sum()
"""
CONSTANT = SUM.replace("3.0, 1.0", "0.0, 0.0")
READS = {"strong": (0,), "weak": (1, 3), "idle": (2,), "unread": ()}


def training(code: Code, text: str, rows: int = 3_000) -> Training:
    values = np.random.default_rng(0).normal(size=(rows, 4))
    inputs = tuple(Input(name, "number") for name in NAMES)
    return Training(code(text), inputs, values, values[:, 0], "regression", 5)


def found(worker: Worker, given: Training) -> dict[str, float]:
    fit.fitted(worker, given)
    return importance.importances(worker, given, READS)


def test_a_column_counts_by_how_far_it_moves_the_answers(worker: Worker, code: Code) -> None:
    shares = found(worker, training(code, SUM))

    assert shares["strong"] == pytest.approx(0.75, abs=0.02)
    assert shares["weak"] == pytest.approx(0.25, abs=0.02)
    assert (shares["idle"], shares["unread"]) == (0, 0)


def test_the_same_rows_and_seed_give_the_same_shares(worker: Worker, code: Code) -> None:
    given = training(code, SUM)

    assert found(worker, given) == found(worker, given)
    assert found(worker, given) != found(worker, given._replace(seed=6))


def test_a_model_that_says_one_thing_hangs_on_nothing(worker: Worker, code: Code) -> None:
    assert found(worker, training(code, CONSTANT)) == {}


def test_classes_count_together() -> None:
    one = np.array([[0.5, 0.5], [1.0, 0.0]])

    assert importance._distance(one, one[::-1]) == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize(("columns", "rows"), [(3, 2_000), (499, 100), (10_000, 100)])
def test_the_rows_asked_about_are_bounded(code: Code, columns: int, rows: int) -> None:
    assert len(importance._sample(training(code, SUM), columns)) == rows


def test_few_rows_are_all_asked_about(code: Code) -> None:
    given = training(code, SUM, rows=150)

    assert np.array_equal(importance._sample(given, 3), given.rows)
