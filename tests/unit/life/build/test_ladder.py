"""Which engine answers, proven on the model just fitted, and why a faster one does not."""

import platform
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from mixed_rows import INPUTS, drawn, signal

from mainstay.bundle import runtime
from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.core.errors import Mistake, Unavailable
from mainstay.life.build import ladder
from mainstay.life.build.ladder import Candidate, Making
from mainstay.trainer import fit
from mainstay.trainer.fit import Training

XGBOOST = """
    from xgboost import XGBRegressor

    def train(inputs, label):
        return XGBRegressor(n_estimators=5, enable_categorical=True).fit(inputs, label)
"""
LIGHTGBM = """
    from lightgbm import LGBMRegressor

    def train(inputs, label):
        return LGBMRegressor(n_estimators=5, verbose=-1).fit(inputs, label)
"""
LINEAR = """
    import numpy as np

    class Linear:
        def predict(self, inputs):
            if np.isnan(inputs[:, 1:3]).any():
                raise ValueError("no missing hours")
            return inputs[:, 1] + inputs[:, 2]

    def train(inputs: np.ndarray, label):
        return Linear()
"""
Fitted = Callable[..., Making]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One for all tests, of the environment they run in."""
    environment = Environment(Path(sys.prefix), platform.python_version(), "")
    with Worker(environment, fit.PROGRAM) as worker:
        yield worker


@pytest.fixture
def fitted(worker: Worker, tmp_path: Path) -> Fitted:
    """A model.py fitted on some rows, ready for its engine."""

    def made(model: str, rows: np.ndarray | None = None) -> Making:
        code = tmp_path / "code"
        code.mkdir()
        (code / "model.py").write_text(dedent(model))
        given = drawn(2_000) if rows is None else rows
        training = Training(code, INPUTS, given, signal(given), "regression")
        fit.fitted(worker, training)
        folder = tmp_path / "engine"
        folder.mkdir()
        return Making(training, worker, folder)

    return made


@pytest.mark.parametrize(("model", "kind"), [(XGBOOST, "xgboost"), (LIGHTGBM, "lightgbm")])
def test_the_models_own_library_answers_where_it_says_the_same(
    fitted: Fitted, model: str, kind: str
) -> None:
    made = ladder.climbed(fitted(model))

    assert (made.kind, made.note) == (kind, "")
    assert made.proof.exact
    assert (made.proof.tried.in_all, made.proof.ordinary.rows) == (2_000, 2_000)
    assert made.proof.tried.met == made.proof.tried.splits > 50
    assert {runtime.BOOSTER, runtime.LIBRARY} <= made.files.keys()
    assert all(path.is_file() for path in made.files.values())


def test_what_has_no_library_answers_in_its_own_process(fitted: Fitted) -> None:
    made = ladder.climbed(fitted(LINEAR))

    assert (made.kind, made.files) == ("worker", {})
    assert made.note == (
        "Linear is no LightGBM or XGBoost model; the portable form does not hold model.Linear"
    )
    assert (made.proof.ordinary.rows, made.proof.adversarial.rows) == (2_000, 0)


class Off:
    """An engine that is one part in a million off, or has a number where the model has none."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        return np.nan_to_num(matrix[:, 1] + matrix[:, 2]) * self.factor

    def score(self, row: object) -> float:
        raise NotImplementedError

    def close(self) -> None: ...


def broken() -> runtime.Engine:
    raise Unavailable("it does not load here")


@pytest.mark.parametrize(
    ("opened", "why"),
    [
        (lambda: Off(1 + 1e-6), r"the xgboost engine is \d+ ulp off: not used"),
        (lambda: Off(1.0), r"the xgboost engine is \d+ ulp off: not used"),
        (broken, "it does not load here: the xgboost engine is not used"),
    ],
    ids=["other scores", "scores where the model refuses", "no library"],
)
def test_an_engine_that_says_something_else_is_left_out_with_its_files(
    fitted: Fitted,
    monkeypatch: pytest.MonkeyPatch,
    opened: Callable[[], runtime.Engine],
    why: str,
) -> None:
    making = fitted(LINEAR)
    file = making.folder / "model"

    def rung(_: Making) -> Iterator[Candidate | str]:
        file.write_text("x")
        yield Candidate("xgboost", {runtime.BOOSTER: file}, opened)
        yield "nothing lower"

    monkeypatch.setattr(ladder, "RUNGS", (rung,))
    made = ladder.climbed(making)

    assert made.kind == "worker"
    assert re.fullmatch(f"{why}; nothing lower", made.note)
    assert not file.exists()


def test_a_lower_engine_that_holds_says_which_faster_one_is_not_used(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = fitted(XGBOOST)

    def above(_: Making) -> Iterator[Candidate | str]:
        yield "it is no other model"
        yield Candidate("lightgbm", {}, broken)

    monkeypatch.setattr(ladder, "RUNGS", (above, ladder.library))
    made = ladder.climbed(making)

    assert made.kind == "xgboost"
    assert made.note == "it does not load here: the lightgbm engine is not used"


def test_whole_numbers_that_single_precision_does_not_hold_are_a_mistake(fitted: Fitted) -> None:
    rows = drawn(2_000)
    rows[:, 1] += 2**24

    with pytest.raises(Mistake, match=r"hour: whole numbers above 2\^24, which xgboost reads"):
        ladder.climbed(fitted(XGBOOST, rows))


def test_lightgbm_holds_them(fitted: Fitted) -> None:
    rows = drawn(2_000)
    rows[:, 1] += 2**40

    assert ladder.climbed(fitted(LIGHTGBM, rows)).kind == "lightgbm"
