"""`watch simulate`: the watch tried on a version's own reference, before or while it is live."""

from collections.abc import Iterator

from mainstay.bundle import manifest
from mainstay.control import field, labelling, versions
from mainstay.control.project import Project
from mainstay.control.queries import Simulate
from mainstay.core import clock
from mainstay.core.answers import Answer, worst
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Evidence, Limit
from mainstay.data import journal
from mainstay.data import labels as truths
from mainstay.life.build import build
from mainstay.life.watch import parts, windows
from mainstay.life.watch.order import Order, Serving
from mainstay.life.watch.simulate import AFTER, BLOCK, Delay, Reference, Simulation, simulated

LEAST, MOST = 10, 1_000
"""Windows of a stream, and streams."""
METHOD = f"training windows drawn anew in blocks of at most {BLOCK}, each stream with its reference"


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
    found = simulated(
        _reference(_order(project, serving)),
        streams=query.streams,
        windows=query.windows,
        seed=project.document.contract.train.seed,
    )
    return _answer(project, serving, found)


def _serving(project: Project, name: str) -> Serving:
    """The version named, else the live one, else the newest."""
    lived = field.champions(project)
    if lived and not name:
        return lived[-1]
    version = versions.found(project, name)
    return Serving(f"v{version.number}", version.bundle, clock.now())


def _order(project: Project, serving: Serving) -> Order:
    """A look at a version that nobody asked anything yet."""
    now, places, engine = clock.now(), project.places, build.opened(project.places)
    stated = labelling.shape(project)
    return Order(
        document=project.document,
        places=places,
        engine=engine,
        table=journal.read(engine, places.journal, field.requested(project, (serving,))),
        labels=truths.visible(engine, stated, labelling.kept(project, stated), now),
        champion=serving,
        previous=None,
        certified=(),
        not_after=now,
        since=now,
        first=now,
        now=now,
        tell=project.tell,
    )


def _reference(order: Order) -> Reference:
    """The columns that must stay; the seasonal ones have a budget of their own and no incident."""
    serving, places = order.champion, order.places
    stated = manifest.read(places.bundle(serving.bundle), serving.bundle)
    places.work.mkdir(parents=True, exist_ok=True)
    trained = windows.trained(order, stated)
    if not trained:
        raise Mistake(f"{serving.name} was trained on rows of no known time")
    stay, _ = parts.groups(order, stated, trained)
    since = windows.begun(stated)
    return Reference(order.contract.watch, stay, stated.importance, trained, since)


def _answer(project: Project, serving: Serving, found: Simulation) -> Answer:
    watch = project.document.contract.watch
    evidence = tuple(_evidence(serving.name, found, watch.false_alarms))
    soonest = found.delays[0]
    shown = f"after {soonest.windows.value:,.0f} windows" if soonest.windows else "too late"
    verdict = worst(evidence)
    return Answer(
        f"{project.model} {serving.name}: {found.alarms:,} false alarms in {found.windows:,} quiet"
        f" windows; a shift of {soonest.size:g} sd shows {shown}.",
        verdict,
        evidence,
        (METHOD,),
        next="mainstay watch" if field.champions(project) else "mainstay certify",
        facts={
            "version": serving.name,
            "windows": found.windows,
            "false_alarms": found.alarms,
            "rate": found.rate,
            "allowed": watch.false_alarms,
            "delays": list(found.delays),
        },
    )


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


def _delayed(name: str, one: Delay) -> Evidence:
    return Evidence(
        clause=f"delay, a lasting shift of {one.size:g} sd",
        subject=name,
        population=f"{one.of:,} streams, each with another column moved",
        method=METHOD,
        estimate=one.windows,
        note=f"{one.found} of {one.of} within {AFTER} windows",
    )
