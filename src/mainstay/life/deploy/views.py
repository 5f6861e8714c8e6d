"""Views for the doors: every context that a deployed version looks up, as one generation."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

import numpy as np

from mainstay.bundle import points as packing
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.points import Many
from mainstay.bundle.views import Current, Made, Shelf, View
from mainstay.contract.model import Contract
from mainstay.core.errors import Unavailable
from mainstay.data import rows
from mainstay.data import views as relations
from mainstay.data.rows import Sources

_NOBODY = b""
"""A key that no row has: asked for to see whether there are rows."""


class Asked(NamedTuple):
    """What one version looks up, by the contract that it was built for, its sources opened."""

    contract: Contract
    sources: Sources
    lookups: tuple[Lookup, ...]


class Refreshed(NamedTuple):
    """The generation in force; whether it was there before, and is only good for longer. kept: how

    many views are those of the generation before.
    """

    current: Current
    unchanged: bool
    kept: int


def refreshed(asked: tuple[Asked, ...], shelf: Shelf, cut: datetime) -> Refreshed:
    """Puts a generation in force that says what is known at a cut. Raises what sources raise.

    A view whose source is as it was is kept as it is, where nothing was still to come of it.
    """
    found = {one.view: (each, one) for each in asked for one in each.lookups}
    wanted = {view: _stated(*pair, cut) for view, pair in found.items()}
    before = shelf.current()
    stands = _standing(shelf, before, wanted, cut) if before else set()
    kept = {view for view in stands if before and _is_whole(*found[view], before.cut)}
    if before and len(kept) == len(wanted) == len(before.views):
        return Refreshed(shelf.moved(cut, before), unchanged=True, kept=len(kept))
    made = (
        Made(view, wanted[view], None if view in kept else _rows(*pair, cut))
        for view, pair in found.items()
    )
    current = shelf.written(cut, made, before if kept else None)
    return Refreshed(current, unchanged=False, kept=len(kept))


def _standing(shelf: Shelf, before: Current, wanted: dict[str, View], cut: datetime) -> set[str]:
    """Views of sources that are as they were; none of a generation of later, or that is gone."""
    known = {view: one.source for view, one in before.views.items()}
    same = {view for view, one in wanted.items() if known.get(view) == one.source}
    if before.cut > cut or not same:
        return set()
    try:
        with closing(shelf.opened(before)) as store:
            for view in same:
                store.found(view, (_NOBODY,))
    except Unavailable:
        return set()
    return same


def _is_whole(asked: Asked, one: Lookup, cut: datetime) -> bool:
    return relations.is_whole(rows.context_of(asked.contract, asked.sources, one.name), cut)


def _stated(asked: Asked, one: Lookup, cut: datetime) -> View:
    context = rows.context_of(asked.contract, asked.sources, one.name)
    newest = relations.newest(context, cut)
    moment = packing.moment(newest) if newest else None
    return View(one.name, moment, source=asked.sources.contexts[one.name].digest)


def _rows(asked: Asked, one: Lookup, cut: datetime) -> Iterator[tuple[bytes, int, bytes]]:
    """By key, as they are kept."""
    context = rows.context_of(asked.contract, asked.sources, one.name)
    for some in relations.keyed(context, one.columns, cut):
        keys, counts = map(packing.key, some.on), np.diff(some.starts).tolist()
        as_of = np.where(some.as_of == relations.NONE, 0, some.as_of)
        many = Many(some.starts, some.since, as_of, some.offsets, some.members)
        yield from zip(keys, counts, packing.packed(many), strict=True)
