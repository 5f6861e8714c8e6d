"""Which sources of models are what another model's batches wrote: its answers move theirs."""

from collections.abc import Iterable
from pathlib import Path

from mainstay.control.scoring import EVENT
from mainstay.data import openlineage
from mainstay.data.openlineage import Named
from mainstay.ledger.store import Ledger

_FILE = "file"
ANSWERS = ("score", "decision", "decided_by", "flags", "covered")
"""Columns of an output that hang on what was asked."""


def outputs(ledger: Ledger, model: str) -> frozenset[Named]:
    """Where batches of a model were written, as far as the record goes."""
    events = ledger.events(kind=EVENT, subject=model)
    return frozenset(_at(event.payload["output"]) for event in events)


def reads(place: Named, some: Iterable[Named]) -> bool:
    """Whether a source is such an output, or files within it."""
    if place.namespace != _FILE:
        return any(_is_within(place, one) for one in some)
    path = Path(place.name.partition("#")[0])
    return not {_file(path), _file(path.parent)}.isdisjoint(some)


def _at(output: str) -> Named:
    return openlineage.at(output, Path()) if "://" in output else _file(Path(output))


def _file(path: Path) -> Named:
    return Named(_FILE, str(path.resolve()))


def _is_within(place: Named, one: Named) -> bool:
    """Of a store or a database; rejected rows are in tables and folders of their own."""
    if place.namespace != one.namespace:
        return False
    return place.name == one.name or place.name.rpartition("/")[0] == one.name
