"""The learning curve of a model in its own process."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from one_line import CHANCES

from mainstay.bundle.worker import Worker
from mainstay.core.errors import Broken
from mainstay.core.inputs import Input
from mainstay.core.progress import Tell, nothing
from mainstay.stats.forecasts.curve import Curve
from mainstay.trainer import learning, trial
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import METRIC, Marks, scale
from mainstay.trainer.trial import Ground

Code = Callable[..., Path]
Grounds = Callable[..., Ground]
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


def made(code: Code, rows: int) -> Training:
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, 8))
    label = x @ np.ones(8) + random.normal(0, 4, rows)
    return Training(code(LINES), INPUTS, x, label, "regression", 3)


def curve(worker: Worker, training: Training, rows: Ground, tell: Tell = nothing) -> Curve:
    """By the usual metric of the task; raises what stands in its place."""
    usual = scale(METRIC[training.task], rows)
    (found,) = learning.learning(worker, training, Marks(rows, (usual,)), tell=tell)
    if isinstance(found, Broken):
        raise found
    return found


def test_more_rows_make_a_model_better(worker: Worker, code: Code, ground: Grounds) -> None:
    training = made(code, 800)
    found = curve(worker, training, ground(training.label, "regression"))

    assert found.sizes.tolist() == [40, 80, 160, 226, 320, 452, 640]
    error = found.errors.mean(axis=0)
    assert error[0] > error[-1] > 0


def test_parts_of_every_repeat_are_fitted_and_no_fit_sees_more_than_its_anchor(
    worker: Worker, code: Code, ground: Grounds, log: Path
) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(step: str, /, *, done: int = 0, of: int = 0) -> None:
        told.append((step, done, of))

    training = made(code, 800)
    curve(worker, training, ground(training.label, "regression"), tell)

    assert log.read_text().split() == ["40", "80", "160", "226", "320", "452", "640"] * 10
    assert told[-1] == ("learning curve: part 10 of 10", 9, 10)


def test_only_the_newest_rows_are_used(
    worker: Worker, code: Code, ground: Grounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "MOST", 400)
    training = made(code, 800)

    assert curve(worker, training, ground(training.label, "regression")).largest == 320


def test_a_handful_of_rows_is_no_curve(worker: Worker, code: Code, ground: Grounds) -> None:
    training = made(code, 30)

    with pytest.raises(Broken, match="at least 4 are needed"):
        curve(worker, training, ground(training.label, "regression"))


def test_a_part_without_one_of_the_classes_is_left_out(
    worker: Worker, code: Code, ground: Grounds
) -> None:
    training = made(code, 800)
    rare = training._replace(label=np.arange(800) == 3, task="binary")

    with pytest.raises(Broken, match="learning curve"):
        curve(worker, rare, ground(rare.label))


def test_the_same_fits_are_scored_on_every_scale(
    worker: Worker, code: Code, ground: Grounds, log: Path
) -> None:
    training, money = made(code, 800), "{currency: EUR, per_unit_over: -1, per_unit_under: -1}"
    rows = ground(training.label, "regression", money)
    scales = tuple(scale(one, rows) for one in ("mae", "value_per_1000"))

    error, paid = learning.learning(worker, training, Marks(rows, scales))

    assert len(log.read_text().split()) == 70
    assert not isinstance(error, Broken)
    assert not isinstance(paid, Broken)
    assert paid.errors == pytest.approx(error.errors)


def test_a_threshold_is_chosen_on_what_other_parts_held_out(
    worker: Worker, code: Code, ground: Grounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(0).normal(size=(300, 8))
    label = x[:, 0] + np.random.default_rng(1).normal(0, 2, 300) > 0
    training = Training(code(CHANCES), INPUTS, x, label, "binary", 3)
    rows = ground(label, money="{currency: EUR, true_positive: 10, false_positive: -9}")
    paid = (scale("value_per_1000", rows),)
    asked: list[int] = []

    def chosen(some: Ground, score: np.ndarray) -> float:
        asked.append(len(some.label))
        return trial.earning(some.contract, some.label, score, None)

    monkeypatch.setattr(trial, "threshold", chosen)
    (apart,) = learning.learning(worker, training, Marks(rows, paid))
    assert set(asked) == {240}

    assert not isinstance(apart, Broken)
    assert 0 < 1 - apart.errors[:, -1].mean() < 1
