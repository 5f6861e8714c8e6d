"""The forecast of a version: frozen before any of it is known, scored as labels land, kept."""

from datetime import datetime, timedelta

import msgspec

from mainstay.control import versions
from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.core.nouns import Estimate, Event, Window
from mainstay.ledger import blobs
from mainstay.ledger.state import Version
from mainstay.life.assess import foresight as foresights
from mainstay.life.assess.foresight import Foresight
from mainstay.life.watch.flow import NOTICE
from mainstay.life.watch.order import Awaited, Came
from mainstay.stats.forecasts import record
from mainstay.stats.forecasts.grade import Grade

FEWEST = 3
"""Scores by which three misses would refute it: before, nothing bears a forecast out."""


class Scored(msgspec.Struct, frozen=True):
    """A period that is over: low, median and high as foretold before it, and what came.

    came: None where too few answers of it have a label.
    """

    age: int
    window: Window
    low: float
    middle: float
    high: float
    came: float | None
    rows: int

    @property
    def inside(self) -> bool:
        return self.came is not None and self.low <= self.came <= self.high


class Foretold(msgspec.Struct, frozen=True):
    """What a version is expected to score, as it stands on record.

    since: the end of its training rows, age 0; at: when it was frozen first: only periods that
    begin later are scored. foresight: digest of what it was made from; held: what it scored on held
    out decisions, by age. path, breach: see assess.foresight.Outlook. promise: what bound stands
    for, in words.
    """

    version: str
    since: datetime
    at: datetime
    foresight: str
    measure: str
    bound: float
    days: int
    seen: int
    others: int
    grade: Grade
    held: tuple[tuple[int, float], ...]
    path: tuple[tuple[float, float, float], ...]
    breach: Estimate | None
    scored: tuple[Scored, ...] = ()
    promise: str = "what was promised"

    def window(self, age: int) -> Window:
        """The period in which it is so many periods old, counted from 1."""
        width = timedelta(days=self.days)
        return Window(self.since + (age - 1) * width, self.since + age * width)

    @property
    def judged(self) -> tuple[Scored, ...]:
        """Those of which it is known what came."""
        return tuple(one for one in self.scored if one.came is not None)

    @property
    def refuted(self) -> bool:
        """Whether so much of what came was outside that no number of it counts any more."""
        return record.refuted([one.inside for one in self.judged])

    @property
    def kept(self) -> Grade:
        """The grade that its record leaves it."""
        return Grade.C if self.refuted and self.grade is not Grade.D else self.grade


def line(one: Foretold) -> str:
    """For a person: how long it lasts, in the words that its grade and its record allow."""
    return f"{said(one)}; {kept(one)}"


def said(one: Foretold) -> str:
    """Counted from the end of the training rows; no age beyond the longest ever seen."""
    most = one.seen * one.days
    if one.breach is None:
        return f"older than the {most} days that any such model was ever seen at"
    low, middle, high = (
        f"more than {most}" if age > one.seen else f"{age * one.days:.0f}"
        for age in (one.breach.low, one.breach.value, one.breach.high)
    )
    if one.breach.low > one.seen:
        found = f"more than {most} days, the oldest ever seen"
    elif one.kept is Grade.C:
        found = f"{low} to {high} days, by analogy with {one.others} models"
    else:
        found = f"{middle} days (80 %: {low} to {high}), grade {one.kept}"
    return f"foretold to last {found}, against {one.promise}"


def outlasts(one: Foretold, now: datetime) -> bool:
    """Whether it has a number, a record that bears it out, and NOTICE left even at its near end."""
    if one.breach is None or one.kept not in (Grade.A, Grade.B) or len(one.judged) < FEWEST:
        return False
    return one.window(int(one.breach.low)).until - now > NOTICE


def kept(one: Foretold) -> str:
    """Its record since it was frozen."""
    judged = one.judged
    if not judged:
        return "none of it could be scored yet"
    found = f"{sum(each.inside for each in judged)} of {len(judged)} scores were inside"
    return f"{found}: refuted, it lost its number" if one.refuted else found


def foreseen(project: Project, contract: str, code: dict[str, str], found: Foresight) -> None:
    """Puts on record how models of this contract and code age; within a transaction."""
    sha = blobs.stored(project.ledger.blobs, digest.canonical(found))
    said = {
        "contract": contract, "code": digest.of_value(code), "grade": found.grade, "blobs": [sha],
    }  # fmt: skip
    project.ledger.append("Foreseen", project.model, project.actor, said)


def foresight(project: Project, contract: str, code: dict[str, str]) -> str:
    """The digest of the newest of this very contract and code, empty without any."""
    wanted = (contract, digest.of_value(code))
    found = [
        event.payload["blobs"][0]
        for event in project.ledger.events(kind="Foreseen", subject=project.model)
        if (event.payload["contract"], event.payload["code"]) == wanted
    ]
    return found[-1] if found else ""


def read(project: Project, sha: str) -> Foresight:
    """The foresight of a digest."""
    return msgspec.json.decode(versions.blob(project, sha), type=Foresight)


def doubted(project: Project, sha: str) -> bool:
    """Whether labels refuted a forecast that was made from it, of whichever version."""
    events = project.ledger.events(kind="ForecastFrozen", subject=project.model)
    return any(e.payload["refuted"] and e.payload["foresight"] == sha for e in events)


def frozen(project: Project, one: Foretold) -> None:
    """Puts a forecast on record; within a transaction."""
    sha = blobs.stored(project.ledger.blobs, digest.canonical(one))
    number = int(one.version.removeprefix("v"))
    said = {
        "number": number, "scored": len(one.judged), "refuted": one.refuted, "blobs": [sha],
        "inside": sum(each.inside for each in one.judged), "foresight": one.foresight,
    }  # fmt: skip
    project.ledger.append("ForecastFrozen", project.model, project.actor, said)


def standing(project: Project, version: Version) -> Foretold | None:
    """The newest of a version; None where nothing was ever foretold of it."""
    events = [
        event
        for event in project.ledger.events(kind="ForecastFrozen", subject=project.model)
        if event.payload["number"] == version.number
    ]
    return _opened(project, events[-1]) if events else None


def awaited(project: Project, one: Foretold, now: datetime) -> Awaited | None:
    """The periods that are over and not scored yet; None without any."""
    done = {each.age for each in one.scored}
    ages = [age for age in range(1, one.seen + 1) if age not in done]
    windows = {age: one.window(age) for age in ages}
    due = {age: each for age, each in windows.items() if one.at <= each.since and each.until <= now}
    return Awaited(due, read(project, one.foresight).scale) if due else None


def scored(project: Project, one: Foretold, came: tuple[Came, ...]) -> Foretold:
    """With what came, each held against what was foretold when all before it were known."""
    found = read(project, one.foresight)
    for each in came:
        one = _after(found, one, each)
    return one


def _after(found: Foresight, one: Foretold, came: Came) -> Foretold:
    low, middle, high = one.path[came.age - 1]
    line = Scored(came.age, one.window(came.age), low, middle, high, came.score, came.rows)
    every = (*one.scored, line)
    if came.score is None:
        return msgspec.structs.replace(one, scored=every)
    known = {each.age: each.came for each in every if each.came is not None}
    left = foresights.outlook(found, {**dict(one.held), **known}, came.age)
    return msgspec.structs.replace(one, scored=every, path=left.path, breach=left.breach)


def _opened(project: Project, event: Event) -> Foretold:
    return msgspec.json.decode(versions.blob(project, event.payload["blobs"][0]), type=Foretold)
