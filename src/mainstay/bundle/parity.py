"""The proof that an engine says what the model itself says, in units of the last place.

Ordinary rows show what people will see; adversarial ones sit where engines are known to part:
on and beside every split, at missing values and at the ends of the numbers.
"""

import sys
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.golden import distances
from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
Scores = Callable[[Matrix], Matrix]
ORDINARY = 20_000  # rows at most; scoring them twice takes about half a second
HARD = 2_000  # adversarial rows at least
LARGEST, SMALLEST, WHOLE = sys.float_info.max, 5e-324, float(2**53)
ZERO = 1e-35  # what LightGBM takes for zero


class Parity(msgspec.Struct, frozen=True):
    """How many rows differ in any bit, and by how much at most.

    max_difference is infinite where one side has no number.
    """

    rows: int
    differ: int
    max_ulp: int
    max_difference: float

    @property
    def exact(self) -> bool:
        """Whether rows were compared and every bit is the same."""
        return self.rows > 0 and self.differ == 0


class Proof(msgspec.Struct, frozen=True):
    """Both kinds of rows apart: an error rate on adversarial rows is no natural one."""

    ordinary: Parity
    adversarial: Parity

    @property
    def exact(self) -> bool:
        """Whether both kinds agree in every bit."""
        return self.ordinary.exact and self.adversarial.exact


def proof(original: Scores, engine: Scores, rows: Matrix, hard: Matrix) -> Proof:
    """Scores of both on up to ORDINARY of the rows, evenly spaced, and on all the hard ones."""
    places = np.linspace(0, len(rows) - 1, min(len(rows), ORDINARY)).round().astype(np.int64)
    plain, edge = (compared(original(some), engine(some)) for some in (rows[places], hard))
    return Proof(plain, edge)


def compared(original: Matrix, engine: Matrix) -> Parity:
    """Scores of the same rows, shape (rows,) or (rows, classes). Raises Broken for two shapes."""
    ulp = distances(original, engine)
    by_row = ulp if ulp.ndim == 1 else ulp.max(axis=1)
    with np.errstate(invalid="ignore"):
        difference = np.abs(original - engine)
    apart = np.where(ulp == 0, 0.0, np.where(np.isnan(difference), np.inf, difference))
    return Parity(
        len(original),
        int(np.count_nonzero(by_row)),
        int(by_row.max(initial=0)),
        float(apart.max(initial=0.0)),
    )


def adversarial(
    matrix: Matrix, inputs: tuple[Input, ...], model_text: str = "", *, seed: int = 0
) -> Matrix:
    """Real rows with one input moved to where it hurts; all that the guard would let through.

    Text holds its codes and NaN, whole numbers stay whole; model_text: a LightGBM model, whose
    every split is met exactly and from one unit of the last place on either side. At least HARD
    rows: where there are fewer such moves, each is made on several real rows.
    """
    splits = thresholds(model_text)
    moves = [
        (position, value)
        for position, one in enumerate(inputs)
        for value in (*_ends(one), *_edges(one, splits.get(position, [])))
    ]
    moves *= 1 + HARD // len(moves)
    positions, values = zip(*moves, strict=True)
    draws = np.random.default_rng(seed).integers(0, len(matrix), len(moves))
    made = matrix[draws]
    made[np.arange(len(moves)), positions] = values
    return np.vstack([made, np.full((1, len(inputs)), np.nan)])


def thresholds(model_text: str) -> dict[int, list[float]]:
    """Input -> values of its numeric splits in a LightGBM model text, rising, each once."""
    found: dict[int, set[float]] = {}
    for features, values, kinds in _trees(model_text):
        for feature, value, kind in zip(features, values, kinds, strict=True):
            if not int(kind) & 1:  # the first bit marks a categorical split
                found.setdefault(int(feature), set()).add(float(value))
    return {feature: sorted(values) for feature, values in found.items()}


def _trees(model_text: str) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Per tree: split_feature, threshold, decision_type; a tree of one leaf has none."""
    for block in model_text.split("\nTree=")[1:]:
        lines = dict(line.partition("=")[::2] for line in block.splitlines())
        names = ("split_feature", "threshold", "decision_type")
        features, values, kinds = (lines.get(name, "").split() for name in names)
        yield features, values, kinds


def _ends(one: Input) -> tuple[float, ...]:
    match one.kind:
        case "text":
            return (np.nan, *map(float, range(len(one.levels))))
        case "boolean":
            return (np.nan, 0.0, 1.0)
        case "integer":
            return (np.nan, 0.0, -1.0, 1.0, WHOLE, -WHOLE)
        case "number":
            sizes = (0.0, SMALLEST, ZERO, 1.0, 1e300, LARGEST)
            return (np.nan, *sizes, *(-size for size in sizes))


def _edges(one: Input, splits: list[float]) -> Iterator[float]:
    for split in splits:
        if one.kind == "number":
            yield from (float(np.nextafter(split, end)) for end in (-np.inf, np.inf))
            yield split
        elif one.kind == "integer":
            yield from (float(np.floor(split)), float(np.floor(split)) + 1.0)
