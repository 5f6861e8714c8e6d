"""What a hold-out will tell of a version, before a look at it is spent; nothing is opened."""

from collections.abc import Iterator
from datetime import datetime

from mainstay.bundle import manifest, unseen
from mainstay.control import versions
from mainstay.control.project import Project
from mainstay.control.queries import Plan
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Unsure
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.data import engine, snapshot
from mainstay.ledger import state
from mainstay.ledger.state import Version
from mainstay.life.certify import power
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.power import Outlook


def plan(project: Project, query: Plan) -> Answer:
    """Each goal and declared slice with the interval to expect, and the days that would tell it."""
    version = versions.found(project, query.version)
    name = f"v{version.number}"
    born = versions.birth(project, version).hold_out
    window = newest(project, clock.now()) if query.renew else born
    found = outlook(project, version, window)
    days = f"{window.since:%Y-%m-%d} to {window.until:%Y-%m-%d}"
    if found is None:
        return Answer(f"{project.model} {name}: {power.OLDER}.", Verdict.UNSURE)
    told = len(found.evidence) - len(found.short)
    return Answer(
        f"{project.model} {name}: the days held out, {days}, will tell {told} of"
        f" {len(found.evidence)} limits if new rows score as training rows out of fold did.",
        Verdict.UNSURE if found.short else None,
        found.evidence,
        (*_few(found), "nothing was opened, no look is spent"),
        next=f"mainstay certify {name}{' --renew' if query.renew else ''}",
        facts={"version": name, "short": [one.clause for one in found.short]},
    )


def outlook(project: Project, version: Version, window: Window) -> Outlook | None:
    """None of a bundle that keeps no scores out of fold."""
    contract, places = project.document.contract, project.places
    bundle = places.bundle(version.bundle)
    promised = unseen.read(bundle)
    if promised is None:
        return None
    stated = manifest.read(bundle, version.bundle)
    places.work.mkdir(parents=True, exist_ok=True)
    own = engine.connect(places.work)
    try:
        learned = snapshot.read(own, stated.datasets[0].digest, places.snapshots)
        rows = power.out_of_fold(contract, stated, learned, promised)
    finally:
        own.disconnect()
    tried = state.tried(project.ledger, version.model, window)
    look = len({*tried, version.number})
    asked = Asked(contract, rows, f"v{version.number}", contract.train.seed, look)
    return power.outlook(asked, window)


def newest(project: Project, now: datetime) -> Window:
    """The newest hold-out whose labels are all known, ending at a midnight."""
    contract = project.document.contract
    known = now - contract.data.label.known_after
    until = known.replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(until - contract.certify.hold_out, until)


def refuse_to_look(project: Project, version: Version, window: Window) -> None:
    """Before a look is spent, where `certify.cannot_tell` says stop.

    Raises Unsure where the days to be held out will hardly tell a goal or a slice.
    """
    if project.document.contract.certify.cannot_tell != "stop":
        return
    found = outlook(project, version, window)
    name = f"v{version.number}"
    if found is None:
        raise Unsure(f"{name}: {power.OLDER}", hint="mainstay build")
    if found.short:
        raise Unsure(
            f"the hold-out stays closed: {'; '.join(map(_clause, found.short))}",
            hint="a longer certify.hold_out, or certify.cannot_tell: open",
        )


def lines(found: Outlook | None) -> Iterator[str]:
    """For the answer of a build: the first goal, and whatever will hardly be told."""
    if found is None:
        return
    shown = dict.fromkeys((*found.evidence[:1], *found.short))
    for one in shown:
        mark = "▲ " if one.verdict is Verdict.UNSURE else ""
        yield f"{mark}before the hold-out is opened: {_clause(one)}"
    yield from _few(found)


def _clause(one: Evidence) -> str:
    return f"{one.clause} {one.limit}: {one.note}"


def _few(found: Outlook) -> Iterator[str]:
    if found.few:
        yield f"slices that will have too few rows: {', '.join(found.few)}"
