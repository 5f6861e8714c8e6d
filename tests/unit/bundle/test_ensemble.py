"""What is special about trees in a graph: one leaf, several outputs, categories never seen."""

from pathlib import Path

import numpy as np
import planted_forms
from planted_forms import ROWS

from mainstay.bundle import graph, interpret, parity
from mainstay.bundle.form import Feature, Form, Member, table
from mainstay.bundle.onnx import Graph, Written
from mainstay.core.inputs import Input

INPUTS = Input("size", "number"), Input("code", "number")


def scored(model: Form, rows: np.ndarray, folder: Path) -> np.ndarray:
    path = folder / "scores.onnx"
    path.write_bytes(graph.margins(model))
    finish = interpret.finished(model)
    return Graph(path, INPUTS, classes=model.outputs, written=Written(finish)).scores(rows)


def test_a_tree_that_is_one_leaf_answers_everything_alike(tmp_path: Path) -> None:
    leaf = {
        name: table(np.array([value]), kind)
        for name, value, kind in (
            *(("feature", -1, "i4"), ("threshold", 0.0, "f8"), ("left", 0, "i4")),
            *(("right", 0, "i4"), ("missing_left", 0, "u1"), ("category", -1, "i4")),
        )
    }
    model = planted_forms.grown(**leaf, value=table(np.array([[4.0]]), "f8"))

    assert scored(model, ROWS, tmp_path).tolist() == [4.5] * len(ROWS)


def test_leaves_may_speak_for_every_output(tmp_path: Path) -> None:
    value = np.arange(15.0).reshape(5, 3)
    body = planted_forms.trees(
        target=table(np.array([-1]), "i4"), value=table(value, "f8"), base=(0.0, 0.0, 0.5)
    )
    model = Form(2, 3, (Member((Feature(0), Feature(1)), body, "none"),))

    made = scored(model, ROWS, tmp_path)

    assert made[0].tolist() == [9.0, 10.0, 11.5]
    assert parity.compared(interpret.scores(model, ROWS), made).exact


def test_a_code_beyond_every_set_goes_right(tmp_path: Path) -> None:
    rows = np.array([[1.0, code] for code in (0.0, 1.0, 2.0, 3.0, 99.0, -1.0, np.nan)])
    model = planted_forms.grown()

    made = scored(model, rows, tmp_path)

    assert made.tolist() == [20.5, 10.5, 20.5, 20.5, 20.5, 20.5, 10.5]
    assert parity.compared(interpret.scores(model, rows), made).exact


def test_leaves_are_added_in_the_order_of_the_trees(tmp_path: Path) -> None:
    """In any other order 1e16 + 1 + 1 - 1e16 is another number."""
    count = 4
    size = 5 * count
    one = planted_forms.trees()
    tiled = {
        name: table(np.tile(getattr(one, name).array, count), kind)
        for name, kind in (
            *(("feature", "i4"), ("threshold", "f8"), ("missing_left", "u1")),
            ("category", "i4"),
        )
    }
    starts = np.repeat(np.arange(0, size, 5), 5)
    moved = {
        name: table(np.tile(getattr(one, name).array, count) + starts, "i4")
        for name in ("left", "right")
    }
    leaves = np.repeat([1e16, 1.0, 1.0, -1e16], 5).reshape(-1, 1)
    model = planted_forms.grown(
        **tiled,
        **moved,
        roots=table(np.arange(0, size, 5), "i4"),
        target=table(np.zeros(count), "i4"),
        value=table(leaves, "f8"),
        base=(0.0,),
    )

    made = scored(model, ROWS, tmp_path)

    assert set(made.tolist()) == {((1e16 + 1.0) + 1.0) - 1e16} == {0.0}
