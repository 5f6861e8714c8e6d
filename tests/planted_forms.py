"""Small portable forms, written by hand, and rows to walk them with."""

from typing import Any

import numpy as np

from mainstay.bundle import form
from mainstay.bundle.form import Feature, Form, Linear, Member, Trees, table

ROWS = np.array(
    [
        [1.0, 0.0],
        [2.0, 1.0],
        [np.nextafter(2.0, 3.0), 2.0],
        [np.nan, np.nan],
        [-5.0, 1.0],
    ]
)


def trees(**members: Any) -> Trees:
    """First by the number (2.0, missing goes right), left of it by category {1}, missing left."""
    usual: dict[str, Any] = {
        "roots": table(np.array([0]), "i4"),
        "target": table(np.array([0]), "i4"),
        "feature": table(np.array([0, 1, -1, -1, -1]), "i4"),
        "threshold": table(np.array([2.0, 0.0, 0.0, 0.0, 0.0]), "f8"),
        "left": table(np.array([1, 2, 0, 0, 0]), "i4"),
        "right": table(np.array([4, 3, 0, 0, 0]), "i4"),
        "missing_left": table(np.array([0, 1, 0, 0, 0]), "u1"),
        "category": table(np.array([-1, 0, -1, -1, -1]), "i4"),
        "value": table(np.array([[0.0], [0.0], [10.0], [20.0], [30.0]]), "f8"),
        "sets": ((1.0,),),
        "comparison": "<=",
        "precision": "float64",
        "base": (0.5,),
        "divisor": 1.0,
    }
    return Trees(**{**usual, **members})


def grown(**members: Any) -> Form:
    cast = (form.Cast(),) if members.get("precision") == "float32" else ()
    features = (Feature(0, cast), Feature(1, cast))
    return Form(2, 1, (Member(features, trees(**members), "none"),))


def line(*steps: form.Step, link: Any = "none", **members: Any) -> Form:
    """Twice the first input after these steps, plus one."""
    body = Linear(table(np.array([[2.0]]), "f8"), (1.0,))
    return Form(2, 1, (Member((Feature(0, steps),), body, link, **members),))
