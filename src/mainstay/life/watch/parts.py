"""What is watched for drift: columns and answers, in parts that were seen over the same windows."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Window
from mainstay.data.answered import Answered
from mainstay.data.profile import Profile
from mainstay.data.records import DECISION, SCORE
from mainstay.life.watch import windows
from mainstay.life.watch.order import Profiled, Subject
from mainstay.life.watch.units import Move
from mainstay.stats import components, detector, season, years
from mainstay.stats.blocks import Floats
from mainstay.stats.components import Reference, Windows
from mainstay.stats.years import Days

CALLED = {SCORE: "the scores", DECISION: "the decisions"}
"""How answers are named among columns."""
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
ANSWERS = 0.25
"""What the answers weigh beside all columns together."""
COLUMNS = 0.8
"""What columns and answers weigh beside what is watched of windows and of labels, see
life.watch.pulse and life.watch.faults."""


class Part(NamedTuple):
    """What is watched over the same windows. weight: of each component, none below 0.

    harm: 1 where only more is an alarm, -1 where only less is, 0 for both. unit, scale: what one
    sd of a shift is, for a person.
    """

    reference: Reference
    live: Windows
    weight: Floats
    windows: tuple[Window, ...]
    harm: int = 0
    unit: str = "sd"
    scale: float = 1.0


class Group(NamedTuple):
    """Columns that are judged together. answers: whether the answers are judged with them.

    share: of what all columns weigh. yearly: whether they are held against the year before.
    """

    names: tuple[str, ...]
    answers: Answered | None
    share: float = 1.0
    yearly: bool = False


def groups(order: Subject, stated: Manifest, trained: tuple[Profile, ...]) -> tuple[Group, Group]:
    """The columns that must stay, and those that may move with the calendar.

    Answers follow the columns: where they hang on one that may move, so may they.
    """
    seasonal = order.contract.watch.seasonal
    names = tuple(one.name for one in trained[0].columns)
    weight = weights(names, stated.importance)
    free = any(weight[name] > 0 for name in names if name in seasonal)
    answers = windows.unseen(order)
    return (
        Group(tuple(one for one in names if one not in seasonal), None if free else answers),
        Group(tuple(one for one in names if one in seasonal), answers if free else None),
    )


def parts(
    group: Group,
    importance: dict[str, float],
    trained: tuple[Profile, ...],
    seen: tuple[Profiled, ...],
    moved: tuple[Move, ...],
    since: datetime | None = None,
) -> Iterator[Part]:
    """Columns weigh by importance, equally where it is empty; windows in which one came in another
    unit say nothing of it, nor of the answers.

    since: when the first training window begins, from which weekly seasons are told; None: unknown.
    """
    lost = {
        one: {at for each in moved if each.column == one for at in each.windows}
        for one in group.names
    }
    share = COLUMNS * group.share * (1 - ANSWERS if group.answers else 1.0)
    weight = weights(group.names, importance)
    for out in {frozenset(one) for one in lost.values()}:
        some = tuple(name for name in group.names if lost[name] == out)
        kept = tuple(one for one in seen if one.window not in out)
        if kept:
            profiles = tuple(one.profile for one in kept)
            given = {name: share * weight[name] for name in some}
            part = _part(trained, profiles, given, tuple(one.window for one in kept))
            if group.yearly and since:
                part = _yearly(part, since)
            yield _calm(part, since) if since else part
    if group.answers:
        yield from _answers(group.answers, seen, {at for one in moved for at in one.windows})


def _answers(past: Answered, seen: tuple[Profiled, ...], out: set[Window]) -> Iterator[Part]:
    """The score and the decisions. Whoever answers now is another model than those that answered
    then: it is off by about as much as the rows of one of them are.
    """
    kept = [(one.window, one.scores) for one in seen if one.scores and one.window not in out]
    if not kept:
        return
    names = [one.name for one in past.windows[0].columns]
    given = dict.fromkeys(names, COLUMNS * ANSWERS / len(names))
    spans, profiles = zip(*kept, strict=True)
    part = _part(past.windows, profiles, given, spans)
    rows = max(part.reference.rows // past.models, 1)
    yield part._replace(reference=part.reference._replace(rows=rows))


def _calm(part: Part, since: datetime) -> Part:
    """The same without what the place of a window in its week does to it."""
    width = part.windows[0].until - part.windows[0].since
    if width >= WEEK or WEEK % width:
        return part
    first, *_ = places(since, width, (since,))
    past = (first + np.arange(len(part.reference.windows.rows))) % (WEEK // width)
    now = places(since, width, tuple(one.since for one in part.windows))
    reference, live = season.without(part.reference, part.live, past, np.array(now))
    return part._replace(reference=reference, live=live)


def days(since: datetime, trained: int, spans: tuple[Window, ...]) -> Days:
    """Of so many training windows from `since` on, and of later ones."""
    width = (spans[0].until - spans[0].since) / DAY
    now = np.array([(one.since - since) / DAY for one in spans])
    past = (np.arange(trained, dtype=np.float64) + 0.5) * width
    return Days(past, now + width / 2, width)


def _yearly(part: Part, since: datetime) -> Part:
    """Held against the same weeks of the year before; see watch.yearly for where that is known."""
    trained = len(part.reference.windows.rows)
    found = years.against(part.reference, part.live, days(since, trained, part.windows))
    assert found is not None, "watch.yearly says where no year is known"
    return part._replace(reference=found[0], live=found[1])


def places(since: datetime, width: timedelta, starts: tuple[datetime, ...]) -> list[int]:
    """Of windows in their week, by their middles: those trained on may begin at any hour."""
    monday = since.replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=since.weekday())
    return [((one + width / 2 - monday) % WEEK) // width for one in starts]


def _part(
    trained: tuple[Profile, ...],
    found: tuple[Profile, ...],
    given: dict[str, float],
    spans: tuple[Window, ...],
) -> Part:
    names = tuple(given)
    rows = float(np.median([max(one.rows, 1) for one in found]))
    reference = components.reference(windows.columns(trained, names), rows=rows)
    live = components.windows(reference, windows.columns(found, names))
    return Part(reference, live, _shared(reference, given), spans)


def _shared(reference: Reference, given: dict[str, float]) -> Floats:
    """The weight of a column, by its components."""
    if not sum(given.values()):
        return np.zeros(len(reference.components))
    return detector.weights(reference.components, given) * sum(given.values())


def weights(names: Sequence[str], importance: dict[str, float]) -> dict[str, float]:
    """Together 1, equal where nothing is known; all 0 where none of them counts."""
    given = {name: importance.get(name, 0.0) if importance else 1.0 for name in names}
    total = sum(given.values())
    return {name: one / total if total else 0.0 for name, one in given.items()}
