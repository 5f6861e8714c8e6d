"""One row through the trees of a portable form: its steps in Python, its trees in onnxruntime.

A node of a graph costs onnxruntime 2 us a row, however little it does; the steps of 35 columns are
fifteen nodes, and in straight-line Python 5 us.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import graph, stepping
from mainstay.bundle.form import Arithmetic, Form, Member, Trees
from mainstay.bundle.interpret import finished, width

Matrix = NDArray[np.float64]
Run = Callable[[Matrix], Matrix]
MOST = 700.0
"""Margins up to which no power is too large for a float."""


class Alone:
    """The score of one row; says bit for bit what the whole graph and its last steps say."""

    def __init__(self, model: Form, members: Sequence[tuple[stepping.Seeing, Run]]) -> None:
        self._members, self._finish, only = members, finished(model), model.members[0]
        plain = len(members) == 1 and only.link == "logistic" and not only.calibration
        self._logistic = plain and isinstance(only.body, Trees) and only.body.precision == "float64"

    def score(self, row: Sequence[float]) -> float:
        """Of a row of inputs."""
        made = [_margin(seeing, run, row) for seeing, run in self._members]
        if self._logistic and -MOST < made[0] < MOST:
            return 1.0 / (1.0 + float(np.exp(-made[0])))
        return float(self._finish(np.array([made]))[0])


def alone(model: Form, loaded: Callable[[bytes], Run]) -> Alone | None:
    """None where a member is no trees of one sum, or Python would take a step otherwise.

    loaded: the computation of the bytes of an ONNX file.
    """
    if model.outputs > 1 or not all(map(_is_held, model.members)):
        return None
    made = [(stepping.seeing(one), loaded(graph.grown(one))) for one in model.members]
    return Alone(model, made)


def _margin(seeing: stepping.Seeing, run: Run, row: Sequence[float]) -> float:
    seen, nothing = seeing(row)
    margin: float = run(np.array([seen])).item()
    return margin + nothing


def _is_held(member: Member) -> bool:
    """Python raises where it divides by zero; NumPy and onnxruntime do not."""
    features = (*member.features, *member.numbers, *member.finite)
    steps = [step for one in features for step in one.steps if isinstance(step, Arithmetic)]
    zero = any(one.operation == "divide" and one.value == 0 for one in steps)
    return isinstance(member.body, Trees) and width(member) == 1 and not zero
