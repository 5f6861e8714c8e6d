"""Until when a certificate holds: the smaller of what the contract allows and what is foretold."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from mainstay.contract import durations
from mainstay.control import foretelling
from mainstay.control.foretelling import Foretold
from mainstay.control.project import Project
from mainstay.core.nouns import Evidence, ModelVersion, Window
from mainstay.life.assess import foresight as foresights
from mainstay.life.assess.foresight import Foresight
from mainstay.stats.forecasts.grade import Grade

ALONE = "how fast it ages was not forecast"


class Term(NamedTuple):
    """why: in words that the grade of the forecast allows; foretold: to be frozen, where it is."""

    not_after: datetime
    why: str
    foretold: Foretold | None


class Judged(NamedTuple):
    """A version that passed: trained until `since`, on these held-out decisions, now."""

    version: ModelVersion
    since: datetime
    window: Window
    evidence: tuple[Evidence, ...]
    now: datetime


def term(project: Project, judged: Judged, sha: str) -> Term:
    """sha: the foresight that speaks of it, empty for none.

    Grades A and B end a certificate by the median, C by the far end of its range: what speaks by
    analogy says only what surely is too long. What nobody has seen shortens nothing.
    """
    contract = project.document.contract
    latest, allowed = judged.now + contract.certify.lasts, durations.text(contract.certify.lasts)
    if not sha:
        return Term(latest, f"{allowed} as the contract says; {ALONE}", None)
    found = foretelling.read(project, sha)
    foretold = _foretold(judged, found, sha)
    if foretelling.doubted(project, sha):
        foretold = msgspec.structs.replace(foretold, grade=Grade.C)
    said, breach = foretelling.said(foretold), foretold.breach
    if breach is None:
        return Term(latest, f"{allowed} as the contract says; {said}", foretold)
    age = breach.high if foretold.grade is Grade.C else breach.value
    ends = max(foretold.window(int(age)).until, judged.now + timedelta(days=found.days))
    if age > found.seen or ends >= latest:
        return Term(latest, f"{allowed} as the contract says; {said}", foretold)
    return Term(ends, f"{said}; the contract allows {allowed}", foretold)


def _foretold(judged: Judged, found: Foresight, sha: str) -> Foretold:
    width = timedelta(days=found.days)
    over = max((judged.window.until - judged.since) // width, 0)
    made = foresights.outlook(found, {}, over)
    return Foretold(
        version=judged.version.name,
        since=judged.since,
        at=judged.now,
        foresight=sha,
        measure=found.measure,
        bound=found.bound,
        days=found.days,
        seen=found.seen,
        others=found.others,
        grade=found.grade,
        held=tuple(_held(judged, found, width)),
        path=made.path,
        breach=made.breach,
        promise=found.promise,
    )


def _held(judged: Judged, found: Foresight, width: timedelta) -> Iterator[tuple[int, float]]:
    """What the held-out decisions showed, at their middle, where a gate measures what is foretold,
    on the scale of the forecast.

    It tells how far the level of this version is from that of the smaller fits of the backtest.
    """
    one = next((each for each in judged.evidence if each.clause == found.scale.metric), None)
    middle = judged.window.since + (judged.window.until - judged.window.since) / 2
    age = (middle - judged.since) // width + 1
    if one and one.estimate and 1 <= age <= found.seen:
        yield age, found.scale.score(one.estimate.value)
