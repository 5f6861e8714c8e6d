"""The proof that an engine says what the model itself says, in units of the last place.

Ordinary rows show what people will see; adversarial ones sit where engines are known to part:
on and beside every split, at missing values and at the ends of the numbers.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.beside import beside
from mainstay.bundle.golden import distances
from mainstay.bundle.refusals import Scores, answers
from mainstay.bundle.trees import NOTHING, Forest
from mainstay.core.inputs import Input

Matrix = NDArray[np.float64]
Units = Callable[[Matrix, Matrix], Matrix]
"""Of rows and the model's own scores of them: one unit in the last place of each, or more."""
ORDINARY = 10_000  # rows at most; scoring them twice takes about a quarter of a second
HARD = 2_000  # adversarial rows at least, those beside splits not counted
REFUSALS = 5_000  # refused calls, about 5 ms each: a forest refuses a fifth of the hard rows
KINDS = ("missing", "unknown category", "every category", "extreme", "beside splits")
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


class Hard(NamedTuple):
    """Adversarial rows. kinds: how many of each; splits: of the model; met: taken on both sides."""

    rows: Matrix
    kinds: dict[str, int]
    splits: int
    met: int


class Tried(msgspec.Struct, frozen=True):
    """What a proof was tried on: rows there were in all, adversarial rows by kind, splits met."""

    in_all: int = 0
    kinds: dict[str, int] = {}
    splits: int = 0
    met: int = 0


class Proof(msgspec.Struct, frozen=True):
    """Both kinds of rows apart: an error rate on adversarial rows is no natural one."""

    ordinary: Parity
    adversarial: Parity = Parity(0, 0, 0, 0.0)
    tried: Tried = Tried()

    @property
    def exact(self) -> bool:
        """Whether both kinds agree in every bit."""
        return self.ordinary.exact and self.adversarial.exact


def proof(
    original: Scores, engine: Scores, rows: Matrix, hard: Hard, units: Units | None = None
) -> Proof:
    """Scores of both on up to ORDINARY of the rows, evenly spaced, and on all the hard ones.

    A hard row that the original refuses has no number: an engine that has one there is another
    model. Raises Mistake where it refuses ordinary rows.
    """
    plain = ordinary(rows)
    told = original(plain)
    said = compared(told, engine(plain), units(plain, told) if units else None)
    told = answers(original, hard.rows, REFUSALS).scores
    edge = compared(told, engine(hard.rows), units(hard.rows, told) if units else None)
    return Proof(said, edge, Tried(len(rows), hard.kinds, hard.splits, hard.met))


def ordinary(rows: Matrix) -> Matrix:
    """Up to ORDINARY of real rows, evenly spaced."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), ORDINARY)).round().astype(np.int64)]


def compared(original: Matrix, engine: Matrix, units: Matrix | None = None) -> Parity:
    """Scores of the same rows, shape (rows,) or (rows, classes). Raises Broken for two shapes."""
    ulp = distances(original, engine, units)
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
    matrix: Matrix, inputs: tuple[Input, ...], forest: Forest = NOTHING, *, seed: int = 0
) -> Hard:
    """Real rows with inputs moved to where it hurts; all that the guard would let through.

    Missing values, unknown categories (missing to the model) and the ends of the numbers, at least
    HARD rows; then rows led to the splits of the forest: on each and on either side.
    """
    moves = [(place, value) for place, one in enumerate(inputs) for value in _ends(one)]
    repeated = 1 + HARD // max(1, len(moves))
    made = _moved(matrix, [move for move in moves for _ in range(repeated)], seed)
    last = np.full((1, len(inputs)), np.nan)
    near = beside(forest, matrix, inputs, seed=seed)
    kinds = dict.fromkeys(KINDS, 0) | {"missing": 1, "beside splits": len(near.rows)}
    for place, value in moves:
        kinds[_kind(inputs[place], value)] += repeated
    return Hard(np.vstack([made, last, near.rows]), kinds, near.splits, near.met)


def _moved(matrix: Matrix, moves: list[tuple[int, float]], seed: int) -> Matrix:
    """One real row per move, neighbours alike: a model refuses whole stretches or none."""
    draws = np.random.default_rng(seed).integers(0, len(matrix), len(moves))
    made = matrix[draws]
    for at, (place, value) in enumerate(moves):
        made[at, place] = value
    return made


def _kind(one: Input, value: float) -> str:
    if np.isnan(value):
        return "unknown category" if one.kind == "text" else "missing"
    return "every category" if one.kind in ("text", "boolean") else "extreme"


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
