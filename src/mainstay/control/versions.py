"""Versions by the names people call them, with what the ledger keeps of each."""

import re

import msgspec

from mainstay.bundle import manifest
from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.control.project import Project
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Actor, Event, ModelVersion, Window
from mainstay.data.lineage import Born
from mainstay.ledger import blobs, state
from mainstay.ledger.state import Version
from mainstay.ledger.store import Kinds


class Birth(msgspec.Struct, frozen=True):
    """What the Built event says beyond the tables: the version whole, and its hold-out."""

    version: ModelVersion
    hold_out: Window
    notes: tuple[str, ...] = ()


def found(project: Project, name: str = "") -> Version:
    """A version by name, the newest where none is given. Raises Mistake, Missing."""
    if not name:
        known = state.versions(project.ledger, project.model)
        if not known:
            raise Missing(f"{project.model} has no version yet", hint="mainstay build")
        return known[-1]
    match = re.fullmatch(r"v?([1-9]\d*)", name)
    if not match:
        raise Mistake(f"{name!r} names no version", hint="for example v1")
    return state.version(project.ledger, project.model, int(match[1]))


def contract(project: Project, version: Version) -> Contract:
    """The one it was built for, as it was registered."""
    text = next(
        event.payload["text"]
        for event in project.ledger.events(kind="ContractRegistered", subject=version.model)
        if event.payload["digest"] == version.contract
    )
    return document.parsed(text.encode(), project.places.contract).contract


def birth(project: Project, version: Version) -> Birth:
    """What was recorded when a version was built."""
    event = next(
        event
        for event in project.ledger.events(kind="Built", subject=version.model)
        if event.payload["number"] == version.number
    )
    return msgspec.convert(event.payload["birth"], Birth, strict=False)


def born(project: Project, version: Version) -> Born:
    """What it was made of: its sources, the columns it reads, what it makes of them."""
    stated = manifest.read(project.places.bundle(version.bundle), version.bundle)
    datasets = birth(project, version).version.datasets
    return Born(datasets, stated.columns, stated.outputs)


def events(project: Project, version: Version, kinds: Kinds) -> tuple[Event, ...]:
    """What of these kinds is recorded of one version, in order."""
    of_model = project.ledger.events(kind=kinds, subject=version.model)
    return tuple(event for event in of_model if event.payload.get("number") == version.number)


def makers(project: Project, version: Version) -> tuple[Actor, ...]:
    """Everybody who registered its contract, built it or opened its hold-out."""
    acts = ("ContractRegistered", "Built", "HoldoutOpened")
    return tuple(
        event.actor
        for event in project.ledger.events(kind=acts, subject=version.model)
        if _concerns(event.payload, version)
    )


def _concerns(payload: dict[str, object], version: Version) -> bool:
    return payload.get("number") == version.number or payload.get("digest") == version.contract


def blob(project: Project, sha: str) -> bytes:
    """Content the ledger points to."""
    return blobs.read(project.ledger.blobs, sha)
