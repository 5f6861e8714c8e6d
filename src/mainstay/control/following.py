"""Which sources of models are what another model's batches wrote: its answers move theirs."""

from collections.abc import Iterable
from pathlib import Path

from mainstay.control.scoring import EVENT
from mainstay.data.openlineage import Named
from mainstay.ledger.store import Ledger

ANSWERS = ("score", "decision", "decided_by", "flags", "covered")
"""Columns of an output that hang on what was asked."""


def outputs(ledger: Ledger, model: str) -> frozenset[Path]:
    """Folders and files that batches of a model were written into, as far as the record goes."""
    events = ledger.events(kind=EVENT, subject=model)
    return frozenset(Path(event.payload["output"]).resolve() for event in events)


def reads(place: Named, some: Iterable[Path]) -> bool:
    """Whether a source is such an output, or files within it."""
    if place.namespace != "file":
        return False
    path = Path(place.name.partition("#")[0])
    lies = {path.resolve(), path.parent.resolve()}
    return not lies.isdisjoint(some)
