"""Graphs against the interpreter: every step, link and calibration, on rows that hurt."""

from pathlib import Path
from typing import Any

import numpy as np
import planted_forms
import pytest

from mainstay.bundle import form, graph, interpret, parity
from mainstay.bundle.form import Feature, Form, Linear, Member, table
from mainstay.bundle.onnx import Graph, Written
from mainstay.core.inputs import Input

INPUTS = Input("size", "number"), Input("origin", "text", ("a", "b", "c"))
SIZES = (np.nan, 0.0, 0.3, 1.0, 1.5, 2.0, 2.5, -3.0, 1e10, -5e-324, 1e300)
ROWS = np.array([[size, code] for size in SIZES for code in (0.0, 1.0, 2.0, np.nan)])
FILL = form.Impute(0.7)
STEPS = {
    "impute": (FILL,),
    "scale": (FILL, form.Arithmetic("subtract", 0.1), form.Arithmetic("divide", 0.3)),
    "range": (FILL, form.Arithmetic("multiply", 0.1), form.Arithmetic("add", 0.3)),
    "clip": (FILL, form.Clip(-1.0, 2.0)),
    "cast": (FILL, form.Clip(-1.0, 2.0), form.Cast(), form.Arithmetic("add", 0.0)),
    "cast last": (FILL, form.Clip(-1.0, 2.0), form.Cast()),
    "one of one": (form.OneOf((1.0,), missing=False),),
    "one of none": (form.OneOf((), missing=True),),
    "one of two": (form.OneOf((1.0, 2.0), missing=True),),
    "position": (form.Position((0.0, 2.0, 1.5), -1.0, -2.0),),
    "known": (form.Known((0.0, 1.0)), FILL),
    "bins": (FILL, form.Bins((0.3, 1.0, 2.0))),
    "no bins": (FILL, form.Bins(())),
}


def engine(model: Form, folder: Path, *, classes: int = 0) -> Graph:
    path = folder / "scores.onnx"
    path.write_bytes(graph.margins(model))
    return Graph(path, INPUTS, classes=classes, written=Written(interpret.finished(model)))


def whole(model: Form, folder: Path, *, classes: int = 0) -> Graph:
    path = folder / "whole.onnx"
    path.write_bytes(graph.written(model))
    return Graph(path, INPUTS, classes=classes)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_drawn_as_it_is_walked(name: str, tmp_path: Path) -> None:
    model = planted_forms.line(*STEPS[name])

    made = engine(model, tmp_path).scores(ROWS)

    assert parity.compared(interpret.scores(model, ROWS), made).exact


def test_columns_with_other_steps_keep_their_places(tmp_path: Path) -> None:
    text = Feature(1, (form.Lookup((5.0, 6.0, 7.0), 8.0),))
    features = (
        Feature(0, (FILL, form.Clip(0.0, 9.0))),
        text,
        Feature(1, (form.OneOf((2.0,), missing=False),)),
        Feature(0, (FILL, form.Clip(1.0, 3.0))),
        Feature(1, (form.Lookup((1.0, 2.0, 3.0), 4.0),)),
    )
    body = Linear(table(np.array([[1.0, 10.0, 100.0, 1000.0, 10000.0]]), "f8"), (0.0,))
    model = Form(2, 1, (Member(features, body, "none"),))

    made = engine(model, tmp_path).scores(np.array([[2.0, 2.0], [2.0, np.nan]]))

    assert made.tolist() == [32172.0, 42082.0]


@pytest.mark.parametrize("members", [{}, {"comparison": "<"}, {"precision": "float32"}])
def test_trees_are_drawn_as_they_are_walked(members: dict[str, Any], tmp_path: Path) -> None:
    model = planted_forms.grown(**members, base=(0.1,), divisor=3.0)

    made = engine(model, tmp_path).scores(planted_forms.ROWS)

    assert parity.compared(interpret.scores(model, planted_forms.ROWS), made).exact


def test_a_refused_row_has_no_number(tmp_path: Path) -> None:
    checks = {"numbers": (Feature(1),), "finite": (Feature(0),)}
    model = planted_forms.line(FILL, **checks)
    rows = np.array([[1.0, 0.0], [1.0, np.nan], [np.inf, 0.0], [np.nan, 0.0]])

    made = engine(model, tmp_path).scores(rows)

    assert np.isnan(made).tolist() == [False, True, True, False]
    assert parity.compared(interpret.scores(model, rows), made).exact


LINKS = [
    ("logistic", None),
    ("logistic", form.Isotonic((0.0, 0.4, 1.0), (0.1, 0.2, 0.9))),
    ("none", form.Sigmoid(-1.5, 0.2)),
]


@pytest.mark.parametrize(("link", "calibration"), LINKS)
def test_the_last_steps_are_those_of_the_interpreter(
    link: str, calibration: Any, tmp_path: Path
) -> None:
    (one,) = planted_forms.line(
        FILL, form.Clip(-5.0, 5.0), link=link, calibration=calibration
    ).members
    model = Form(2, 1, (one, one))
    expected = interpret.scores(model, ROWS)

    assert parity.compared(expected, engine(model, tmp_path).scores(ROWS)).exact
    assert parity.compared(expected, whole(model, tmp_path).scores(ROWS)).max_ulp <= 8


@pytest.mark.parametrize("link", ["softmax", "normalised"])
def test_several_classes_have_a_column_each(link: Any, tmp_path: Path) -> None:
    body = Linear(table(np.array([[0.1], [0.2], [-0.3]]), "f8"), (0.0, 0.1, 0.2))
    model = Form(2, 3, (Member((Feature(0, (FILL, form.Clip(-5.0, 5.0))),), body, link),))
    expected = interpret.scores(model, ROWS)

    assert parity.compared(expected, engine(model, tmp_path, classes=3).scores(ROWS)).exact
    assert parity.compared(expected, whole(model, tmp_path, classes=3).scores(ROWS)).max_ulp <= 8


def test_one_row_scores_bit_for_bit_like_many(tmp_path: Path) -> None:
    model = planted_forms.line(FILL, form.Clip(-5.0, 5.0), link="logistic")
    rows = np.random.default_rng(0).normal(size=(333, 2))
    made = engine(model, tmp_path)

    alone = np.array([made.score(row) for row in rows.tolist()])

    assert (made.scores(rows) == alone).all()
