"""What data was like at each build, look and batch, beside the time before: changes are events.

Nothing is read for it: columns, meanings and profiles are those that were found anyway.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from mainstay.bundle.layout import PROFILE
from mainstay.contract.model import Contract
from mainstay.control import versions
from mainstay.control.project import Project
from mainstay.control.queries import DataChanges
from mainstay.core import digest
from mainstay.core.answers import Answer
from mainstay.core.nouns import Column, Dataset, Event, ModelVersion, Window
from mainstay.data import lineage, remembered, schema
from mainstay.data.lineage import Born
from mainstay.data.profile import Profile
from mainstay.data.remembered import Change, Distribution, Remembered
from mainstay.ledger import blobs, state
from mainstay.ledger.state import Version
from mainstay.life.build.build import Built
from mainstay.life.score.score import Scored
from mainstay.life.watch.drift import ANSWERS, DRIFT, SEASON
from mainstay.life.watch.event import CLAUSE as UNFORESEEN
from mainstay.life.watch.order import Order, Watched

KIND = "DataChanged"
MOVING = (DRIFT, SEASON, ANSWERS, UNFORESEEN, "unit", "stopped")
"""Findings of a look that say a column is no longer distributed as it was."""
_GLYPHS = {"removed": "◆", "retyped": "◆", "unit": "◆", "back": "●"}


class Occasion(NamedTuple):
    """When data was seen. decisions: of the window; versions: that they concern."""

    what: str
    window: Window | None
    decisions: int
    versions: tuple[str, ...]


class Noted(msgspec.Struct, frozen=True):
    """One event: on which occasion what was no longer as at the one before, and what it touches."""

    at: datetime
    seq: int
    occasion: str
    decisions: int
    versions: tuple[str, ...]
    changes: tuple[Change, ...]
    window: Window | None = None


def built(project: Project, made: Built, version: ModelVersion) -> None:
    """The sources and rows of a new version beside those of the version before it.

    Within the transaction of its event, as the others.
    """
    contract, learned = project.document.contract, made.learned.dataset
    born = Born(made.datasets, made.packed.manifest.columns, made.packed.manifest.outputs)
    occasion = Occasion(f"build {version.name}", learned.window, learned.rows, (version.name,))
    before = newest(project)
    columns = _columns(contract, made.datasets, before)
    moved = _moved(project, contract, version, born)
    _noted(project, occasion, _Seen(columns, None, moved, born))


def looked(project: Project, order: Order, found: Watched, window: Window) -> None:
    """The sources as they are now, and what moved in the new windows."""
    columns = {one.source: one.columns for one in found.changed if not one.unreadable}
    known = set(order.born.request) if order.born else set()
    moving = [one for one in found.findings if one.clause in MOVING and one.open]
    told = {name: says for one in moving for name, says in one.of_columns.items()}
    moved = {name: says for name, says in told.items() if name in known}
    decisions = sum(one.counts.decisions for one in found.windows)
    occasion = Occasion("look", window, decisions, (order.champion.name,))
    _noted(project, occasion, _Seen(columns, moved, (), order.born))


def beside(project: Project, found: Scored, version: Version) -> dict[str, Change] | None:
    """Columns of a batch that are not as in the rows its version was trained on, the furthest

    first; None where they were not compared.
    """
    trained = _distribution(project, versions.birth(project, version).version)
    if found.counted is None or trained is None:
        return None
    contract, born = project.document.contract, versions.born(project, version)
    return remembered.shifted(contract, born, trained, Distribution(*found.counted))


def scored(
    project: Project,
    found: Scored,
    output: str,
    version: Version,
    moved: Mapping[str, Change] | None,
) -> None:
    """The sources of a batch, and which of its columns moved beside training: when they first do,

    and when they are back.
    """
    columns = _columns(project.document.contract, found.datasets, newest(project))
    rows = sum(one.rows for one in found.partitions if one.name in found.written)
    occasion = Occasion(f"batch {output}", None, rows, (f"v{version.number}",))
    trained = f", beside the rows {occasion.versions[0]} was trained on"
    told = None if moved is None else {name: one.said(trained) for name, one in moved.items()}
    _noted(project, occasion, _Seen(columns, None, (), versions.born(project, version), told))


def asked(project: Project, query: DataChanges) -> Answer:
    """The newest changes, newest first; of one source or column where it is named."""
    known = noted(project, query)
    shown = known[: query.last]
    count = sum(len(one.changes) for one in shown)
    what = "No change of data is on record" if not shown else f"{count} changes of data"
    since = f" since {shown[-1].at:%Y-%m-%d}" if shown else ""
    return Answer(
        f"{what}{since}.",
        lines=tuple(line for one in shown for line in _lines(one)),
        next="mainstay watch" if not shown else "",
        facts={"changes": [msgspec.to_builtins(one) for one in shown]},
    )


def noted(project: Project, query: DataChanges) -> tuple[Noted, ...]:
    """Newest first, with the changes that are asked for; the first snapshot is no change."""
    events = project.ledger.newest(1000, KIND, project.model)
    made = (_only(_event(event), query) for event in reversed(events))
    return tuple(one for one in made if one.changes)


def newest(project: Project) -> Remembered | None:
    """What was remembered last; None before anything was."""
    for event in project.ledger.newest(1, KIND, project.model):
        blob = versions.blob(project, event.payload["blobs"][0])
        return msgspec.json.decode(blob, type=Remembered)
    return None


class _Seen(NamedTuple):
    """columns: of the sources that were read; moved: None where nobody looked; shifts: measured

    by itself; scored: None where no batch was compared.
    """

    columns: Mapping[str, tuple[Column, ...]]
    moved: Mapping[str, str] | None
    shifts: tuple[Change, ...]
    born: Born | None
    scored: Mapping[str, str] | None = None


def _noted(project: Project, occasion: Occasion, seen: _Seen) -> None:
    """An event where something changed, and at the very beginning, from which changes are told."""
    contract, before = project.document.contract, newest(project)
    moved = seen.moved if seen.moved is not None else before.moved if before else {}
    now = remembered.remembered(contract, seen.columns, moved, before, seen.scored)
    found = remembered.changes(contract, seen.born, before, now) if before else ()
    if before and not (found or seen.shifts):
        return
    said = {
        **occasion._asdict(),
        "changes": [msgspec.to_builtins(one) for one in (*found, *seen.shifts)],
        "blobs": [blobs.stored(project.places.blobs, digest.canonical(now))],
    }
    del said["what"], said["window"]
    span = msgspec.to_builtins(occasion.window) if occasion.window else None
    said |= {"occasion": occasion.what, "window": span}
    project.ledger.append(KIND, contract.model, project.actor, said)


def _moved(
    project: Project, contract: Contract, version: ModelVersion, born: Born
) -> tuple[Change, ...]:
    """Training rows beside those of the version before, by the profiles that bundles hold."""
    known = [
        one for one in state.versions(project.ledger, project.model) if one.number < version.number
    ]
    if not known:
        return ()
    before = versions.birth(project, known[-1]).version
    pair = [_distribution(project, one) for one in (before, version)]
    if pair[0] is None or pair[1] is None:
        return ()
    return tuple(remembered.shifted(contract, born, pair[0], pair[1]).values())


def _distribution(project: Project, version: ModelVersion) -> Distribution | None:
    """Of its training rows; None where the bundle is gone, or rows have no known time."""
    path, window = project.places.bundle(version.bundle) / PROFILE, version.datasets[0].window
    if not path.is_file() or window is None:
        return None
    return Distribution(msgspec.json.decode(path.read_bytes(), type=Profile), window)


def _columns(
    contract: Contract, datasets: tuple[Dataset, ...], before: Remembered | None
) -> dict[str, tuple[Column, ...]]:
    """Of each source. One file may be two of them, with other columns that are times: then the one

    that is most like before is meant.
    """
    found = {}
    for name in lineage.sources(contract):
        some = [one.columns for one in datasets if one.uri == lineage.address(contract, name)]
        was = before.columns.get(name, ()) if before else ()
        if some:
            found[name] = min(some, key=lambda one: len(schema.differences(was, one)))
    return found


def _event(event: Event) -> Noted:
    said = {**event.payload, "at": event.time, "seq": event.seq}
    return msgspec.convert(said, Noted, strict=False)


def _only(one: Noted, query: DataChanges) -> Noted:
    kept = (
        each
        for each in one.changes
        if query.source in ("", each.source) and query.column in ("", each.column)
    )
    return msgspec.structs.replace(one, changes=tuple(kept))


def _lines(one: Noted) -> Iterable[str]:
    names, of = ", ".join(one.versions), f"{one.decisions:,} decisions"
    yield f"{one.at:%Y-%m-%d %H:%M}  {one.occasion}, {of}, {names}"
    for each in one.changes:
        feeds = f"; it feeds {', '.join(each.inputs)}" if each.inputs else ""
        yield f"    {_GLYPHS.get(each.kind, '▲')} {each.source}: {each.said()}{feeds}"
