"""Rows that hurt, and how far the form of a fitted model is from the model on them."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from mainstay.bundle import graph, interpret, tolerance
from mainstay.bundle.edges import edges
from mainstay.bundle.form import Form
from mainstay.bundle.golden import distances
from mainstay.bundle.onnx import Graph, Written
from mainstay.core.inputs import Input
from mainstay.trainer import worker_process
from mainstay.trainer.formed import assembled
from mainstay.trainer.portable.importing import imported

INPUTS = (
    Input("size", "number"),
    Input("hour", "integer"),
    Input("seen", "integer"),
    Input("origin", "text", ("EWR", "JFK", "LGA", "none")),
    Input("wet", "boolean"),
)
CLASSES = {"binary": [False, True], "multiclass": [0, 1, 2], "regression": []}
FIT = 600
ENDS = (np.nan, 0.0, 5e-324, 1e-35, -1e-35, 1e300, -1e300, 1.7976931348623157e308)
WHOLE = (np.nan, 0.0, -1.0, 1.0, 2.0**53, -(2.0**53))


class Case(NamedTuple):
    """Rows, the first FIT of them to fit on; labels by task."""

    rows: np.ndarray[Any, Any]
    labels: dict[str, np.ndarray[Any, Any]]

    def frame(self) -> Any:
        return frame(self.rows[:FIT])

    def label(self, task: str) -> Any:
        return self.labels[task][:FIT]


class Told(NamedTuple):
    """Scores more than 4 units off: of the interpreter, of onnxruntime; rows compared."""

    interpreter: int
    engine: int
    rows: int
    form: Form


def frame(rows: np.ndarray[Any, Any]) -> Any:
    return worker_process.table("pandas", rows, plain())


def plain() -> list[dict[str, Any]]:
    return [{"name": one.name, "kind": one.kind, "levels": list(one.levels)} for one in INPUTS]


@pytest.fixture(scope="session")
def case() -> Case:
    draw = np.random.default_rng(5)
    count = 5_000
    size = np.round(draw.gamma(2, 150, count), 2)
    hour = draw.integers(0, 24, count).astype(float)
    seen = 1.6e9 + draw.integers(0, 6e7, count)
    origin = draw.integers(0, 3, count).astype(float)
    wet = draw.integers(0, 2, count).astype(float)
    margin = (size > 400) + 0.1 * hour - 1 + 0.5 * (origin == 1) - (seen - 1.63e9) / 3e7
    size[draw.random(count) < 0.1] = np.nan
    origin[draw.random(count) < 0.1] = np.nan
    labels = {
        "binary": draw.random(count) < 1 / (1 + np.exp(-margin)),
        "multiclass": np.digitize(margin, [-0.5, 1.0]).astype(np.int64),
        "regression": margin,
    }
    return Case(np.column_stack([size, hour, seen, origin, wet]), labels)


@pytest.fixture
def told(case: Case, tmp_path: Path) -> Callable[..., Told]:
    """Fits an estimator and says how far its form is from it."""

    def tell(estimator: Any, task: str = "binary", rows: Any = None) -> Told:
        fitted = estimator.fit(case.frame(), case.label(task))
        return compared(fitted, task, case.rows if rows is None else rows, tmp_path)

    return tell


@pytest.fixture
def refused(case: Case) -> Callable[..., str]:
    """Fits an estimator and says why it has no form."""

    def tell(estimator: Any, task: str = "binary") -> str:
        fitted = estimator.fit(case.frame(), case.label(task))
        answer, _ = imported(fitted, "pandas", header(task))
        return str(answer["why"])

    return tell


def header(task: str) -> dict[str, Any]:
    return {"inputs": plain(), "task": task, "classes": CLASSES[task]}


def compared(fitted: Any, task: str, rows: np.ndarray[Any, Any], folder: Path) -> Told:
    answer, arrays = imported(fitted, "pandas", header(task))
    assert not answer["why"]
    form = assembled(answer, tuple(arrays))
    rows = np.vstack([rows, hard(form, rows)])
    original = said(fitted, task, rows)
    path = folder / "scores.onnx"
    path.write_bytes(graph.margins(form))
    engine = Graph(path, INPUTS, written=Written(interpret.finished(form)))
    units = tolerance.units(form, rows, original)
    beyond = [
        int(np.count_nonzero(distances(original, made, units) > 4))
        for made in (interpret.scores(form, rows), engine.scores(rows))
    ]
    return Told(*beyond, len(rows), form)


def hard(form: Form, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Real rows with one input at its ends, or on, below and above where the form turns."""
    moves = [(0, end) for end in ENDS]
    moves += [(at, end) for at in (1, 2) for end in WHOLE]
    moves += [(3, code) for code in (np.nan, 0.0, 1.0, 2.0, 3.0)]
    for at, values in edges(form).items():
        if INPUTS[at].kind == "number":
            near = (np.nextafter(values, -np.inf), values, np.nextafter(values, np.inf))
            moves += [(at, value) for value in np.concatenate(near)]
        elif INPUTS[at].kind == "integer":
            moves += [(at, value) for value in np.floor(values)]
    draw = np.random.default_rng(1)
    made = rows[draw.integers(0, len(rows), len(moves))]
    made[np.arange(len(moves)), [at for at, _ in moves]] = [value for _, value in moves]
    return made[draw.permutation(len(made))[:4000]]


def said(fitted: Any, task: str, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What the worker would answer, NaN for a row that the library refuses."""
    model = worker_process.Model(fitted, "pandas", header(task))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return worker_process.scores(model, rows)
    except Exception:  # noqa: BLE001 - each library refuses in its own way
        if len(rows) == 1:
            return np.full((1, 3) if task == "multiclass" else 1, np.nan)
        half = len(rows) // 2
        return np.concatenate([said(fitted, task, rows[:half]), said(fitted, task, rows[half:])])
