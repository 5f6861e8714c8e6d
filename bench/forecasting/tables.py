"""Any table with `ts` and `y`, cut into periods by one rule for all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

TIME, LABEL = "ts", "y"
MOST_PERIODS = 160
"""Each is a model to fit, and the matrix is their square."""
LEAST_ROWS, LEAST_FILLED = 100, 0.75
"""A period counts from so many rows on; so many periods of the calendar must count."""
TRAINING, SHORTEST = 6, 3
"""A model is trained on a sixth of the periods, at least three of them."""
FEW_LEVELS = 31
"""A number with so few different whole values is read as levels: hours, weekdays, codes."""


class Table(NamedTuple):
    """inputs: (rows, inputs), levels as codes from 0, missing NaN. levels: which inputs are so;
    texts: those of them that are no numbers.
    """

    name: str
    binary: bool
    when: NDArray[np.datetime64]
    label: Floats
    inputs: Floats
    levels: tuple[int, ...]
    texts: tuple[int, ...]


class Periods(NamedTuple):
    """place: the period of each row, from 0, -1 where its period does not count."""

    length: str
    season: int
    place: Whole
    number: int

    @property
    def training(self) -> int:
        """Periods that a model is trained on."""
        return max(SHORTEST, self.number // TRAINING)


class Unusable(Exception):
    """A table that this bench cannot read, with the reason."""


SEASONS = {
    "day": 7, "week": 52, "fortnight": 26, "month": 12, "quarter": 4, "half": 2, "year": 0,
}  # fmt: skip
"""Periods until the same place of the week or the year."""


def paths(folder: Path) -> list[Path]:
    """The tables of a folder, in the order of their names."""
    return sorted(folder.glob("*.parquet"))


def read(path: Path) -> Table:
    """In the order of time. Raises Unusable without time, label or inputs."""
    frame = pd.read_parquet(path)
    if not {TIME, LABEL} < set(frame.columns):
        raise Unusable(f"{path.name} has no {TIME}, no {LABEL} or nothing else")
    frame = frame.dropna(subset=[TIME, LABEL]).sort_values(TIME, kind="stable")
    label, binary = _label(frame[LABEL])
    columns = [name for name in frame.columns if name not in (TIME, LABEL)]
    inputs = [_input(frame[name]) for name in columns]
    when = pd.to_datetime(frame[TIME]).dt.tz_localize(None).to_numpy("datetime64[s]")
    levels = tuple(at for at, (_, coded) in enumerate(inputs) if coded)
    texts = tuple(at for at in levels if not pd.api.types.is_numeric_dtype(frame[columns[at]]))
    values = np.column_stack([one for one, _ in inputs])
    return Table(path.stem, binary, when, label, values, levels, texts)


def periods(table: Table) -> Periods:
    """The finest cut of the calendar whose periods hold enough rows and are not too many.

    Raises Unusable where there is none.
    """
    for length, place in _cuts(table.when):
        code = place - place.min()
        rows = np.bincount(code)
        kept = rows >= LEAST_ROWS
        if len(rows) <= MOST_PERIODS and kept.mean() >= LEAST_FILLED:
            renumbered = np.where(kept, np.cumsum(kept) - 1, -1)
            return Periods(length, SEASONS[length], renumbered[code], int(kept.sum()))
    raise Unusable(f"{table.name} has no periods of {LEAST_ROWS} rows and more")


def _cuts(when: NDArray[np.datetime64]) -> Iterator[tuple[str, Whole]]:
    days = (when - when.min()).astype("timedelta64[D]").astype(np.int64)
    months = when.astype("datetime64[M]").astype(np.int64)
    for length, every in (("day", 1), ("week", 7), ("fortnight", 14)):
        yield length, days // every
    for length, every in (("month", 1), ("quarter", 3), ("half", 6), ("year", 12)):
        yield length, months // every


def _label(column: pd.Series) -> tuple[Floats, bool]:
    """Two values: 0 and 1 in their order. Text of more: the most frequent or not. Else numbers."""
    values = column.unique()
    if len(values) == 2:
        return (column == max(values)).to_numpy(np.float64), True
    if not pd.api.types.is_numeric_dtype(column):
        return (column == column.mode()[0]).to_numpy(np.float64), True
    return column.to_numpy(np.float64), False


def _input(column: pd.Series) -> tuple[Floats, bool]:
    """Numbers, and whether they are codes of levels."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.to_numpy("datetime64[s]").astype(np.float64), False
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        known = np.unique(values[np.isfinite(values)])
        if len(known) > FEW_LEVELS or len(known) < 3 or (known != np.round(known)).any():
            return values, False
    codes = pd.factorize(column, sort=True)[0].astype(np.float64)
    return np.where(codes < 0, np.nan, codes), True
