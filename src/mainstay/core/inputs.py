"""What the model sees, as one float64 matrix: the same at bench and door and in the worker."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.core.columns import Columns, Numbers, Text, rows

Kind = Literal["number", "integer", "boolean", "text"]


class Input(msgspec.Struct, frozen=True):
    """One model input; levels are the texts of the rows trained on, code = position."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()


def inputs(columns: Columns) -> tuple[Input, ...]:
    """What training columns define; integer and boolean only where nothing is missing."""
    return tuple(_input(name, values) for name, values in columns.items())


def matrix(columns: Columns, wanted: tuple[Input, ...]) -> NDArray[np.float64]:
    """Shape (rows, inputs); missing and unseen are NaN, text is its code among the input's levels.

    Raises KeyError for an absent column, ValueError for an integer that float64 cannot hold.
    """
    made = np.empty((rows(columns), len(wanted)), dtype=np.float64)
    for position, one in enumerate(wanted):
        made[:, position] = _floats(columns[one.name], one)
    return made


def _input(name: str, values: Numbers | Text) -> Input:
    if isinstance(values, Text):
        return Input(name, "text", values.levels)
    kinds: dict[str, Kind] = {"i": "integer", "b": "boolean"}
    return Input(name, kinds.get(values.dtype.kind, "number"))


def _floats(values: Numbers | Text, one: Input) -> NDArray[np.float64]:
    if isinstance(values, Text):
        return _codes(values, one.levels)
    if values.dtype.kind == "i" and len(values) and np.abs(values).max() > 2**53:
        raise ValueError(f"{one.name} holds integers beyond 2^53, which float64 cannot tell apart")
    return values.astype(np.float64)


def _codes(text: Text, levels: tuple[str, ...]) -> NDArray[np.float64]:
    place = {level: float(code) for code, level in enumerate(levels)}
    known = np.array([place.get(level, np.nan) for level in text.levels] + [np.nan])
    return known[text.codes]
