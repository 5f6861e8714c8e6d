"""The form comes from the model's own process."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import interpret, parity
from mainstay.bundle.form import Form
from mainstay.bundle.worker import Worker
from mainstay.core.errors import Bug
from mainstay.core.inputs import Input
from mainstay.trainer import fit
from mainstay.trainer.fit import Training
from mainstay.trainer.formed import assembled, formed
from mainstay.trainer.importer import Foreign

Code = Callable[..., Path]
SIZE = (Input("size", "number"), Input("hour", "integer"))
FOREST = """
    from sklearn.ensemble import RandomForestRegressor

    def train(inputs, label):
        return RandomForestRegressor(5, max_depth=4, random_state=0).fit(inputs, label)
"""
OWN = """
    import numpy as np

    class Mean:
        def predict(self, inputs):
            return np.zeros(len(inputs))

    def train(inputs, label):
        return Mean()
"""


@pytest.fixture
def training(code: Code) -> Training:
    rows = np.random.default_rng(0).normal(size=(300, 2)).round(3)
    rows[:, 1] = rows[:, 1].round()
    return Training(code(FOREST), SIZE, rows, rows.sum(axis=1), "regression")


def test_a_forest_of_the_worker_says_the_same_here(worker: Worker, training: Training) -> None:
    fit.fitted(worker, training)

    made = formed(worker)

    assert isinstance(made, Form)
    scores = interpret.scores(made, training.rows)
    assert parity.compared(fit.scores(worker, training.rows), scores).exact


def test_a_class_of_the_user_has_no_form(worker: Worker, training: Training, code: Code) -> None:
    fit.fitted(worker, training._replace(code=code(OWN)))

    made = formed(worker)

    assert made == Foreign("the portable form does not hold model.Mean")


def test_a_form_that_is_none_is_our_own_mistake() -> None:
    with pytest.raises(Bug, match=r"the importer made no portable form: .*`members`"):
        assembled({"form": {"inputs": 1, "outputs": 1}}, ())
