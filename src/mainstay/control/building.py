"""`build`: a new version on record, or the one that these inputs made already."""

from collections.abc import Iterator

import msgspec

from mainstay.control import delivering, emitting, planning, remembering, telling, versions
from mainstay.control.commands import Build
from mainstay.control.project import Project
from mainstay.control.versions import Birth
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.nouns import ModelVersion, Window
from mainstay.data.lineage import Born
from mainstay.ledger import state, steps
from mainstay.life.build import build as life
from mainstay.life.build.build import Built, Order


def build(project: Project, command: Build) -> Answer:
    """Registers the contract, then trains. Raises what life.build raises."""
    document = project.document
    order = Order(
        document,
        project.places,
        command.since,
        command.until,
        clock.now(),
        project.tell,
        command.weighing,
        _born(project),
    )
    started = life.started(order)
    key = steps.key("build", contract=document.digest, **started.inputs)
    earlier = steps.result(project.ledger, key)
    if earlier:
        return _unchanged(earlier["version"])
    registered(project)
    built = life.built(order, started)
    version = _recorded(project, built, key)
    delivering.delivered(project, telling.channels(project))
    return _answer(project, version, built)


def _born(project: Project) -> Born | None:
    """Of the newest version of the very same contract: another one takes sources as they are."""
    known = state.versions(project.ledger, project.model)
    same = [one for one in known if one.contract == project.document.digest]
    return versions.born(project, same[-1]) if same else None


def registered(project: Project) -> state.Contract:
    """The contract as it stands now, on record."""
    document = project.document
    model = document.contract.model
    with project.ledger.transaction():
        newest = state.contract(project.ledger, model)
        if newest and newest.digest == document.digest:
            return newest
        revision = newest.revision + 1 if newest else 1
        payload = {
            "digest": document.digest,
            "revision": revision,
            "text": document.path.read_text(encoding="utf-8"),
        }
        project.ledger.append("ContractRegistered", model, project.actor, payload)
    return registered(project)


def _recorded(project: Project, built: Built, key: str) -> ModelVersion:
    """The version and the step in one transaction: neither without the other."""
    document, ledger = project.document, project.ledger
    model = document.contract.model
    with ledger.transaction():
        number = len(state.versions(ledger, model)) + 1
        version = ModelVersion(
            model, number, built.packed.digest, document.digest, built.datasets, built.code
        )
        birth = Birth(version, built.periods.hold_out, built.notes)
        payload = {
            "number": number,
            "bundle": version.bundle,
            "contract": version.contract,
            "birth": msgspec.to_builtins(birth),
        }
        event = ledger.append("Built", model, project.actor, payload)
        emitting.built(project, built, event)
        remembering.built(project, built, version)
        result = {"version": version.name, "bundle": version.bundle}
        steps.done(ledger, key, result, subject=model, actor=project.actor)
    return version


def _unchanged(version: str) -> Answer:
    return Answer(
        f"Nothing changed: {version} was built from these inputs.",
        next=f"mainstay certify {version}",
        facts={"version": version, "unchanged": True},
    )


def _answer(project: Project, version: ModelVersion, built: Built) -> Answer:
    periods, packed = built.periods, built.packed
    engine = packed.manifest.engine.kind
    return Answer(
        f"Built {version.model} {version.name}: {built.learned.dataset.rows:,} decisions,"
        f" {len(packed.manifest.inputs)} inputs, answered by the {engine} engine.",
        lines=(
            f"trained on {_span(periods.train)}, held out {_span(periods.hold_out)}",
            f"{built.learned.stopped:,} of {built.learned.in_all:,} rows stopped by the contract",
            f"bundle {packed.digest[:16]}, {len(packed.manifest.versions)} packages locked",
            *(f"▲ {note}" for note in built.notes),
            *_outlook(project, version, periods.hold_out),
        ),
        next=f"mainstay certify {version.name}",
        facts={
            "version": version.name,
            "bundle": version.bundle,
            "rows": built.learned.dataset.rows,
            "stopped": built.learned.stopped,
            "engine": engine,
            "unchanged": False,
        },
    )


def _outlook(project: Project, version: ModelVersion, hold_out: Window) -> Iterator[str]:
    project.tell("what the days held out will tell")
    found = planning.outlook(project, versions.found(project, version.name), hold_out)
    return planning.lines(found)


def _span(window: Window) -> str:
    return f"{window.since:%Y-%m-%d} to {window.until:%Y-%m-%d}"
