"""What the sources of a live model are like: columns, and what their owners agreed on."""

from collections.abc import Iterator

import msgspec

from mainstay.contract.sources import DECISIONS
from mainstay.core.nouns import Evidence, Verdict, Window
from mainstay.data import changes, lineage, observation, sla
from mainstay.data.changes import Changed, feeding
from mainstay.data.observation import Observed
from mainstay.data.promises import LABELS
from mainstay.data.sla import Judged
from mainstay.life.watch.order import Finding, Order

FRESHNESS, SLA = "freshness", "sla"


def observed(order: Order) -> Observed:
    """As of now, of what came since the last look."""
    found = observation.observed(order.contract, order.reader, order.born, order.since, order.now)
    said = observation.of_labels(order.contract, order.labels, order.since, order.now)
    return found._replace(judged=(*found.judged, *said))


def evidence(order: Order, found: Observed) -> Iterator[Evidence]:
    """Every promise, and the columns of every source; of one that cannot be read none is known."""
    name = order.champion.name
    yield from (changes.evidence(one, name) for one in found.changed)
    yield from (msgspec.structs.replace(one.evidence, subject=name) for one in found.judged)
    yield from (observation.evidence(one, name) for one in found.unknown)


def findings(order: Order, found: Observed) -> Iterator[Finding]:
    """One for the columns of a source, one for its freshness, one for all else it agreed on."""
    yield from (_changed(order, one) for one in found.changed if one.broken)
    broken = [one for one in found.judged if one.broken]
    for source in dict.fromkeys(one.promise.source for one in broken):
        ours = [one for one in broken if one.promise.source == source]
        late = [one for one in ours if one.promise.sla.name == FRESHNESS]
        other = [one for one in ours if one.promise.sla.name != FRESHNESS]
        for clause, some in ((FRESHNESS, late), (SLA, other)):
            if some:
                yield _broken(order, clause, source, some)


def owner(source: str) -> str:
    """Who must hear of it."""
    return f"owner of the {source}" if source in (DECISIONS, LABELS) else f"owner of {source}"


def _changed(order: Order, one: Changed) -> Finding:
    return Finding(
        clause=changes.CLAUSE,
        columns=(one.source,),
        what=one.what,
        cause="the source cannot be read"
        if one.unreadable
        else "the columns of the source changed",
        owner=owner(one.source),
        action=f"ask the {owner(one.source)} what changed",
        verdict=Verdict.FAIL,
        window=Window(order.since, order.now),
        blocks=one.blocks,
    )


def _broken(order: Order, clause: str, source: str, some: list[Judged]) -> Finding:
    labels, late = source == LABELS, clause == FRESHNESS
    known = order.born and not labels
    fed = lineage.fed(order.contract, order.born, source) if order.born and known else ()
    return Finding(
        clause=LABELS if labels else clause,
        columns=(clause,) if labels else (source,),
        what=f"{'; '.join(map(sla.told, some))}{feeding(fed)}",
        cause="the source is late" if late else "the source breaks what its owner agreed on",
        owner=owner(source),
        action=f"ask the {owner(source)} why",
        verdict=Verdict.FAIL,
        window=Window(order.since, order.now),
        blocks=any(one.promise.sla.on_breach == "block" for one in some),
    )
