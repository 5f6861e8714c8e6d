"""The backtest matrix of a model in its own process."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle.worker import Worker
from mainstay.core.errors import Broken
from mainstay.core.inputs import Input
from mainstay.stats.forecasts import backtest as matrices
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.trainer import backtests, trial
from mainstay.trainer.fit import Training
from mainstay.trainer.skill import METRIC, Marks, scale
from mainstay.trainer.trial import Ground

Code = Callable[..., Path]
Grounds = Callable[..., Ground]
Backtests = Callable[..., Backtest]
DAY = 86_400_000_000
SLOPE = """
    import numpy as np

    class Line:
        def predict(self, inputs):
            return inputs[:, 0] * self.slope

    def train(inputs: np.ndarray, label):
        print(len(label))
        model = Line()
        x = inputs[:, 0]
        model.slope = float((x * np.asarray(label)).sum() / (x * x).sum())
        return model
"""
CLASSES = """
    import numpy as np

    class Both:
        def predict_proba(self, inputs):
            return np.column_stack([1 - inputs[:, 0], inputs[:, 0]])

    def train(inputs: np.ndarray, label):
        model = Both()
        model.classes_ = np.unique(label)
        return model
"""
DAYS, ROWS = 12, 120
WHEN = np.repeat(np.arange(DAYS), ROWS) * float(DAY)


@pytest.fixture
def training(code: Code) -> Training:
    """A slope that grows by the day, so that models age."""
    x = np.random.default_rng(0).normal(size=len(WHEN))
    label = x * (1 + 0.1 * WHEN / DAY)
    return Training(code(SLOPE), (Input("x", "number"),), x[:, None], label, "regression", 3)


@pytest.fixture
def backtest(worker: Worker, ground: Grounds, tmp_path: Path) -> Backtests:
    """By the usual metric of the task."""

    def made(training: Training, name: str = "kept", **given: object) -> Backtest:
        label = np.asarray(training.label, dtype=np.float64)
        rows = ground(label, training.task)
        marks = Marks(rows, (scale(METRIC[training.task], rows),))
        plan, kept = backtests.plan(WHEN), tmp_path / name
        (found,) = backtests.backtest(worker, training, plan, marks, kept=kept, **given)  # type: ignore[arg-type]  # tell
        return found

    return made


def test_periods_are_the_finest_that_hold_enough_rows() -> None:
    found = backtests.plan(WHEN)

    assert (found.days, found.periods, found.training, found.season) == (1, DAYS, 3, 7)
    assert found.place.tolist() == (WHEN // DAY).tolist()


def test_periods_begin_with_the_first_row_whatever_its_year() -> None:
    later = backtests.plan(WHEN + 20_000 * DAY)

    assert later.place.tolist() == backtests.plan(WHEN).place.tolist()


def test_no_rows_make_no_periods() -> None:
    with pytest.raises(Broken, match="0 rows make no 4 periods"):
        backtests.plan(np.zeros(0))


def test_periods_without_enough_rows_do_not_count() -> None:
    found = backtests.plan(WHEN[(WHEN // DAY != 5) | (np.arange(len(WHEN)) % 2 == 0)])

    assert (found.days, found.periods) == (1, DAYS - 1)
    assert (found.place == -1).sum() == ROWS // 2


def test_a_long_time_is_cut_into_longer_periods() -> None:
    assert backtests.plan(np.arange(365 * 200) * DAY / 200.0).days == 7


def test_too_short_a_time_tells_nothing_of_how_long_a_model_lasts() -> None:
    with pytest.raises(Broken, match="nothing tells how long"):
        backtests.plan(WHEN[WHEN < 3 * DAY])


def test_a_model_of_a_past_that_is_gone_scores_less_with_age(
    training: Training, backtest: Backtests
) -> None:
    made = backtest(training)

    assert matrices.checked(made) is made
    ages = matrices.aged(made.scores, np.array([2]), 9)[0]
    assert (np.diff(ages) < 0).all()
    assert made.no_skill == 0


def test_a_fit_takes_the_rows_of_its_window_and_no_more_than_the_cap(
    training: Training, backtest: Backtests, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backtest(training, "one")
    monkeypatch.setattr(backtests, "TRAINED", 50)
    backtest(training, "two")

    assert log.read_text().split() == ["360"] * 9 + ["50"] * 9


def test_what_was_fitted_is_not_fitted_again(
    training: Training, backtest: Backtests, tmp_path: Path, log: Path
) -> None:
    whole = backtest(training)
    (tmp_path / "kept" / "7.json").unlink()
    told: list[tuple[str, int, int]] = []

    def tell(step: str, /, *, done: int = 0, of: int = 0) -> None:
        told.append((step, done, of))

    again = backtest(training, tell=tell)

    assert np.array_equal(whole.scores, again.scores, equal_nan=True)
    assert len(log.read_text().split()) == 9 + 1
    assert told[-1] == ("backtest: fit 9 of 9", 8, 9)


def test_a_window_without_one_of_the_classes_has_no_scores(code: Code, backtest: Backtests) -> None:
    score = np.random.default_rng(0).random(len(WHEN))
    label = (score > 0.5) & (WHEN >= 4 * DAY)
    inputs = (Input("x", "number"),)
    training = Training(code(CLASSES), inputs, score[:, None], label, "binary", 3)

    made = backtest(training)

    assert np.isnan(made.scores[:4]).all()
    assert made.scores[4, 5:] == pytest.approx(np.ones(DAYS - 5))
    assert made.no_skill == 0.5


def test_a_threshold_is_chosen_on_rows_of_the_window_that_the_fit_left_out(
    worker: Worker, code: Code, ground: Grounds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays as the model ages: where yes becomes rare, what it earns falls with it."""
    score = np.random.default_rng(0).random(len(WHEN))
    label = np.random.default_rng(1).random(len(WHEN)) < score / (1 + WHEN / DAY)
    training = Training(code(CLASSES), (Input("x", "number"),), score[:, None], label, "binary", 3)
    rows = ground(label, money="{currency: EUR, true_positive: 10, false_positive: -9}")
    scales = (scale("value_per_1000", rows), scale("roc_auc", rows))
    asked: list[int] = []
    told = trial.threshold

    def threshold(some: Ground, said: np.ndarray) -> float:
        asked.append(len(some.label))
        return told(some, said)

    monkeypatch.setattr(trial, "threshold", threshold)
    given = worker, training, backtests.plan(WHEN), Marks(rows, scales)
    paid, auc = backtests.backtest(*given, kept=tmp_path / "kept")

    assert set(asked) == {3 * ROWS // backtests.ASIDE}
    assert (paid.no_skill, auc.no_skill) == (0, 0.5)
    first = paid.scores[2]
    assert np.nanmean(first[3:6]) > np.nanmean(first[9:])
    assert np.nanmin(auc.scores) > 0.5
