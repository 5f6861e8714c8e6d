"""Views for the doors: every context that a deployed version looks up, as one generation."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from math import isinf
from typing import Any, NamedTuple

import msgspec

from mainstay.bundle import points as packing
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.points import ALWAYS
from mainstay.bundle.views import Current, Made, Shelf, View
from mainstay.contract.model import Contract
from mainstay.data import rows
from mainstay.data import views as relations
from mainstay.data.rows import Sources
from mainstay.data.views import Point

_ENCODE = msgspec.json.Encoder().encode
_INFINITE = msgspec.Raw(b"1e999"), msgspec.Raw(b"-1e999")
"""As the door reads a number that JSON cannot write."""


class Asked(NamedTuple):
    """What one version looks up, by the contract that it was built for, its sources opened."""

    contract: Contract
    sources: Sources
    lookups: tuple[Lookup, ...]


class Refreshed(NamedTuple):
    """The generation in force; whether it was there before, and is only good for longer."""

    current: Current
    unchanged: bool


def refreshed(asked: tuple[Asked, ...], shelf: Shelf, cut: datetime) -> Refreshed:
    """Puts a generation in force that says what is known at a cut. Raises what sources raise."""
    found = {one.view: (each, one) for each in asked for one in each.lookups}
    wanted = {view: _stated(*pair, cut) for view, pair in found.items()}
    before = shelf.current()
    if before and before.cut <= cut and _same(before, wanted) and _are_whole(found, before.cut):
        return Refreshed(shelf.moved(cut, before), unchanged=True)
    made = (Made(view, wanted[view], _rows(*pair, cut)) for view, pair in found.items())
    return Refreshed(shelf.written(cut, made), unchanged=False)


def _same(before: Current, wanted: dict[str, View]) -> bool:
    """Whether it holds the same views of sources that are as they were."""
    known = {view: one.source for view, one in before.views.items()}
    return known == {view: one.source for view, one in wanted.items()}


def _are_whole(found: dict[str, tuple[Asked, Lookup]], cut: datetime) -> bool:
    contexts = (rows.context_of(a.contract, a.sources, one.name) for a, one in found.values())
    return all(relations.is_whole(one, cut) for one in contexts)


def _stated(asked: Asked, one: Lookup, cut: datetime) -> View:
    context = rows.context_of(asked.contract, asked.sources, one.name)
    newest = relations.newest(context, cut)
    moment = packing.moment(newest) if newest else None
    return View(one.name, moment, source=asked.sources.contexts[one.name].digest)


def _rows(asked: Asked, one: Lookup, cut: datetime) -> Iterator[tuple[bytes, int, bytes]]:
    """By key, as they are kept."""
    context = rows.context_of(asked.contract, asked.sources, one.name)
    found = relations.points(context, one.columns, cut)
    for on, some in groupby(found, lambda point: point.on):
        listed = [_packed(point, one.columns) for point in some]
        yield packing.key(on), len(listed), packing.packed(listed)


def _packed(point: Point, columns: tuple[str, ...]) -> packing.Point:
    said = dict(zip(columns, map(_written, point.values), strict=True))
    since = ALWAYS if point.since is None else point.since
    return packing.Point(since, point.as_of or 0, _ENCODE(said)[1:-1])


def _written(value: Any) -> Any:
    if isinstance(value, float) and isinf(value):
        return _INFINITE[value < 0]
    return value
