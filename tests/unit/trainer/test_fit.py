from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle.worker import Worker
from mainstay.core.columns import Text
from mainstay.core.errors import Mistake
from mainstay.core.inputs import Input
from mainstay.trainer import fit
from mainstay.trainer.fit import Training

Code = Callable[..., Path]
MEAN = """
    import numpy as np

    class Mean:
        def predict(self, inputs):
            return np.full(len(inputs), self.value)

    def train(inputs: np.ndarray, label):
        model = Mean()
        model.value = float(label.mean())
        print(len(label))
        return model
"""


@pytest.fixture
def training(code: Code) -> Training:
    rows = np.arange(10.0).reshape(10, 1)
    return Training(code(model=MEAN), (Input("size", "number"),), rows, rows[:, 0], "regression", 3)


def test_a_fit_says_what_it_made_and_leaves_it_in_the_worker(
    worker: Worker, training: Training
) -> None:
    made = fit.fitted(worker, training)

    assert (made.task, made.seed, made.classes, made.type) == ("regression", 3, (), "model.Mean")
    assert made.seconds >= 0
    assert fit.scores(worker, training.rows).tolist() == [4.5] * 10


def test_out_of_fold_scores_come_from_a_model_that_did_not_see_the_row(
    worker: Worker, training: Training, log: Path
) -> None:
    scores = fit.out_of_fold(worker, training, folds=3)

    blocks = ([0, 1, 2, 3], [4, 5, 6], [7, 8, 9])
    others = [np.mean([n for n in range(10) if n not in block]) for block in blocks]
    assert scores.tolist() == [others[0]] * 4 + [others[1]] * 3 + [others[2]] * 3
    assert log.read_text().split() == ["6", "7", "7"]


def test_a_fold_without_one_of_the_classes_still_scores_both(worker: Worker, code: Code) -> None:
    folder = code(
        model="""
        import numpy as np

        class Majority:
            def predict_proba(self, inputs):
                return np.ones((len(inputs), 1))

        def train(inputs: np.ndarray, label):
            model = Majority()
            model.classes_ = np.unique(label)
            return model
    """
    )
    label = np.array([False, False, True, True])
    rows = np.zeros((4, 1))

    scores = fit.out_of_fold(
        worker, Training(folder, (Input("size", "number"),), rows, label, "binary"), folds=2
    )

    assert scores.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_the_same_seed_gives_the_same_scores_bit_for_bit(worker: Worker, code: Code) -> None:
    folder = code(
        model="""
        import random
        import numpy as np

        class Lottery:
            def predict(self, inputs):
                return inputs[:, 0] * self.value

        def train(inputs: np.ndarray, label):
            model = Lottery()
            model.value = random.random() + np.random.rand()
            return model
    """
    )
    rows = np.random.default_rng(0).normal(size=(20, 1))
    once = Training(folder, (Input("size", "number"),), rows, rows[:, 0], "regression", 5)
    made = []

    for training in (once, once, once._replace(seed=6)):
        fit.fitted(worker, training)
        made.append(fit.scores(worker, rows).tolist())

    assert made[0] == made[1]
    assert made[0] != made[2]


def test_text_labels_are_the_classes(worker: Worker, code: Code) -> None:
    folder = code(
        model="""
        import numpy as np

        class Known:
            def predict_proba(self, inputs):
                return np.tile([0.25, 0.75], (len(inputs), 1))

        def train(inputs: np.ndarray, label):
            model = Known()
            model.classes_ = np.unique(label)
            return model
    """
    )
    label = Text(np.array([0, 1, 1], dtype=np.int32), ("no", "yes"))
    training = Training(folder, (Input("size", "number"),), np.zeros((3, 1)), label, "binary")

    made = fit.fitted(worker, training)

    assert made.classes == ("no", "yes")
    assert fit.scores(worker, training.rows).tolist() == [0.75] * 3


def test_saving_gives_the_file_and_its_digest(
    worker: Worker, training: Training, tmp_path: Path
) -> None:
    fit.fitted(worker, training)

    saved = fit.saved(worker, tmp_path)

    assert saved.path == tmp_path / "model.pickle"
    assert saved.path.is_file()
    assert len(saved.digest) == 64


def test_versions_come_from_the_models_environment(worker: Worker) -> None:
    python, packages = fit.versions(worker)

    assert python == worker.environment.python
    assert packages["numpy"] == np.__version__


@pytest.mark.parametrize(
    ("label", "task", "told"),
    [
        (np.array([1.0, np.nan]), "regression", "has no label"),
        (Text(np.array([0, -1], dtype=np.int32), ("a",)), "multiclass", "has no label"),
        (np.array([0, 1, 2]), "binary", "a binary label has two values, this one has 3"),
        (np.array([True, True]), "binary", "a binary label has two values, this one has 1"),
        (np.array([4, 4]), "multiclass", "every row has the same label"),
    ],
)
def test_a_label_that_does_not_suit_the_task_is_refused(
    label: np.ndarray, task: str, told: str
) -> None:
    with pytest.raises(Mistake, match=told):
        fit.classes(label, task)


@pytest.mark.parametrize("folds", [1, 11])
def test_folds_need_rows(worker: Worker, training: Training, folds: int) -> None:
    with pytest.raises(Mistake, match=f"10 rows cannot be cut into {folds} folds"):
        fit.out_of_fold(worker, training, folds=folds)
