"""`context refresh` and `context show`: the views that a project's doors look context up in."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from ibis.backends.duckdb import Backend

from mainstay.bundle import manifest, points
from mainstay.bundle import views as stores
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import FOLDER, Current, Folder, Shelf, View
from mainstay.contract.model import Contract
from mainstay.control import publish, versions
from mainstay.control.project import Project
from mainstay.core import clock, settings
from mainstay.core.answers import Answer
from mainstay.core.errors import MainstayError, Missing
from mainstay.core.nouns import Verdict
from mainstay.data import rows
from mainstay.data.rows import Sources
from mainstay.data.source import Once, Reader
from mainstay.ledger.state import Version
from mainstay.life.build import build
from mainstay.life.deploy import views
from mainstay.life.deploy.views import Asked, Refreshed

_NONE = "No version that answers here looks context up."


def refresh(project: Project) -> Answer:
    """Puts a generation in force with all that is known now. Raises what sources raise.

    Nothing is made where no version that answers looks anything up.
    """
    made = _refreshed(project)
    if made is None:
        return Answer(_NONE, next="mainstay contract explain", facts={"views": []})
    found = made.current
    what = "Nothing new" if made.unchanged else f"{len(found.views) - made.kept} views made"
    kept = f", {made.kept} kept" if made.kept and not made.unchanged else ""
    return Answer(
        f"{what}{kept}: context of {project.model} is known up to {_time(found.cut)}.",
        Verdict.PASS,
        lines=tuple(_line(one) for one in found.views.values()),
        next="mainstay context show",
        facts={**_facts(found), "unchanged": made.unchanged},
    )


def attempted(project: Project) -> None:
    """The same before a version answers first; what hinders it is told and stops nothing else.

    Answers say for themselves that their context is not known.
    """
    try:
        _refreshed(project)
    except MainstayError as error:
        project.tell(f"context is not refreshed: {error}")


def shown(project: Project) -> Answer:
    """Up to when context is known, and whether that is fresh by the contract of who answers."""
    lookups = [one for _, some in _looking(project) for one in some]
    found = shelf(project).current() if lookups else None
    if found is None:
        what = "No view of context was made yet." if lookups else _NONE
        verdict = Verdict.UNSURE if lookups else None
        return Answer(what, verdict, next="mainstay context refresh", facts={"views": []})
    late = {one.name: _late(one, found.views.get(one.view), clock.now()) for one in lookups}
    bad = {name: why for name, why in late.items() if why}
    told = f"{len(bad)} of {len(late)} are not fresh" if bad else "all fresh"
    return Answer(
        f"Context of {project.model} is known up to {_time(found.cut)}: {told}.",
        Verdict.FAIL if bad else Verdict.PASS,
        lines=(*map(_line, found.views.values()), *(f"◆ {one}: {why}" for one, why in bad.items())),
        next="mainstay context refresh" if bad else "mainstay context skew",
        facts={**_facts(found), "late": bad},
    )


def shelf(project: Project) -> Shelf:
    """Where the views of a project are kept. Raises MissingExtra, Unavailable."""
    url = settings.context()
    return Server(url, project.model) if url else Folder(_folder(project))


def opened(project: Project, contract: Contract, engine: Backend, now: datetime) -> Sources:
    """The sources of a contract as they are in training."""
    places = project.places
    return rows.prepared(contract, Reader(engine, places.folder, places.staged, Once()), now)


def _refreshed(project: Project) -> Refreshed | None:
    looking = _looking(project)
    if not looking:
        return None
    with stores.writing(_folder(project)):
        cut = clock.now()
        asked = []
        for version, lookups in looking:
            contract = versions.contract(project, version)
            sources = opened(project, contract, build.opened(project.places), cut)
            asked.append(Asked(contract, sources, lookups))
        return views.refreshed(tuple(asked), shelf(project), cut)


def _looking(project: Project) -> list[tuple[Version, tuple[Lookup, ...]]]:
    """Who may be asked at a door, and what it looks up; one of each contract."""
    found = {}
    for name in _answering(project):
        version = versions.found(project, name)
        stated = manifest.read(project.places.bundle(version.bundle), version.bundle)
        if stated.lookups:
            found[version.contract, stated.lookups] = version
    return [(version, lookups) for (_, lookups), version in found.items()]


def _answering(project: Project) -> Iterator[str]:
    routing = publish.wanted(project)
    if routing is None:
        raise Missing(f"{project.model} answers nobody yet", hint="mainstay deploy")
    beside = (routing.previous, routing.shadow)
    yield from dict.fromkeys(one.version for one in (*routing.shares, *beside) if one)


def _folder(project: Project) -> Path:
    return project.places.serving / FOLDER


def _late(one: Lookup, view: View | None, now: datetime) -> str:
    if view is None:
        return "it was not made yet"
    if one.fresh is None:
        return ""
    if view.newest is None:
        return "it is empty"
    age = (points.moment(now) - view.newest) / 1e6
    return f"its newest row is {age:,.0f} s old, of {one.fresh:,.0f}" if age > one.fresh else ""


def _line(one: View) -> str:
    newest = f", the newest of {_time(points.time(one.newest))}" if one.newest is not None else ""
    return f"{one.name}: {one.keys:,} keys, {one.points:,} points{newest}"


def _facts(found: Current) -> dict[str, object]:
    return {
        "cut": found.cut,
        "generation": found.generation,
        "views": [{"id": name, **msgspec.to_builtins(one)} for name, one in found.views.items()],
    }


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
