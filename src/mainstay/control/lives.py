"""A candidate against the version that is live, over the life that its certificate gives it.

What both score on fresh rows says who is ahead today. Here it is asked who is ahead on average
until the candidate's certificate ends, read from what was foreseen of how either ages.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.contract.metrics import VALUE
from mainstay.contract.model import Contract
from mainstay.control import foretelling, versions
from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.core.nouns import Estimate, Evidence, Limit, Window, known
from mainstay.ledger.state import Version
from mainstay.life.assess.foresight import Foresight
from mainstay.life.assess.worth import a_point
from mainstay.stats.forecasts import area
from mainstay.stats.forecasts.area import Life
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.trainer.skill import Scale

CLAUSE = "champion, over its life"
METHOD = "area between ageing curves: backtest by real fits, same cuts and periods, 95 %"
FORESEE = "mainstay assess --foresee"


class Candidate(NamedTuple):
    """version: on trial, named `name`; champion: name of the live one; share: of yes in a binary

    task; begins, ends: when it would answer.
    """

    version: Version
    champion: str
    share: float
    begins: datetime
    ends: datetime

    @property
    def name(self) -> str:
        return f"v{self.version.number}"


class _Recipe(NamedTuple):
    """How models of one code age: what was foreseen, and until when this one learned."""

    code: str
    foreseen: Foresight | None
    learned: Window | None


class _Match(NamedTuple):
    """Backtests of the same periods, ages to compare, those that the life would have."""

    ours: Backtest
    theirs: Backtest
    life: Life
    asked: int


def compared(project: Project, candidate: Candidate) -> Evidence:
    """By how much the candidate is better on average; without estimate where nothing tells, with

    the reason. A gate where `certify.champion.life_worse_by` is stated, else a finding.
    """
    found = _found(project, candidate)
    most = project.document.contract.certify.champion.life_worse_by
    if most is None:
        return found
    limit = Limit("at_least", -most)
    told = found.estimate or Estimate(np.nan, np.nan, np.nan, 0)
    return msgspec.structs.replace(found, limit=limit, verdict=limit.judge(told))


def _found(project: Project, candidate: Candidate) -> Evidence:
    other = versions.found(project, candidate.champion)
    ours, theirs = (_recipe(project, one) for one in (candidate.version, other))
    if theirs.code == ours.code:
        theirs = theirs._replace(foreseen=ours.foreseen)
    match = _matched(candidate, ours, theirs)
    if isinstance(match, str):
        return _evidence(candidate, None, f"cannot tell: {match}")
    assert ours.foreseen is not None, "matched without a foresight"
    found = known(area.area(match.ours, match.theirs, match.life))
    if found is None:
        few = f"cannot tell: too few past lives of {match.life.last} periods were scored"
        return _evidence(candidate, None, few)
    stated = msgspec.structs.replace(found, unit=ours.foreseen.measure)
    money = _money(project.document.contract, candidate, ours.foreseen, stated)
    return _evidence(candidate, stated, _told(candidate, match, ours.foreseen, stated) + money)


def _recipe(project: Project, version: Version) -> _Recipe:
    born = versions.birth(project, version).version
    contracts = (project.document.digest, born.contract)
    shas = (foretelling.foresight(project, one, born.code) for one in contracts)
    sha = next(filter(None, shas), "")
    foreseen = foretelling.read(project, sha) if sha else None
    return _Recipe(digest.of_value(born.code), foreseen, born.datasets[0].window)


def _matched(candidate: Candidate, ours: _Recipe, theirs: _Recipe) -> _Match | str:
    """What can be compared, or why nothing can."""
    for name, one in ((candidate.name, ours), (candidate.champion, theirs)):
        if one.foreseen is None:
            return f"how models like {name} age was not foreseen ({FORESEE})"
    assert ours.foreseen is not None, "checked above"
    assert theirs.foreseen is not None, "checked above"
    if (ours.foreseen.measure, ours.foreseen.days) != (
        theirs.foreseen.measure,
        theirs.foreseen.days,
    ):
        return "the two were foreseen by other measures or periods"
    both = _same_periods(ours.foreseen, theirs.foreseen)
    if both is None or ours.learned is None or theirs.learned is None:
        return "the two were foreseen over other periods"
    older = round((ours.learned.until - theirs.learned.until).days / ours.foreseen.days)
    if older < 0:
        return f"{candidate.champion} learned from later decisions than {candidate.name}"
    return _within(candidate, both, ours.learned.until, ours.foreseen, older)


def _same_periods(ours: Foresight, theirs: Foresight) -> tuple[Backtest, Backtest] | None:
    one, other = (_backtest(each, ours.scale) for each in (ours, theirs))
    if ours is theirs:
        return one, other
    begins = (np.array(each.begins, dtype=np.int64) for each in (ours, theirs))
    if not ours.begins or not theirs.begins:
        return None
    found = area.common(one, next(begins), other, next(begins))
    return found if found[0].periods else None


def _within(
    candidate: Candidate,
    both: tuple[Backtest, Backtest],
    learned: datetime,
    foreseen: Foresight,
    older: int,
) -> _Match | str:
    """The ages that it would have, as far as any such model was ever seen."""
    first, asked = (
        max(round((at - learned).days / foreseen.days), 1)
        for at in (candidate.begins, candidate.ends)
    )
    last = min(asked, foreseen.seen)
    if last < first:
        most = foreseen.seen * foreseen.days
        return f"it would be older than the {most} days that any such model was ever seen at"
    return _Match(*both, Life(first, last, older), asked)


def _backtest(one: Foresight, onto: Scale) -> Backtest:
    """On a scale of the same measure, whose ends other rows may have told."""
    stated, slope = one.forecast, one.scale.span / onto.span
    apart = onto.score(one.scale.value(0.0))
    scores = apart + slope * np.array(stated.scores, dtype=np.float64)
    return Backtest(scores, stated.training, onto.no_skill, stated.season)


def _told(candidate: Candidate, match: _Match, foreseen: Foresight, found: Estimate) -> str:
    """In words: over which ages, and who is ahead."""
    days, life = foreseen.days, match.life
    span = f"from day {(life.first - 1) * days} to day {life.last * days} of its age"
    beyond = ", the oldest any was seen" if life.last < match.asked else ""
    than = f"{candidate.champion}, {life.older * days} days older"
    if found.low > 0:
        said = f"{candidate.name} is better than {than}"
    elif found.high < 0:
        said = f"{candidate.name} is worse than {than}"
    else:
        said = f"not told apart from {than}"
    return f"{said}, on average {span}{beyond}"


def _money(contract: Contract, candidate: Candidate, foreseen: Foresight, found: Estimate) -> str:
    """What that is worth, where the contract says what a decision is worth."""
    stated, point = contract.objective.value, _point(contract, candidate, foreseen)
    if stated is None or not point:
        return ""
    value, low, high = (1000 * point * each for each in (found.value, found.low, found.high))
    return f"; about {stated.currency} {value:,.0f} ({low:,.0f} to {high:,.0f}) per 1,000 decisions"


def _point(contract: Contract, candidate: Candidate, foreseen: Foresight) -> float | None:
    """Money of a decision for a score higher by 1; None where nobody can tell."""
    scale = foreseen.scale
    if scale.metric in VALUE:
        return scale.span / 1000
    known = scale.metric == "roc_auc"
    return a_point(contract, candidate.share, _level(foreseen)) if known else None


def _level(foreseen: Foresight) -> float:
    """The middle of what is foretold of a fresh model."""
    return float(np.median([path[0] for path in foreseen.forecast.draws]))


def _evidence(candidate: Candidate, found: Estimate | None, note: str) -> Evidence:
    return Evidence(
        clause=CLAUSE,
        subject=candidate.name,
        population=f"past models like {candidate.name} and {candidate.champion}",
        method=METHOD,
        estimate=found,
        note=note,
    )
