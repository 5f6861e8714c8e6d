"""Linear models of the portable form without a library: one order of adding, for one row and many.

A sum of products has no order of its own, and libraries take another one for a batch than for a
row. Here terms are added as they stand, the intercept last: many rows go term by term through
NumPy (`terms`), one row through straight-line Python (`stepping`), and both say the same, bit for
bit.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import form, interpret, stepping
from mainstay.bundle.contributions import Contributions, Formed
from mainstay.bundle.form import Form, Linear
from mainstay.bundle.logistic import chances
from mainstay.bundle.terms import Sum
from mainstay.core.errors import Unavailable

Matrix = NDArray[np.float64]


class Straight:
    """A linear model; safe to use, and to close, from several threads."""

    def __init__(self, model: Form) -> None:
        self._model, self._open = model, True
        self._sums = [Sum(one, one.body) for one in model.members if isinstance(one.body, Linear)]
        self._finish, only = interpret.finished(model), model.members[0]
        plain = len(model.members) == 1 and model.outputs == 1 and not only.calibration
        self._logistic = plain and only.link == "logistic"
        self._alone = [stepping.compiled(one) for one in self._sums] if model.outputs == 1 else []

    def scores(self, matrix: Matrix) -> Matrix:
        """Shape (rows,), or (rows, outputs) of more than one."""
        self._refuse_closed()
        return self._finished(self._margins(matrix))

    def score(self, row: Sequence[float]) -> float:
        """The score of one row of inputs; not for several outputs."""
        self._refuse_closed()
        margins = [alone(row) for alone in self._alone]
        return (
            chances(margins)[0] if self._logistic else float(self._finish(np.array([margins]))[0])
        )

    def contributions(self, row: Sequence[float], output: int) -> Contributions:
        """See contributions.Explaining."""
        self._refuse_closed()
        margins = self._margins(np.array([row], dtype=np.float64))
        return self._formed(row, output, margins[0])

    def close(self) -> None:
        """Whoever asks later is told so."""
        self._open = False

    @cached_property
    def _formed(self) -> Formed:
        return Formed(self._model)

    def _finished(self, margins: Matrix) -> Matrix:
        return (
            np.array(chances(margins[:, 0].tolist())) if self._logistic else self._finish(margins)
        )

    def _margins(self, matrix: Matrix) -> Matrix:
        turned = np.ascontiguousarray(matrix.T)
        with np.errstate(all="ignore"):
            return np.hstack([one.margins(turned) for one in self._sums])

    def _refuse_closed(self) -> None:
        if not self._open:
            _closed()


def opened(portable: Path) -> Straight:
    """The engine of a form as a bundle keeps it. Raises Broken, Conflict."""
    return Straight(form.read(portable))


def _closed() -> NoReturn:
    raise Unavailable("the model was closed: another version has taken its place")
