"""The simple rule a model has to beat and the door falls back to: a lookup with a default."""

import math
from collections.abc import Callable
from operator import attrgetter

import msgspec
import numpy as np
from numpy.typing import NDArray

from mainstay.bundle.encoder import Row, attribute
from mainstay.core.columns import Columns, Numbers, Text, rows
from mainstay.core.errors import Mistake

Value = bool | int | float | str | None
Floats = NDArray[np.float64]


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mean label where the columns hold these values; None stands for missing."""

    values: tuple[Value, ...]
    rate: float


class Rates(msgspec.Struct, frozen=True, tag="rates", forbid_unknown_fields=True):
    """The mean label by the values of some columns; default is the mean of all rows."""

    by: tuple[str, ...]
    cells: tuple[Cell, ...]
    default: float


class Constant(msgspec.Struct, frozen=True, tag="constant", forbid_unknown_fields=True):
    """The same answer for everybody."""

    value: float


class OfColumn(msgspec.Struct, frozen=True, tag="column", forbid_unknown_fields=True):
    """What a column of the row says; default where it is missing."""

    name: str
    default: float


class Commonest(msgspec.Struct, frozen=True, tag="commonest", forbid_unknown_fields=True):
    """One of several classes by the values of some columns, as its place: `rate` of a cell.

    by: none where it is the same class for everybody. default: where the values are others.
    """

    by: tuple[str, ...]
    cells: tuple[Cell, ...]
    default: float


Baseline = Rates | Constant | OfColumn | Commonest


def fitted(by: tuple[str, ...], columns: Columns, label: Floats) -> Rates:
    """Means of the known labels, shape (rows,), NaN where not known.

    Raises Mistake where no label is known.
    """
    known = ~np.isnan(label)
    if not known.any():
        raise Mistake("the baseline has nothing to learn from: no row has a known label")
    used, group, keys = _groups(by, columns)
    count = np.bincount(group[known], minlength=len(used))
    total = np.bincount(group[known], weights=label[known], minlength=len(used))
    cells = [
        Cell(key, float(total[at] / count[at])) for at, key in enumerate(keys) if count[at] > 0
    ]
    return Rates(by, tuple(cells), float(label[known].mean()))


def commonest(by: tuple[str, ...], columns: Columns, label: Floats) -> Commonest:
    """Of each group the class that most of its rows are, of equals the first.

    label: places of classes, shape (rows,), all of them known.
    """
    default = float(np.bincount(label.astype(np.int64)).argmax())
    if not by:
        return Commonest((), (), default)
    used, group, keys = _groups(by, columns)
    count = np.zeros((len(used), int(label.max()) + 1))
    np.add.at(count, (group, label.astype(np.int64)), 1)
    picked = count.argmax(axis=1).astype(np.float64).tolist()
    return Commonest(by, tuple(map(Cell, keys, picked)), default)


def of_column(name: str, classes: tuple[Value, ...], label: Floats) -> Commonest:
    """The class that a column names, else the commonest; label: as `commonest` takes it."""
    cells = tuple(Cell((one,), float(place)) for place, one in enumerate(classes))
    return Commonest((name,), cells, commonest((), {}, label).default)


def rate(baseline: Baseline, columns: tuple[str, ...]) -> Callable[[Row], float]:
    """The answer for one request row, whose columns stand in this order."""
    match baseline:
        case Constant(value=value):
            return lambda _: value
        case OfColumn(name=name, default=default):
            return _of_column(attrgetter(attribute(columns, name)), default)
        case Commonest(by=(), default=default):
            return lambda _: default
        case Rates(by=by, default=default) | Commonest(by=by, default=default):
            read = attrgetter(*(attribute(columns, name) for name in by))
            found = {_key(cell.values): cell.rate for cell in baseline.cells}
            return lambda row: found.get(read(row), default)


def rates(baseline: Baseline, columns: Columns) -> Floats:
    """Shape (rows,): bit for bit the numbers of `rate`."""
    match baseline:
        case Constant(value=value):
            return np.full(rows(columns), value)
        case OfColumn(name=name, default=default):
            said = _numbers(name, columns[name]).astype(np.float64)
            return np.where(np.isnan(said), default, said)
        case Commonest(by=(), default=default):
            return np.full(rows(columns), default)
        case Rates(by=by, default=default) | Commonest(by=by, default=default):
            _, group, keys = _groups(by, columns)
            found = {cell.values: cell.rate for cell in baseline.cells}
            return np.array([found.get(key, default) for key in keys])[group]


def _of_column(read: Callable[[Row], Value], default: float) -> Callable[[Row], float]:
    def said(row: Row) -> float:
        value = read(row)
        return default if value is None or value != value else float(value)  # noqa: PLR0124

    return said


def _numbers(name: str, values: Numbers | Text) -> Numbers:
    if isinstance(values, Text):
        raise Mistake(f"baseline column {name} holds text", hint="name a column of numbers")
    return values


def _key(values: tuple[Value, ...]) -> object:
    """A dictionary key like the answer of an attrgetter: alone where it is only one."""
    return values if len(values) > 1 else values[0]


def _groups(
    by: tuple[str, ...], columns: Columns
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[tuple[Value, ...]]]:
    """The distinct combinations: their numbers, the place of every row among them, their values."""
    codes, known = zip(*(_codes(columns[name]) for name in by), strict=True)
    shape = tuple(map(len, known))
    used, group = np.unique(np.ravel_multi_index(codes, shape), return_inverse=True)
    places = zip(*np.unravel_index(used, shape), strict=True)
    keys = [tuple(values[at] for values, at in zip(known, place, strict=True)) for place in places]
    return used, group, keys


def _codes(values: Numbers | Text) -> tuple[NDArray[np.int64], tuple[Value, ...]]:
    if isinstance(values, Text):
        missing = len(values.levels)
        return np.where(values.codes < 0, missing, values.codes), (*values.levels, None)
    found, codes = np.unique(values, return_inverse=True)
    return codes, tuple(None if _is_nan(value) else value for value in found.tolist())


def _is_nan(value: Value) -> bool:
    return isinstance(value, float) and math.isnan(value)
