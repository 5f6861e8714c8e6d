"""Columns in memory: NumPy arrays by name, no table library."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Text(NamedTuple):
    """Text by code: codes int32, shape (rows,), -1 where missing or not among the levels."""

    codes: NDArray[np.int32]
    levels: tuple[str, ...]


Numbers = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]
Columns = dict[str, Numbers | Text]
"""Name -> values: float64 (NaN = missing), int64 or bool (none missing), or Text."""


def rows(columns: Columns) -> int:
    """How many rows there are; all columns have the same number. Raises ValueError otherwise."""
    sizes = {
        len(values.codes if isinstance(values, Text) else values) for values in columns.values()
    }
    if len(sizes) != 1:
        raise ValueError(f"columns of {sorted(sizes)} rows")
    return sizes.pop()
