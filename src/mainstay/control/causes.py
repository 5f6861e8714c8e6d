"""Which incidents another one explains: a source that is late moves the columns taken from it,
labels that are wrong break goals.

What is explained is on record like everything else, and shown with the reason; only nobody is
told of it. The cause carries its harm (control.incidents).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.data import lineage
from mainstay.life.watch.beats import CLEANING
from mainstay.life.watch.drift import ANSWERS as FREE
from mainstay.life.watch.drift import DRIFT, SEASON
from mainstay.life.watch.order import LABELS, Finding
from mainstay.life.watch.parts import CALLED

GOAL = "goal"
SOURCES = ("freshness", "sla", "schema", "unit", "stopped", CLEANING)
"""Errors of a source, the deeper first: each may explain those after it and all EFFECTS."""
EFFECTS = (DRIFT, SEASON, FREE, "estimate", GOAL, "answered")
WHOLE = ("estimate", GOAL, "answered")
"""Of these, what speaks of all answers and of no column."""
LABELLED = ("estimate", GOAL, "loss, realised", "label rate")
"""What is told by labels, and falls with them."""
ANSWERS = tuple(CALLED.values())


class Case(NamedTuple):
    """A finding as an incident; id 0 while it has none, closed None while it lasts."""

    finding: Finding
    opened: datetime
    id: int = 0
    closed: datetime | None = None


def explained(
    contract: Contract, effect: Case, causes: tuple[Case, ...], now: datetime
) -> Case | None:
    """The deepest cause that explains it, None where it stands for itself.

    What was there before the cause is not explained by it. A cause that is over goes on to explain
    what began while it lasted, for as long as it lasted, at least one window: what moved takes a
    while to come back.
    """
    fitting = [
        one
        for one in causes
        if _reaches(one, effect, now, contract.watch.window) and _same(contract, one, effect)
    ]
    return min(fitting, key=lambda one: (_depth(one.finding), one.opened), default=None)


def is_source(finding: Finding) -> bool:
    """Whether it is an error of a source."""
    return finding.clause in SOURCES


def sources(contract: Contract, finding: Finding) -> frozenset[str]:
    """Names of the sources it speaks of: contexts, or the decisions."""
    if finding.clause in WHOLE:
        return frozenset()
    return frozenset(_source(contract, one) for one in finding.columns if one not in ANSWERS)


def address(contract: Contract, finding: Finding) -> str:
    """Where the source of an error lies; empty for what is no error of one source."""
    names = sources(contract, finding)
    if not is_source(finding) or len(names) != 1:
        return ""
    (name,) = names
    return lineage.address(contract, name)


def _depth(finding: Finding) -> int:
    causes = (*SOURCES, LABELS)
    return causes.index(finding.clause) if finding.clause in causes else len(causes)


def _reaches(cause: Case, effect: Case, now: datetime, width: timedelta) -> bool:
    if _depth(cause.finding) >= _depth(effect.finding):
        return False
    if effect.opened < cause.opened:
        return False
    if cause.closed is None:
        return True
    began = min(effect.finding.window.since, effect.opened)
    lasted = max(cause.closed - cause.opened, width)
    return began <= cause.closed and now < cause.closed + lasted


def _same(contract: Contract, cause: Case, effect: Case) -> bool:
    """Whether all that it speaks of comes from the source in error, or from labels."""
    if cause.finding.clause == LABELS:
        return effect.finding.clause in LABELLED
    if effect.finding.clause in WHOLE:
        return True
    if effect.finding.clause not in (*SOURCES, *EFFECTS):
        return False
    theirs = sources(contract, effect.finding)
    if not theirs:
        return effect.finding.clause in EFFECTS
    return theirs <= sources(contract, cause.finding)


def _source(contract: Contract, name: str) -> str:
    """Of a column, or of a source by its own name."""
    for source, clause in contract.data.context.items():
        if name == source or name in (one.name for one in clause.take):
            return source
    return DECISIONS
