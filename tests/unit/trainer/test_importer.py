from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import parity, trees
from mainstay.bundle.environment import Environment
from mainstay.bundle.lightgbm import Booster
from mainstay.bundle.worker import Worker
from mainstay.core.inputs import Input
from mainstay.trainer import fit, importer
from mainstay.trainer.fit import Training
from mainstay.trainer.importer import Foreign, Native

Code = Callable[..., Path]
INPUTS = (
    Input("origin", "text", ("EWR", "JFK", "LGA")),
    Input("hour", "integer"),
    Input("temp", "number"),
)
CLASSIFIER = """
    from lightgbm import LGBMClassifier

    class Classifier(LGBMClassifier):
        def fit(self, inputs, label):
            return super().fit({seen}, label)

        def predict_proba(self, inputs):
            return super().predict_proba({seen})

    def train(inputs, label):
        return Classifier(n_estimators=20, num_leaves=7, verbose=-1).fit(inputs, label)
"""


@pytest.fixture(scope="module")
def worker(environment: Environment) -> Iterator[Worker]:
    """One for all tests: importing LightGBM takes longer than each of them."""
    with Worker(environment, fit.PROGRAM) as worker:
        yield worker


def training(folder: Path) -> Training:
    draw = np.random.default_rng(0)
    rows = np.column_stack(
        [draw.integers(0, 3, 6000), draw.integers(0, 24, 6000), draw.normal(60, 20, 6000)]
    )
    rows[::17, 0] = np.nan
    rows[::11, 2] = np.nan
    label = (
        np.nan_to_num(rows[:, 0])
        + rows[:, 1] / 10
        + np.nan_to_num(rows[:, 2]) / 40
        + draw.normal(size=6000)
        > 3.5
    )
    return Training(folder, INPUTS, rows, label, "binary")


def test_a_lightgbm_model_comes_out_as_text_and_library_and_says_the_same(
    worker: Worker, code: Code, tmp_path: Path
) -> None:
    given = training(code(CLASSIFIER.format(seen="inputs")))
    fit.fitted(worker, given)

    made = importer.exported(worker, INPUTS, tmp_path / "engine")

    assert isinstance(made, Native)
    assert (made.model.name, made.library.name) == ("model.txt", "lib_lightgbm.so")
    assert (made.kind, made.openmp) == ("lightgbm", None)
    assert made.platform == importer.machine()
    booster = Booster(made.model, made.library)
    hard = parity.adversarial(given.rows, INPUTS, trees.of_lightgbm(made.model.read_text()))
    proof = parity.proof(lambda rows: fit.scores(worker, rows), booster.scores, given.rows, hard)
    assert proof.exact
    assert proof.ordinary.rows == 6000
    assert proof.adversarial.rows > 2000


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ("inputs[['hour', 'temp']]", "the model uses 2 columns, features() makes 3"),
        ("inputs.assign(origin=inputs['origin'].cat.codes)", "on other categories"),
        ("inputs.assign(origin=inputs['origin'].cat.set_categories([*'ab']))", "on other cat"),
    ],
)
def test_a_model_fitted_on_something_else_than_the_inputs_stays_in_its_process(
    worker: Worker, code: Code, tmp_path: Path, seen: str, why: str
) -> None:
    folder = code(CLASSIFIER.format(seen=seen))
    fit.fitted(worker, training(folder))

    made = importer.exported(worker, INPUTS, tmp_path)

    assert isinstance(made, Foreign)
    assert why in made.why
    assert not (tmp_path / "model.txt").exists()


def test_a_model_of_ones_own_has_no_native_form(worker: Worker, code: Code, tmp_path: Path) -> None:
    folder = code("""
        class Constant:
            def predict(self, inputs):
                return [0.5] * len(inputs)

        def train(inputs, label):
            return Constant()
    """)
    fit.fitted(worker, training(folder))

    made = importer.exported(worker, INPUTS, tmp_path)

    assert made == Foreign("Constant is no LightGBM or XGBoost model")
