"""The process is driven as its client drives it: over its socket."""

import hashlib
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mainstay.bundle import link
from mainstay.bundle.worker import Worker, predicted
from mainstay.core.errors import Broken, Conflict, Mistake
from mainstay.trainer import worker_process

Code = Callable[..., Path]
NUMBER = {"name": "size", "kind": "number", "levels": []}
INPUTS = [
    {"name": "origin", "kind": "text", "levels": ["EWR", "JFK", "LGA"]},
    {"name": "hour", "kind": "integer", "levels": []},
    {"name": "wet", "kind": "boolean", "levels": []},
    NUMBER,
]
ROWS = np.array([[2, 6, 1, 0.5], [0, 7, 0, np.nan], [np.nan, 8, 1, 2.5], [1, 9, 0, 3.5]])
BINARY = {"task": "binary", "classes": [False, True]}
FIRST = """
    import numpy as np

    class First:
        classes_ = [False, True]

        def predict(self, inputs):
            return inputs[:, 0]

        def predict_proba(self, inputs):
            return np.column_stack([1 - inputs[:, 0], inputs[:, 0]])

    def train(inputs: np.ndarray, label):
        return First()
"""


def header(code: Path, **members: Any) -> dict[str, Any]:
    usual = {
        "code": str(code),
        "inputs": [NUMBER],
        "label": {"name": "label", "kind": "number", "levels": []},
        "task": "regression",
        "classes": [],
        "seed": 0,
    }
    return {**usual, **members}


def fit(
    worker: Worker,
    code: Path,
    rows: Any = None,
    label: Any = None,
    kind: Any = None,
    **members: Any,
) -> None:
    """On four rows 0, 1, 2, 3 of one number unless others are given; kind: of the label."""
    rows = np.arange(4.0).reshape(4, 1) if rows is None else rows
    label = np.arange(float(len(rows))) if label is None else np.array(label, dtype=float)
    said = header(code, **members)
    worker.call("fit", {**said, "label": {**said["label"], **(kind or {})}}, [rows, label])


def seen(log: Path) -> list[str]:
    return log.read_text().splitlines()


def test_both_ends_speak_the_same_frames() -> None:
    formats = [part.format for part in (worker_process.FRAME, worker_process.LENGTH)]

    assert formats == [link.FRAME.format, link.LENGTH.format]


def test_it_imports_nothing_but_the_standard_library_and_numpy() -> None:
    done = f"import sys; sys.path.insert(0, {str(Path(worker_process.__file__).parent)!r})\n"
    done += "import worker_process; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-S", "-c", done], capture_output=True, text=True, env={})
    alone = subprocess.run(
        [sys.executable, "-c", done], capture_output=True, text=True, check=True
    ).stdout

    loaded = {name.partition(".")[0] for name in alone.split()}
    assert "numpy" in run.stderr, "only numpy is missing without site-packages"
    assert not loaded & {"mainstay", "pandas", "sklearn", "lightgbm", "pyarrow"}


def test_pandas_is_the_default_and_text_has_exactly_the_stored_levels(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code("""
        class Any:
            def predict(self, inputs):
                return inputs["hour"].to_numpy()

        def train(inputs, label):
            print(type(inputs).__module__, *inputs.dtypes.astype(str))
            print(list(inputs["origin"].cat.categories), inputs["origin"].tolist())
            print(inputs["size"].tolist(), type(label).__name__, label.tolist(), label.dtype)
            return Any()
    """)

    fit(worker, folder, ROWS, [0, 1, 1, 0], {"kind": "boolean"}, inputs=INPUTS)

    assert seen(log)[:3] == [
        "pandas category int64 bool float64",
        "['EWR', 'JFK', 'LGA'] ['LGA', 'EWR', nan, 'JFK']",
        "[0.5, nan, 2.5, 3.5] Series [False, True, True, False] bool",
    ]


def test_arrow_by_annotation(worker: Worker, code: Code, log: Path) -> None:
    folder = code("""
        from __future__ import annotations
        import pyarrow as arrow

        class Any:
            def predict(self, inputs: arrow.Table):
                return inputs.column("hour").to_numpy()

        def train(inputs: arrow.Table, label):
            print(*(str(field.type).replace(" ", "") for field in inputs.schema))
            print(inputs.column("origin").to_pylist(), inputs.column("size").to_pylist())
            print(inputs.column("origin").chunk(0).dictionary.to_pylist(), label.to_pylist())
            return Any()
    """)

    fit(worker, folder, ROWS, [1, 2, 3, 4], inputs=INPUTS)

    assert seen(log)[:3] == [
        "dictionary<values=string,indices=int32,ordered=0> int64 bool double",
        "['LGA', 'EWR', None, 'JFK'] [0.5, None, 2.5, 3.5]",
        "['EWR', 'JFK', 'LGA'] [1.0, 2.0, 3.0, 4.0]",
    ]


def test_numpy_by_annotation_is_the_matrix_itself(worker: Worker, code: Code) -> None:
    fit(worker, code(FIRST), ROWS, inputs=INPUTS)

    assert np.array_equal(predicted(worker, ROWS), ROWS[:, 0], equal_nan=True)


def test_a_library_that_is_not_there_is_a_clear_mistake(worker: Worker, code: Code) -> None:
    folder = code("""
        import sys

        sys.modules["polars"] = None  # as where it is not installed
        class DataFrame: ...
        DataFrame.__module__ = "polars"

        def train(inputs: DataFrame, label): ...
    """)

    with pytest.raises(Mistake, match="polars is needed here") as caught:
        fit(worker, folder)

    assert caught.value.hint == "add polars to `dependencies` at the top of model.py"


def test_a_missing_value_at_scoring_where_training_had_none_becomes_a_float(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code("""
        class Any:
            def predict(self, inputs):
                print(*inputs.dtypes.astype(str))
                return [0.0] * len(inputs)

        def train(inputs, label):
            return Any()
    """)
    fit(worker, folder, ROWS, inputs=INPUTS)

    predicted(worker, np.array([[0, np.nan, np.nan, 1.0]]))

    assert seen(log) == ["category int64 bool float64", "category float64 float64 float64"]


def test_the_seed_is_set_for_random_numpy_and_the_hash_of_text(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code("""
        import random
        import numpy

        class Any:
            def predict(self, inputs):
                return inputs["size"]

        def train(inputs, label):
            print(random.random(), numpy.random.rand(), hash("text"))
            return Any()
    """)

    for seed in (7, 7, 8):
        fit(worker, folder, seed=seed)

    first, again, other = seen(log)
    assert first == again
    assert first.split()[0] == str(random.Random(7).random())
    assert other.split()[:2] != first.split()[:2]
    assert other.split()[2] == first.split()[2]


def test_what_the_users_code_prints_never_gets_into_an_answer(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code("""
        import os, sys
        import numpy as np

        class Loud:
            def predict(self, inputs):
                print("printed " * 10_000)
                os.write(1, b"written\\n")
                sys.stderr.write("told\\n")
                return inputs[:, 0]

        def train(inputs: np.ndarray, label):
            print("hello")
            return Loud()
    """)
    fit(worker, folder)

    scores = predicted(worker, np.array([[3.0], [4.0]]))

    assert scores.tolist() == [3.0, 4.0]
    assert {"hello", "written", "told"} <= set(seen(log))


def test_an_exception_in_train_is_one_line_at_the_users_line(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code(
        """
        import part

        def train(inputs, label):
            part.check(inputs)
        """,
        part="""
        import numpy

        def check(inputs):
            numpy.linalg.inv(numpy.zeros((2, 2)))
        """,
    )

    with pytest.raises(Mistake) as caught:
        fit(worker, folder)

    assert str(caught.value) == "part.py:5: LinAlgError: Singular matrix"
    assert "Traceback (most recent call last):" in seen(log)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def train(inputs, label):\n    return 1 +\n", "model.py:2: SyntaxError: invalid syntax"),
        ("x = 1", "model.py has no function train(inputs, label)"),
        ("def train(inputs): ...", "model.py has no function train(inputs, label)"),
        ("import sys\nsys.exit(3)", "model.py:2: SystemExit: 3"),
        ("def train(inputs, label): ...", "train() returned NoneType, which has neither predict"),
        (
            "def train(inputs, label):\n    return 'missing.onnx'",
            "train() returned the path missing.onnx, where no ONNX file is",
        ),
        ("import absent_library", "model.py:1: ModuleNotFoundError: No module named"),
    ],
)
def test_what_is_wrong_with_model_py_is_told_and_the_process_lives_on(
    worker: Worker, code: Code, text: str, told: str
) -> None:
    with pytest.raises(Mistake) as caught:
        fit(worker, code(text))

    assert str(caught.value).startswith(told)
    assert worker.call("versions").header["python"] == sys.version.split()[0]


def test_a_model_that_cannot_score_is_told_of_at_the_fit(worker: Worker, code: Code) -> None:
    folder = code(
        model="""
        class Wrong:
            def predict(self, inputs):
                return inputs["size"].mean()

        def train(inputs, label):
            return Wrong()
    """
    )

    with pytest.raises(Mistake, match=r"a regression model answered 4 rows with .* shape \(\)"):
        fit(worker, folder)


def test_an_onnx_file_without_onnxruntime_is_a_clear_mistake(worker: Worker, code: Code) -> None:
    folder = code("""
        import pathlib
        import sys

        sys.modules["onnxruntime"] = None  # as where it is not installed

        def train(inputs, label):
            path = pathlib.Path("made.onnx")
            path.write_bytes(b"onnx")
            return path
    """)

    with pytest.raises(Mistake, match="onnxruntime is needed here") as caught:
        fit(worker, folder)

    assert caught.value.hint == "add onnxruntime to `dependencies` at the top of model.py"


def test_binary_is_the_probability_of_the_second_class(worker: Worker, code: Code) -> None:
    fit(worker, code(FIRST), np.array([[0.25], [0.75]]), **BINARY)

    assert predicted(worker, np.array([[0.25], [0.75]])).tolist() == [0.25, 0.75]


@pytest.mark.parametrize(("only", "probability"), [(0.0, 0.0), (1.0, 1.0)])
def test_a_fit_that_saw_one_class_only_is_sure_of_it(
    worker: Worker, code: Code, only: float, probability: float
) -> None:
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

    fit(worker, folder, None, [only] * 4, {"kind": "boolean"}, **BINARY)

    assert predicted(worker, np.zeros((2, 1))).tolist() == [probability] * 2


def test_multiclass_columns_stand_in_the_order_of_the_classes(worker: Worker, code: Code) -> None:
    folder = code("""
        import numpy as np

        class Sure:
            classes_ = np.array(["c", "a"])

            def predict_proba(self, inputs):
                return np.tile([0.7, 0.3], (len(inputs), 1))

        def train(inputs: np.ndarray, label):
            assert label.tolist() == ["b", "c", "a"], label
            return Sure()
    """)
    kind = {"kind": "text", "levels": ["a", "b", "c"]}

    fit(worker, folder, np.zeros((3, 1)), [1, 2, 0], kind, task="multiclass", classes=[*"abc"])

    assert predicted(worker, np.zeros((1, 1))).tolist() == [[0.3, 0.0, 0.7]]


def test_a_class_that_the_label_does_not_have_is_told(worker: Worker, code: Code) -> None:
    with pytest.raises(Mistake, match="the model knows the class False, the label has"):
        fit(worker, code(FIRST), task="binary", classes=["no", "yes"])


def test_requests_that_came_while_the_model_was_busy_are_scored_together(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code("""
        import time
        import numpy as np

        class Slow:
            def predict(self, inputs):
                time.sleep(0.2)
                print("rows", len(inputs))
                return inputs[:, 0] * 2

        def train(inputs: np.ndarray, label):
            return Slow()
    """)
    fit(worker, folder)

    futures = [worker.submit("predict", arrays=[np.full((n, 1), n * 1.0)]) for n in range(40)]
    answers = [future.result().arrays[0] for future in futures]

    assert all(answer.tolist() == [n * 2.0] * n for n, answer in enumerate(answers))
    assert len(seen(log)) < 10


def test_in_a_batch_only_the_request_at_fault_fails(worker: Worker, code: Code) -> None:
    folder = code("""
        import time
        import numpy as np

        class Picky:
            def predict(self, inputs):
                time.sleep(0.1)
                if (inputs < 0).any():
                    raise ValueError("below zero")
                return inputs[:, 0]

        def train(inputs: np.ndarray, label):
            return Picky()
    """)
    fit(worker, folder)

    futures = [worker.submit("predict", arrays=[np.array([[n]])]) for n in (1.0, -1.0, 2.0, 3.0)]

    with pytest.raises(Mistake, match=r"model.py:9: ValueError: below zero"):
        futures[1].result()
    assert [futures[n].result().arrays[0].item() for n in (0, 2, 3)] == [1.0, 2.0, 3.0]


def test_no_rows_have_no_scores(worker: Worker, code: Code) -> None:
    fit(worker, code(FIRST))

    assert predicted(worker, np.empty((0, 1))).tolist() == []


def test_changed_code_is_read_anew_and_leaves_nothing_beside_itself(
    worker: Worker, code: Code
) -> None:
    model = """
        import part

        def train(inputs, label):
            return part.Constant()
    """
    constant = """
        class Constant:
            def predict(self, inputs):
                return [{0}] * len(inputs)
    """
    answers = []

    for value in ("1.0", "2.0"):
        folder = code(model, part=constant.format(value))
        fit(worker, folder)
        answers.append(predicted(worker, np.zeros((1, 1))).item())

    assert answers == [1.0, 2.0]
    assert sorted(path.name for path in folder.iterdir()) == ["model.py", "part.py"]


def test_a_saved_model_answers_the_same_in_another_process(
    worker: Worker, code: Code, tmp_path: Path
) -> None:
    folder = code(FIRST)
    fit(worker, folder)
    before = predicted(worker, ROWS[:, 1:2])
    saved = worker.call("save", {"folder": str(tmp_path)}).header
    path = tmp_path / saved["file"]

    worker.start()
    worker.call("load", header(folder, file=str(path), digest=saved["digest"]))

    assert saved["file"] == "model.pickle"
    assert saved["digest"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert predicted(worker, ROWS[:, 1:2]).tolist() == before.tolist()


def test_what_cannot_be_pickled_is_told(worker: Worker, code: Code, tmp_path: Path) -> None:
    folder = code("""
        import numpy as np

        def train(inputs: np.ndarray, label):
            class Local:
                def predict(self, inputs):
                    return inputs[:, 0]
            return Local()
    """)
    fit(worker, folder)

    with pytest.raises(Mistake, match="the fitted Local cannot be saved") as caught:
        worker.call("save", {"folder": str(tmp_path)})

    assert "top level of model.py" in caught.value.hint


def test_another_file_than_the_saved_one_is_not_loaded(
    worker: Worker, code: Code, tmp_path: Path
) -> None:
    path = tmp_path / "model.pickle"
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR.")

    with pytest.raises(Broken, match="is not the file that was saved"):
        worker.call("load", header(code(FIRST), file=str(path), digest="0" * 64))

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("operation", ["predict", "save", "export"])
def test_without_a_model_there_is_nothing_to_do(worker: Worker, operation: str) -> None:
    with pytest.raises(Conflict, match="no model has been fitted or loaded"):
        worker.call(operation, {"folder": "."}, [np.zeros((1, 1))])


def test_versions_name_python_and_every_distribution(worker: Worker) -> None:
    said = worker.call("versions").header

    assert said["python"] == sys.version.split()[0]
    assert said["packages"]["numpy"] == np.__version__


def test_it_ends_when_its_input_closes_even_while_it_is_busy(
    worker: Worker, code: Code, log: Path
) -> None:
    folder = code("""
        import time

        def train(inputs, label):
            print("busy")
            time.sleep(60)
    """)
    worker.submit("fit", header(folder), [np.zeros((1, 1)), np.zeros(1)])
    process = worker._process
    assert process
    assert process.stdin
    while not log.read_text():
        pass

    process.stdin.close()

    assert process.wait(10) == 0
