"""How far an engine may be from the model itself: a few units in the last place of what is added.

A sum of products has no order of its own: the model's library adds a batch otherwise than one row,
and two of its answers for one row part by what was rounded on the way, which grows with how much
was added and how often, however small the sum. Trees are added in their order, and have no such
freedom.
"""

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import interpret
from mainstay.bundle.form import Form, Isotonic, Linear, Member, Sigmoid, Trees

Matrix = NDArray[np.float64]
ROUNDING = 2.0**-53
"""Of one operation in float64, at most, as a share of its result."""


def units(model: Form, matrix: Matrix, answers: Matrix) -> Matrix:
    """What counts as one unit in the last place of the answers to these rows, same shape.

    That of the answer, in the precision of the model's sums, and for linear models also what a sum
    of so many products is off by itself, carried through the link.
    """
    with np.errstate(all="ignore"):
        return _units(model, matrix, answers)


def _units(model: Form, matrix: Matrix, answers: Matrix) -> Matrix:
    single = any(
        isinstance(one.body, Trees) and one.body.precision == "float32" for one in model.members
    )
    kind = np.float32 if single else np.float64
    unit: Matrix = np.spacing(np.abs(answers).astype(kind)).astype(np.float64)
    for member in model.members:
        if isinstance(member.body, Linear):
            more = _carried(member, member.body, matrix) / len(model.members)
            unit = unit + (more if answers.ndim > 1 else more[:, 0])
    return unit


def _carried(member: Member, body: Linear, matrix: Matrix) -> Matrix:
    """One unit of the sum, as it moves the answer of the member."""
    moved = _rounded(body, np.abs(interpret.columns(member.features, matrix)))
    if member.link != "none":
        answer = interpret.linked(interpret.margins(member, matrix), member.link)
        steepness = answer * (1 - answer) if member.link == "logistic" else 2 * answer
        moved = steepness * moved.max(axis=1, keepdims=True)
    match member.calibration:
        case None:
            return moved
        case Sigmoid(slope, _):
            return abs(slope) / 4 * moved
        case Isotonic(places, values):
            return float(np.max(np.diff(values) / np.diff(places))) * moved


def _rounded(body: Linear, columns: Matrix) -> Matrix:
    """What a sum is off by that was rounded r times: sqrt(r) roundings of all that was added.

    r: products that are not zero, and the intercept. Four of these are the source's bound for
    lambda = 4, and never more than two sums can be apart in whatever orders, each by r roundings.
    columns: magnitudes. NaN where they add up to no number.
    Source: Higham and Mary (2019), A New Approach to Probabilistic Rounding Error Analysis.
    """
    slopes = np.abs(body.coefficients.array.astype(np.float64)).T
    added = columns @ slopes + np.abs(np.array(body.intercept))
    often = (columns != 0).astype(np.float64) @ (slopes != 0) + 1
    unit: Matrix = np.minimum(np.sqrt(often), often / 2) * ROUNDING * added
    return np.where(np.isfinite(added), unit, np.nan)
