"""What each input adds to the margin of one answer, and where the margin starts from.

Trees: exact path-dependent Shapley values, of columns made from one input the sum. Linear models:
coefficient times distance from the mean of the rows trained on, which is the same for them.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import interpret
from mainstay.bundle.form import Form, Linear, Member, Sigmoid, Trees
from mainstay.bundle.shapley import Paths
from mainstay.core.errors import Unavailable

Matrix = NDArray[np.float64]
EXACT, SINGLE = 1e-9, 1e-5
"""How far a sum may be from the margin, in shares of all that was added: of libraries that compute
in double and in single precision."""


class Contributions(NamedTuple):
    """of: one number per input, shape (inputs,). base: the expected margin. margin: their sum.

    The margin is what the model adds up before its link: log odds, of several classes that of the
    one decided for; a value; of forests the answer itself.
    """

    of: Matrix
    base: float
    margin: float


@runtime_checkable
class Explaining(Protocol):
    """An engine that can say it."""

    def contributions(self, row: Sequence[float], output: int) -> Contributions:
        """Of one row of inputs to the margin of a class, 0 where there is only one margin.

        Raises Unavailable where there are none.
        """


def checked(found: Contributions, most: float) -> Contributions:
    """The same. Raises Unavailable where it does not add up, by more than a share `most`."""
    total = found.base + float(found.of.sum())
    scale = abs(found.base) + float(np.abs(found.of).sum()) + abs(found.margin)
    if not abs(total - found.margin) <= most * max(scale, 1e-300):
        raise Unavailable("what its inputs contribute does not add up to its margin")
    return found


def centred(model: Form, rows: Matrix) -> Form:
    """The same, its linear members with the means that reasons are told from; rows: trained on."""
    return msgspec.structs.replace(
        model, members=tuple(_centred(member, rows) for member in model.members)
    )


class Formed:
    """Explains a portable form; safe to use from several threads."""

    def __init__(self, model: Form) -> None:
        """Raises Unavailable for one that cannot be explained."""
        self._model = model
        self._paths = [
            Paths(one.body) if isinstance(one.body, Trees) else None for one in model.members
        ]

    def __call__(self, row: Sequence[float], output: int, raw: Matrix) -> Contributions:
        """raw: the margins that the engine computed, of all members side by side."""
        matrix, places = np.array([row], dtype=np.float64), self._places(output)
        found = [
            _scaled(member, self._member(at, matrix, output)._replace(margin=float(raw[place])))
            for at, (member, place) in enumerate(zip(self._model.members, places, strict=True))
        ]
        of, base, margin = (np.mean(part, axis=0) for part in zip(*found, strict=True))
        return checked(Contributions(of, float(base), float(margin)), self._most)

    @property
    def _most(self) -> float:
        bodies = (one.body for one in self._model.members)
        single = any(isinstance(one, Trees) and one.precision == "float32" for one in bodies)
        return SINGLE if single else EXACT

    def _places(self, output: int) -> list[int]:
        widths = [interpret.width(one) for one in self._model.members]
        return [sum(widths[:at]) + output for at in range(len(widths))]

    def _member(self, at: int, matrix: Matrix, output: int) -> Contributions:
        member, paths = self._model.members[at], self._paths[at]
        seen = interpret.columns(member.features, matrix)[0]
        if paths:
            by_feature, base = paths.contributions(seen, output)
        else:
            assert isinstance(member.body, Linear), "what is no tree is linear"
            by_feature, base = _terms(member.body, seen, output)
        inputs = [one.input for one in member.features]
        of = np.zeros(self._model.inputs)
        np.add.at(of, inputs, by_feature)
        return Contributions(of, base, 0.0)


def _centred(member: Member, rows: Matrix) -> Member:
    if not isinstance(member.body, Linear):
        return member
    seen = interpret.columns(member.features, rows)
    known = seen[np.isfinite(seen).all(axis=1)]
    means = tuple(known.mean(axis=0).tolist()) if len(known) else ()
    return msgspec.structs.replace(member, body=msgspec.structs.replace(member.body, means=means))


def _terms(body: Linear, seen: Matrix, output: int) -> tuple[Matrix, float]:
    """Without means each term is told from zero, and the base is the intercept."""
    slopes = body.coefficients.array.astype(np.float64)[output]
    means = np.array(body.means or np.zeros(len(slopes)))
    return slopes * (seen - means), float(body.intercept[output] + slopes @ means)


def _scaled(member: Member, found: Contributions) -> Contributions:
    """Platt's calibration is a line before its link, so it may be told; another shape is not."""
    match member.calibration:
        case Sigmoid(slope, offset) if member.link == "none":
            of, base, margin = found
            return Contributions(-slope * of, -(slope * base + offset), -(slope * margin + offset))
        case _:
            return found
