from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mainstay.bundle import environment
from mainstay.bundle.worker import Worker
from mainstay.core.columns import Text
from mainstay.core.errors import Mistake, Unavailable
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

HOUR, SIZE = Input("hour", "integer"), Input("size", "number")
ADDED = """
    # /// script
    # requires-python = ">=3.11"
    # dependencies = ["numpy", "polars", "onnx", "onnxruntime"]
    # ///
    import onnx
    import polars
    from onnx import TensorProto, helper

    def tensor(name):
        return helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1])

    def train(inputs: polars.DataFrame, label: polars.Series):
        print(*inputs.schema.values())
        print(inputs["origin"].to_list(), inputs["size"].to_list(), label.to_list())
        add = helper.make_node("Add", ["hour", "size"], ["sum"])
        graph = helper.make_graph([add], "g", [tensor("hour"), tensor("size")], [tensor("sum")])
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
        made.ir_version = 9
        onnx.save(made, "added.onnx")
        return "added.onnx"
"""


@pytest.fixture
def training(code: Code) -> Training:
    rows = np.arange(10.0).reshape(10, 1)
    return Training(code(MEAN), (SIZE,), rows, rows[:, 0], "regression", 3)


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
    folder = code("""
        import numpy as np

        class Majority:
            def predict_proba(self, inputs):
                return np.ones((len(inputs), 1))

        def train(inputs: np.ndarray, label):
            model = Majority()
            model.classes_ = np.unique(label)
            return model
    """)
    label = np.array([False, False, True, True])
    rows = np.zeros((4, 1))

    scores = fit.out_of_fold(worker, Training(folder, (SIZE,), rows, label, "binary"), folds=2)

    assert scores.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_the_same_seed_gives_the_same_scores_bit_for_bit(worker: Worker, code: Code) -> None:
    folder = code("""
        import random
        import numpy as np

        class Lottery:
            def predict(self, inputs):
                return inputs[:, 0] * self.value

        def train(inputs: np.ndarray, label):
            model = Lottery()
            model.value = random.random() + np.random.rand()
            return model
    """)
    rows = np.random.default_rng(0).normal(size=(20, 1))
    once = Training(folder, (SIZE,), rows, rows[:, 0], "regression", 5)
    made = []

    for training in (once, once, once._replace(seed=6)):
        fit.fitted(worker, training)
        made.append(fit.scores(worker, rows).tolist())

    assert made[0] == made[1]
    assert made[0] != made[2]


def test_text_labels_are_the_classes(worker: Worker, code: Code) -> None:
    folder = code("""
        import numpy as np

        class Known:
            def predict_proba(self, inputs):
                return np.tile([0.25, 0.75], (len(inputs), 1))

        def train(inputs: np.ndarray, label):
            model = Known()
            model.classes_ = np.unique(label)
            return model
    """)
    label = Text(np.array([0, 1, 1], dtype=np.int32), ("no", "yes"))
    training = Training(folder, (SIZE,), np.zeros((3, 1)), label, "binary")

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


@pytest.mark.slow
def test_polars_by_annotation_and_onnx_by_path_in_an_environment_of_their_own(
    code: Code, log: Path, tmp_path: Path, missing: Callable[[str], None]
) -> None:
    folder = code(ADDED)
    lock = tmp_path / "pylock.toml"
    try:
        lock.write_bytes(environment.locked(folder / "model.py", tmp_path))
        own = environment.prepared(lock, tmp_path / "environments")
    except Unavailable as error:
        missing(str(error))
    inputs = (Input("origin", "text", ("EWR", "JFK")), HOUR, SIZE)
    rows = np.array([[1, 6, 0.5], [np.nan, 7, np.nan], [0, 8, 2.5]])

    with Worker(own, fit.PROGRAM, log=log) as worker:
        fit.fitted(worker, Training(folder, inputs, rows, np.arange(3.0), "regression"))
        scores = fit.scores(worker, rows)
        saved = fit.saved(worker, tmp_path)
        again = {"file": str(saved.path), "digest": saved.digest, "code": str(folder)}
        shape = {"inputs": msgspec.to_builtins(inputs), "task": "regression", "classes": []}
        worker.call("load", {**again, **shape})
        loaded = fit.scores(worker, rows)

    assert log.read_text().splitlines()[:2] == [
        "Enum(categories=['EWR', 'JFK']) Int64 Float64",
        "['JFK', None, 'EWR'] [0.5, None, 2.5] [0.0, 1.0, 2.0]",
    ]
    assert saved.path.name == "model.onnx"
    assert np.array_equal(scores, rows[:, 1] + rows[:, 2], equal_nan=True)
    assert np.array_equal(scores, loaded, equal_nan=True)
