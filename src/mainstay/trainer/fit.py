"""The user's train(), called in the model's own process."""

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.manifest import Task
from mainstay.bundle.worker import Worker, predicted
from mainstay.core.columns import Numbers, Text
from mainstay.core.errors import Mistake
from mainstay.core.inputs import Input, inputs, matrix

Matrix = NDArray[np.float64]
PROGRAM = Path(__file__).with_name("worker_process.py")
"""The file every worker runs; a bundle carries a copy."""


class Training(NamedTuple):
    """What one fit gets. code: folder with model.py. rows: matrix of the inputs, in time order.

    label: one known value per row. task: as in the contract.
    """

    code: Path
    inputs: tuple[Input, ...]
    rows: Matrix
    label: Numbers | Text
    task: Task
    seed: int = 0

    def of(self, places: NDArray[np.int64]) -> "Training":
        """The same on some of the rows."""
        label = self.label
        some = Text(label.codes[places], label.levels) if isinstance(label, Text) else label[places]
        return self._replace(rows=self.rows[places], label=some)


class Fitted(msgspec.Struct, frozen=True):
    """What a fit made; the object itself stays in the worker until the next fit.

    classes: of the label, in the order of multiclass scores; binary: the second is the positive.
    type: of the fitted object. seconds: train() alone.
    """

    task: Task
    seed: int
    classes: tuple[bool | int | float | str, ...]
    type: str
    seconds: float


class Saved(msgspec.Struct, frozen=True):
    """The fitted object as a file: model.pickle or model.onnx."""

    path: Path
    digest: str


def fitted(worker: Worker, training: Training) -> Fitted:
    """Calls train(inputs, label) with the seed set. Raises Mistake at the user's line."""
    return _fitted(worker, training, classes(training.label, training.task))


def scores(worker: Worker, rows: Matrix) -> Matrix:
    """What the model just fitted says of rows: (rows,), multiclass (rows, classes)."""
    return predicted(worker, rows)


def out_of_fold(worker: Worker, training: Training, folds: int = 5) -> Matrix:
    """Scores of every training row by a model that did not see it; folds are blocks of time.

    The worker then holds the model of the last fold: fit again. Raises Mistake for fewer rows
    than folds.
    """
    count = len(training.rows)
    if not 2 <= folds <= count:
        raise Mistake(f"{count} rows cannot be cut into {folds} folds")
    every = np.arange(count)
    known = classes(training.label, training.task)
    made = []
    for block in np.array_split(every, folds):
        _fitted(worker, training.of(np.setdiff1d(every, block)), known)
        made.append(predicted(worker, training.rows[block]))
    return np.concatenate(made)


def saved(worker: Worker, folder: Path) -> Saved:
    """Writes the model just fitted. Raises Mistake where it cannot be pickled."""
    said = worker.call("save", {"folder": str(folder.resolve())}).header
    return Saved(folder / said["file"], said["digest"])


def versions(worker: Worker) -> tuple[str, dict[str, str]]:
    """Python's version and that of every distribution of the environment."""
    said = worker.call("versions").header
    return said["python"], said["packages"]


def classes(label: Numbers | Text, task: Task) -> tuple[bool | int | float | str, ...]:
    """Distinct values of the label, rising; none for regression.

    Raises Mistake where they do not suit the task, or a label is missing.
    """
    if _missing(label):
        raise Mistake("a row to train on has no label")
    if task == "regression":
        return ()
    found: tuple[Any, ...] = (
        label.levels if isinstance(label, Text) else tuple(np.unique(label).tolist())
    )
    if task == "binary" and len(found) != 2:
        raise Mistake(f"a binary label has two values, this one has {len(found)}: {found[:5]}")
    if task == "multiclass" and len(found) < 2:
        raise Mistake(f"every row has the same label: {found}")
    return found


def _fitted(
    worker: Worker, training: Training, known: tuple[bool | int | float | str, ...]
) -> Fitted:
    (label,) = inputs({"label": training.label})
    header = {
        "code": str(training.code.resolve()),
        "inputs": msgspec.to_builtins(training.inputs),
        "label": msgspec.to_builtins(label),
        "task": training.task,
        "classes": known,
        "seed": training.seed,
    }
    arrays = training.rows, matrix({"label": training.label}, (label,))[:, 0]
    said = worker.call("fit", header, arrays).header
    return Fitted(training.task, training.seed, known, said["type"], said["seconds"])


def _missing(label: Numbers | Text) -> bool:
    if isinstance(label, Text):
        return bool((label.codes < 0).any())
    return bool(np.isnan(label).any()) if label.dtype.kind == "f" else False
