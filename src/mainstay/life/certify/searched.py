"""Columns as a search for slices sees them: groups of a text, bins of numbers."""

from collections.abc import Mapping

import numpy as np

from mainstay.core.columns import Columns, Numbers, Text, level
from mainstay.data.profile import Numbers as Counted
from mainstay.data.profile import Profile
from mainstay.stats.blocks import Floats
from mainstay.stats.candidates import Column

BINS = 5
"""Of numbers: finer ones hold fewer rows, and a range of them is searched too."""
FEW = 10
"""Numbers with at most so many different values are groups by value."""
_SHARES = np.arange(1, BINS) / BINS


def columns(described: Columns, trained: Profile) -> dict[str, Column]:
    """trained: whose fifths of the training rows cut the numbers; others are cut by their own."""
    edges = {one.name: _edges(one) for one in trained.columns if isinstance(one, Counted)}
    return {
        name: _text(name, values)
        if isinstance(values, Text)
        else _number(name, values.astype(np.float64), edges)
        for name, values in described.items()
    }


def own(described: Columns) -> dict[str, Column]:
    """Numbers cut at fifths of these very rows."""
    return columns(described, Profile(0, ()))


def text(values: Numbers | Text) -> Text:
    """Any column by its levels; a number that is missing is of none."""
    if isinstance(values, Text):
        return values
    numbers = values.astype(np.float64)
    levels, codes = np.unique(numbers, return_inverse=True)
    known = np.where(np.isnan(numbers), -1, codes)
    told = levels[~np.isnan(levels)].tolist()
    return Text(known.astype(np.int32), tuple(map(level, told)))


def _edges(counted: Counted) -> Floats:
    """The inner edges nearest to fifths of the rows."""
    edges = np.array(counted.edges)
    below = np.cumsum(counted.counts)[:-1] / max(sum(counted.counts), 1)
    places = [int(np.abs(below - share).argmin()) for share in _SHARES] if len(edges) else []
    return np.unique(edges[places])


def _text(name: str, values: Text) -> Column:
    codes, levels = values
    names = (*(f"{name} = {one}" for one in levels), f"{name} missing")
    return Column(np.where(codes < 0, len(levels), codes), names)


def _number(name: str, values: Floats, edges: Mapping[str, Floats]) -> Column:
    finite = values[np.isfinite(values)]
    if len(np.unique(finite)) <= FEW:
        return _text(name, text(values))
    cut = edges.get(name, np.empty(0))
    cut = cut if len(cut) else np.unique(np.quantile(finite, _SHARES))
    bins = len(cut) + 1
    codes = np.where(np.isnan(values), bins, np.searchsorted(cut, values, side="right"))
    names = (*(_range(name, cut, at, at) for at in range(bins)), f"{name} missing")
    pairs = [(first, last) for first in range(bins) for last in range(first + 1, bins)]
    wide = [one for one in pairs if one != (0, bins - 1)]
    return Column(codes, names, tuple((*one, _range(name, cut, *one)) for one in wide))


def _range(name: str, edges: Floats, first: int, last: int) -> str:
    """The bins from the first to the last, as a person says it."""
    low = f"{edges[first - 1]:g}" if first else ""
    high = f"{edges[last]:g}" if last < len(edges) else ""
    if low and high:
        return f"{low} ≤ {name} < {high}"
    return f"{name} ≥ {low}" if low else f"{name} < {high}"
