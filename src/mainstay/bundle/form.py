"""The portable form of a model: what it computes, as values that any language can walk.

Every step says where it stands, so that casts and roundings happen exactly where the model's own
library does them. Importers (trainer/form_process.py) write it, `interpret` and `graph` read it.
"""

from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.core.errors import Broken, Conflict

FORMAT = 1


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An array as little-endian bytes in C order."""

    kind: Literal["f8", "i4", "u1"]
    shape: tuple[int, ...]
    content: bytes

    @property
    def array(self) -> NDArray[np.generic]:
        """The numbers, read-only. Raises ValueError where the bytes do not fill the shape."""
        return np.frombuffer(self.content, f"<{self.kind}").reshape(self.shape)


class Impute(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A missing value becomes a number."""

    value: float


class Arithmetic(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """One operation in float64; scaling is two of them, in the order of the library."""

    operation: Literal["add", "subtract", "multiply", "divide"]
    value: float


class Clip(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """At least low, at most high; missing stays missing."""

    low: float
    high: float


class Cast(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """To float32, the nearest one; beyond its largest number infinite."""


class Lookup(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The code of a text becomes a number: values[code]; missing is for a missing text."""

    values: tuple[float, ...]
    missing: float


class OneOf(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """1 where the value is one of these, or is missing where that counts, else 0."""

    values: tuple[float, ...]
    missing: bool


class Position(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The place of a number among these; unknown for any other, missing for a missing one."""

    values: tuple[float, ...]
    unknown: float
    missing: float


class Known(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Any value but these is missing."""

    values: tuple[float, ...]


class Bins(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """How many of the rising edges are at most the value; missing lies beyond them all."""

    edges: tuple[float, ...]


Step = Impute | Arithmetic | Clip | Cast | Lookup | OneOf | Position | Known | Bins


class Feature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number that the model sees: an input column after these steps."""

    input: int
    steps: tuple[Step, ...] = ()


class Trees(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Flat decision trees; all nodes of all trees stand in one table, one row a node.

    roots, target: per tree its first node, and the output that its leaves add to (-1: to all).
    feature: -1 at a leaf. A row goes left where its feature `comparison` threshold holds, where it
    is missing and missing_left is 1, or, where category is not -1, where it is in
    sets[category]. value: shape (nodes, 1), or (nodes, outputs) where target is -1.
    An output is base, plus one leaf after the other in the order of the trees, all in `precision`,
    divided at last by divisor. In float32 values are compared too, so every feature is cast.
    cover: per node the weight of the rows trained on that came there; forms made earlier have none.
    """

    roots: Table
    target: Table
    feature: Table
    threshold: Table
    left: Table
    right: Table
    missing_left: Table
    category: Table
    value: Table
    sets: tuple[tuple[float, ...], ...]
    comparison: Literal["<=", "<"]
    precision: Literal["float64", "float32"]
    base: tuple[float, ...]
    divisor: float
    cover: Table | None = None


class Linear(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """coefficients: shape (outputs, features); one intercept per output, added last.

    means: of the features over the rows trained on; empty where they are not known.
    """

    coefficients: Table
    intercept: tuple[float, ...]
    means: tuple[float, ...] = ()


class Sigmoid(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Platt's calibration: 1 / (1 + exp(slope * x + offset))."""

    slope: float
    offset: float


class Isotonic(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Straight lines between these points, level outside them; places rise."""

    places: tuple[float, ...]
    values: tuple[float, ...]


Link = Literal["none", "logistic", "softmax", "normalised"]
"""From outputs to the answer; normalised: logistic of each, divided by their sum."""


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fitted model. numbers: where one of these is infinite or missing, the library refuses
    the row, and the answer is no number; finite: likewise where one is infinite.
    """

    features: tuple[Feature, ...]
    body: Trees | Linear
    link: Link
    calibration: Sigmoid | Isotonic | None = None
    numbers: tuple[Feature, ...] = ()
    finite: tuple[Feature, ...] = ()


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model: the mean of its members, added in order, or the only one.

    inputs: columns of the matrix that goes in. outputs: 1, or one per class.
    """

    inputs: int
    outputs: int
    members: tuple[Member, ...]
    format: int = FORMAT


def table(array: NDArray[np.generic], kind: Literal["f8", "i4", "u1"]) -> Table:
    """An array as a table of that kind. Raises ValueError where a number would change."""
    made = array.astype(f"<{kind}")
    if not np.array_equal(made.astype(np.float64), array.astype(np.float64), equal_nan=True):
        raise ValueError(f"numbers that {kind} does not hold")
    return Table(kind, array.shape, made.tobytes())


def written(path: Path, form: Form) -> None:
    """Writes the form; equal forms give equal bytes. JSON would lose infinity and NaN."""
    path.write_bytes(msgspec.msgpack.Encoder(order="deterministic").encode(form))


def read(path: Path) -> Form:
    """The form of a file. Raises Broken, Conflict for a format of another time."""
    content = path.read_bytes()
    try:
        stated = msgspec.msgpack.decode(content, type=_Format).format
        if stated != FORMAT:
            raise Conflict(
                f"{path} is a form of format {stated}, this Mainstay reads format {FORMAT}",
                hint="build the version again",
            )
        return msgspec.msgpack.decode(content, type=Form)
    except (ValueError, RecursionError) as error:
        raise Broken(f"{path} is no portable form: {error}") from error


class _Format(msgspec.Struct, frozen=True):
    format: int
