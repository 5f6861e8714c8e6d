"""Columns in memory: NumPy arrays by name, no table library."""

from datetime import UTC, date, datetime, timedelta
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


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def level(value: object) -> str:
    """The name of the group of rows that hold one value, the same at the bench and at the door.

    A date or time counts as days or microseconds since 1970, as `data.columns` reads it.

    >>> level(3), level(3.0), level(0.1), level(True), level("EWR"), level(None)
    ('3', '3', '0.1', '1', 'EWR', 'missing')
    """
    match value:
        case str():
            return value
        case datetime():
            return level((value - _EPOCH) // timedelta(microseconds=1))
        case date():
            return level((value - _EPOCH.date()).days)
        case int() | float() if value == value:  # noqa: PLR0124 - no NaN
            return f"{value:.16g}"
        case _:
            return "missing"


def stacked(one: Columns, other: Columns) -> Columns:
    """The rows of both, one after the other, in the columns that both have; texts by all levels."""
    return {name: _stacked(one[name], other[name]) for name in one if name in other}


def _stacked(one: Numbers | Text, other: Numbers | Text) -> Numbers | Text:
    if not isinstance(one, Text) or not isinstance(other, Text):
        return np.concatenate([np.asarray(one, np.float64), np.asarray(other, np.float64)])
    levels = tuple(sorted({*one.levels, *other.levels}))
    place = {level: code for code, level in enumerate(levels)}
    codes = [
        np.array([*(place[level] for level in some.levels), -1], dtype=np.int32)[some.codes]
        for some in (one, other)
    ]
    return Text(np.concatenate(codes), levels)


def rows(columns: Columns) -> int:
    """How many rows there are; all columns have the same number. Raises ValueError otherwise."""
    sizes = {
        len(values.codes if isinstance(values, Text) else values) for values in columns.values()
    }
    if len(sizes) != 1:
        raise ValueError(f"columns of {sorted(sizes)} rows")
    return sizes.pop()
