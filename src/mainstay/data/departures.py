"""Columns that are no longer what they were, told beside the counts of all others."""

from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.core.nouns import Column
from mainstay.core.typed import INTEGER, NUMBER
from mainstay.data import profile as profiling
from mainstay.data import schema
from mainstay.data.profile import Bins, Profile

_NUMERIC = (INTEGER, NUMBER)


class Departures(NamedTuple):
    """retyped: as they are now. Nothing is known of a column that is missing or new."""

    missing: tuple[Column, ...] = ()
    extra: tuple[Column, ...] = ()
    retyped: tuple[Column, ...] = ()


def departures(before: tuple[Column, ...], now: tuple[Column, ...]) -> Departures:
    """What became of the columns of a table, in their order; names and types as in data.schema."""
    old, new = ({one.name: one.type for one in columns} for columns in (before, now))
    return Departures(
        missing=tuple(one for one in before if one.name not in new),
        extra=tuple(one for one in now if one.name not in old),
        retyped=tuple(one for one in now if old.get(one.name, one.type) != one.type),
    )


def profile(table: ir.Table, bins: Bins, before: tuple[Column, ...]) -> tuple[Profile, Departures]:
    """The counts of the columns that can still be counted, and what became of the others.

    before: the columns that the bins were taken from. A whole number that has become one with a
    fraction, or the other way round, is retyped and still counted.
    """
    found = departures(before, schema.columns(table))
    return profiling.profile(table, _countable(bins, before, found)), found


def _countable(bins: Bins, before: tuple[Column, ...], found: Departures) -> Bins:
    old = {one.name: one.type for one in before}
    lost = {one.name for one in found.missing}
    lost |= {
        one.name
        for one in found.retyped
        if not (one.type in _NUMERIC and old[one.name] in _NUMERIC)
    }
    return Bins(
        {name: places for name, places in bins.edges.items() if name not in lost},
        {name: places for name, places in bins.levels.items() if name not in lost},
    )
