"""The learning curve of a model in its own process."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle.worker import Worker
from mainstay.core.errors import Broken
from mainstay.core.inputs import Input
from mainstay.trainer import learning
from mainstay.trainer.fit import Training

Code = Callable[..., Path]
LINES = """
    import numpy as np

    class Lines:
        def predict(self, inputs):
            return inputs @ self.slopes

    def train(inputs: np.ndarray, label):
        print(len(label))
        model = Lines()
        model.slopes = np.linalg.lstsq(inputs, np.asarray(label), rcond=None)[0]
        return model
"""
INPUTS = tuple(Input(f"x{at}", "number") for at in range(8))


def made(code: Code, rows: int, task: str = "regression") -> Training:
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, 8))
    label = x @ np.ones(8) + random.normal(0, 4, rows)
    return Training(code(LINES), INPUTS, x, label, task, 3)  # type: ignore[arg-type]  # a task


def test_more_rows_make_a_model_better(worker: Worker, code: Code) -> None:
    found = learning.learning(worker, made(code, 800))

    assert found.sizes.tolist() == [40, 80, 160, 226, 320, 452, 640]
    error = found.errors.mean(axis=0)
    assert error[0] > error[-1] > 0


def test_parts_of_every_repeat_are_fitted_and_no_fit_sees_more_than_its_anchor(
    worker: Worker, code: Code, log: Path
) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(step: str, /, *, done: int = 0, of: int = 0) -> None:
        told.append((step, done, of))

    learning.learning(worker, made(code, 800), tell=tell)

    assert log.read_text().split() == ["40", "80", "160", "226", "320", "452", "640"] * 10
    assert told[-1] == ("learning curve: part 10 of 10", 9, 10)


def test_only_the_newest_rows_are_used(
    worker: Worker, code: Code, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "MOST", 400)

    assert learning.learning(worker, made(code, 800)).largest == 320


def test_a_handful_of_rows_is_no_curve(worker: Worker, code: Code) -> None:
    with pytest.raises(Broken, match="at least 4 are needed"):
        learning.learning(worker, made(code, 30))


def test_a_part_without_one_of_the_classes_is_left_out(worker: Worker, code: Code) -> None:
    training = made(code, 800)
    rare = training._replace(label=np.arange(800) == 3, task="binary")

    with pytest.raises(Broken, match="learning curve"):
        learning.learning(worker, rare)
