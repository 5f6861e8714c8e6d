"""`watch simulate`: the watch tried on a version's own reference, before or while it is live."""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from ibis.backends.duckdb import Backend

from mainstay.bundle import manifest
from mainstay.contract.model import Contract
from mainstay.control import field, versions
from mainstay.control.project import Project
from mainstay.control.queries import Simulate
from mainstay.core import clock
from mainstay.core.answers import Answer, worst
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Evidence, Limit, Window
from mainstay.core.places import Places
from mainstay.data import reading
from mainstay.data.source import Reader
from mainstay.life.watch import lateness, parts, windows, yearly
from mainstay.life.watch.order import Serving
from mainstay.life.watch.simulate import (
    AFTER,
    FEWER,
    LATER,
    Delay,
    Reference,
    Simulation,
    simulated,
)

LEAST, MOST = 10, 1_000
"""Windows of a stream, and streams."""
_NONE = 3.689
"""Alarms a mean of which gives none in one case of 40: the upper end of the interval of none."""
UNTRIED = "latency, losses and what cleaning sets right have no past before a version answers"
FREE = "they may move with the calendar, and a move of theirs is no incident"
FOLLOW = "their windows carry no time, so no year before is held against them"
METHOD = "training windows drawn anew in blocks, each stream with a reference of its own"


class Trial(NamedTuple):
    """A version that nobody asked anything yet, see life.watch.order.Subject."""

    contract: Contract
    places: Places
    engine: Backend
    champion: Serving
    reader: Reader
    unfit: frozenset[str] = frozenset()

    @property
    def width(self) -> timedelta:
        return self.contract.watch.window


def simulate(project: Project, query: Simulate) -> Answer:
    """How often the watch would alarm about nothing, and how soon about something.

    Raises Missing without a version, Mistake for too few training windows.
    """
    if not (1 <= query.streams <= MOST and LEAST <= query.windows <= MOST):
        raise Mistake(
            f"{query.streams} streams of {query.windows} windows cannot be drawn",
            hint=f"1 to {MOST:,} streams of {LEAST} to {MOST:,} windows",
        )
    serving = _serving(project, query.version)
    contract, places = project.document.contract, project.places
    reader = reading.reader(contract, places)
    trial = Trial(contract, places, reader.here.engine, serving, reader)
    past, left = _reference(trial)
    found = simulated(
        past,
        streams=query.streams,
        windows=query.windows,
        seed=trial.contract.train.seed,
        tell=project.tell,
    )
    return _answer(project, serving, found, left)


def _serving(project: Project, name: str) -> Serving:
    """The version named, else the live one, else the newest."""
    lived = field.champions(project)
    if lived and not name:
        return lived[-1]
    version = versions.found(project, name)
    return Serving(f"v{version.number}", version.bundle, clock.now())


class Left(NamedTuple):
    """What no stream moves, and why."""

    names: tuple[str, ...] = ()
    why: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        return (f"not tried: {', '.join(self.names)}: {self.why}",) if self.names else ()


def _reference(trial: Trial) -> tuple[Reference, Left]:
    """The columns that must stay, and those held against the year before; what may move, and

    answers that hang on it, are left.
    """
    serving, places = trial.champion, trial.places
    stated = manifest.read(places.bundle(serving.bundle), serving.bundle)
    places.work.mkdir(parents=True, exist_ok=True)
    trained = windows.trained(trial, stated)
    if not trained:
        raise Mistake(f"{serving.name} was trained on rows of no known time")
    stay, season = parts.groups(trial, stated, trained)
    watch, since, spans = trial.contract.watch, windows.begun(stated), windows.spans(trial, stated)
    ages = lateness.ages(trial, spans)
    past = Reference(watch, stay, stated.importance, trained, since, ages)
    after = (Window(spans[-1].until, spans[-1].until + trial.width),)
    lacking = yearly.lacking(watch, trained, after, since)
    follow = ("the answers that hang on seasonal columns",) if season.answers else ()
    if watch.season != "year" or lacking or not season.names:
        return past, Left((*season.names, *follow), lacking or FREE)
    stay, season, _ = yearly.held(stay, season, stated.importance)
    return past._replace(group=stay, yearly=season), Left(follow, FOLLOW)


def _answer(project: Project, serving: Serving, found: Simulation, left: Left) -> Answer:
    watch = project.document.contract.watch
    evidence = tuple(_evidence(serving.name, found, watch.false_alarms))
    return Answer(
        f"{project.model} {serving.name}: {found.alarms:,} false alarms in {found.windows:,} quiet"
        f" windows; {_soonest(found.delays)}.",
        worst(evidence),
        evidence,
        (*_lines(watch.window, watch.false_alarms, found), *left.lines),
        next="mainstay watch" if field.champions(project) else "mainstay certify",
        facts={
            "version": serving.name,
            "windows": found.windows,
            "false_alarms": found.alarms,
            "rate": found.rate,
            "allowed": watch.false_alarms,
            "tried": found.weight,
            "untried": {"names": list(left.names), "why": left.why if left.names else ""},
            "delays": list(found.delays),
        },
    )


def _soonest(delays: tuple[Delay, ...]) -> str:
    """The smallest shift that shows."""
    shown = [one for one in delays if one.what == "column" and one.windows]
    if not shown:
        return f"no shift of a column shows within {AFTER} windows"
    first = shown[0]
    assert first.windows, "it shows"
    return f"a shift of {first.size:g} sd shows after {first.windows.value:,.0f} windows"


def _lines(width: timedelta, allowed: float, found: Simulation) -> Iterator[str]:
    """What was not tried, and how many more windows would decide."""
    yield f"{found.weight:.0%} of the evidence is tried: {UNTRIED}"
    wanted = math.ceil(_NONE / allowed * (timedelta(days=365.25) / width))
    if not found.alarms and found.windows < wanted:
        yield f"{wanted:,} quiet windows without an alarm would show that the budget is kept"


def _evidence(name: str, found: Simulation, allowed: float) -> Iterator[Evidence]:
    limit = Limit("at_most", allowed)
    yield Evidence(
        clause="false_alarms",
        subject=name,
        population=f"{found.windows:,} windows drawn from the training rows",
        method=METHOD,
        estimate=found.rate,
        limit=limit,
        verdict=limit.judge(found.rate),
    )
    yield from (_delayed(name, one) for one in found.delays)


_CLAUSES: Mapping[str, str] = {
    "volume": f"delay, volume {FEWER - 1:+.0%}",
    "lag": f"delay, sources {LATER:g} of the freshness later",
}


def _delayed(name: str, one: Delay) -> Evidence:
    return Evidence(
        clause=_CLAUSES.get(one.what, f"delay, a column by {one.size:g} sd"),
        subject=name,
        population=f"{one.of:,} streams"
        + (", each with another column moved" if one.what == "column" else ""),
        method=METHOD,
        estimate=one.windows,
        note=f"{one.found} of {one.of} within {AFTER} windows",
    )
