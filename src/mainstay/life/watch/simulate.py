"""What the watch would say of a model's own reference, again and again, before anything is live.

Streams are drawn from the training windows in blocks of neighbours, so that weekdays and days like
the day before stay together; each has a reference of its own, drawn likewise, whose error counts.
Where columns are held against the year before, blocks are of four weeks, from about the time of
year that they come to stand on: of any of the years, two weeks earlier or later at most.
What the training windows never showed is in no stream: a season longer than they are, for one; nor
what no window tells before a version answers: its latency, and what its answers are worth then.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.contract.operation import Watch
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Estimate, Window
from mainstay.core.nouns import known as finite
from mainstay.data.live import Counts
from mainstay.data.profile import Profile
from mainstay.life.watch import drift, parts, pulse
from mainstay.life.watch.order import Late, Profiled
from mainstay.life.watch.parts import Group, Part
from mainstay.stats import detector, proportion, season, years
from mainstay.stats.components import Windows

FEWEST, BLOCK, FULL = 8, 7, season.FEWEST
"""Training windows with rows that can be drawn from, neighbours that stay together at most, and
weeks from which weekdays stay weekdays."""
BEFORE, AFTER = 30, 90
"""Quiet windows before a shift, and those in which it is looked for."""
TIMES = (1, 2, 5)
"""Shifts that are tried, in multiples of the tolerated one."""
FEWER, LATER = 0.7, 0.5
"""Of the decisions, what is left; of the freshness agreed, by how much sources are later."""
YEAR = timedelta(days=365.25)


class Reference(NamedTuple):
    """What the windows are drawn from: those trained on, and what counts in them.

    since: when the first of them begins, None where it is not known. ages: of each source at the
    end of each, see lateness. yearly: columns held against the year before, judged by themselves.
    """

    stated: Watch
    group: Group
    importance: dict[str, float]
    trained: tuple[Profile, ...]
    since: datetime | None = None
    ages: Mapping[str, list[float | None]] = {}
    yearly: Group | None = None

    @property
    def week(self) -> int:
        """Windows after which weekdays come again; 1 where the past tells no weekdays."""
        width, many = self.stated.window, len(self.trained)
        told = self.since is not None and width < parts.WEEK and not parts.WEEK % width
        return parts.WEEK // width if told and many >= FULL * (parts.WEEK // width) else 1

    @property
    def alarm(self) -> float:
        return detector.budget(self.stated.false_alarms, self.stated.window)


class Delay(msgspec.Struct, frozen=True):
    """A lasting shift, of so many training sd in one column or of what else is named: windows until

    the alarm. windows: the median, None where half were not found within AFTER; found, of: streams.
    """

    what: str
    size: float
    windows: Estimate | None
    found: int
    of: int


class Simulation(msgspec.Struct, frozen=True):
    """rate: alarms a year over quiet windows, exact Poisson interval at 95 %; weight: the share of

    the evidence that was tried.
    """

    windows: int
    alarms: int
    rate: Estimate
    delays: tuple[Delay, ...]
    weight: float


class _Stream(NamedTuple):
    """A reference, windows after it, and what is watched of their columns and answers.

    stay: how many of the parts are judged together with what is watched beside columns; the rest is
    held against the year before.
    """

    reference: tuple[Profile, ...]
    seen: tuple[Profiled, ...]
    parts: tuple[Part, ...]
    stay: int


def simulated(
    past: Reference,
    *,
    streams: int,
    windows: int,
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
) -> Simulation:
    """So many streams of quiet windows, and of each shift. Raises Mistake for too short a past."""
    known = sum(one.rows > 0 for one in past.trained)
    if known < FEWEST:
        raise Mistake(
            f"{known} training windows are too few to draw from, {FEWEST} are needed",
            hint="train on a longer period, or watch shorter windows (watch.window)",
        )
    random, alarms = np.random.default_rng(seed), 0
    for number in range(streams):
        tell(f"quiet windows, stream {number + 1} of {streams}")
        alarms += _begun(past, _drawn(past, random, windows))
    found = []
    for what, size in shifts(past):
        tell(f"{what}: {streams} streams that move")
        found.append(_delay(past, random, (what, size), streams))
    looked = streams * windows
    rate = _rate(alarms, looked, past.stated.window)
    whole = _watched(past, _drawn(past, random, BEFORE), BEFORE)
    weight = float(sum(one.weight.sum() for some in whole for one in some))
    return Simulation(looked, alarms, rate, tuple(found), weight)


def shifts(past: Reference) -> Iterator[tuple[str, float]]:
    """What is tried, and how far each lies off."""
    for times in TIMES:
        yield "column", times * past.stated.tolerated_shift
    yield "volume", FEWER
    if past.ages:
        yield "lag", LATER


def _rate(alarms: int, windows: int, width: timedelta) -> Estimate:
    """Alarms a year; source of the interval: Garwood (1936)."""
    years = windows * width / YEAR
    low = float(scipy.special.gammaincinv(alarms, 0.025)) if alarms else 0.0
    high = float(scipy.special.gammaincinv(alarms + 1, 0.975))
    return Estimate(alarms / years, low / years, high / years, windows, "a year")


def _drawn(past: Reference, random: np.random.Generator, windows: int) -> _Stream:
    """A stream and its reference."""
    many = len(past.trained)
    before, places = _places(past, random, windows)
    answers, said = past.group.answers, _nothing(windows)
    if answers:
        every = answers.windows
        drawn = (_blocks(random, len(every), many) for many in (len(every), windows))
        first, later = (tuple(every[at] for at in some) for some in drawn)
        answers, said = msgspec.structs.replace(answers, windows=first), later
    after = many if past.yearly else 0
    seen = tuple(_window(past, after + at, int(one), said[at]) for at, one in enumerate(places))
    group = past.group._replace(answers=answers)
    reference = tuple(past.trained[at] for at in before)
    given = past.importance, reference, seen, (), past.since
    some = tuple(parts.parts(group, *given))
    held = tuple(parts.parts(past.yearly, *given)) if past.yearly else ()
    return _Stream(reference, seen, (*some, *held), len(some))


def _places(
    past: Reference, random: np.random.Generator, windows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of a reference and of windows after it, among the training windows."""
    many = len(past.trained)
    if past.yearly:
        return _in_season(past, random, 0, many), _in_season(past, random, many, windows)
    before, after = (_blocks(random, many, one, past.week) for one in (many, windows))
    return before, after


def _in_season(
    past: Reference, random: np.random.Generator, first: int, windows: int
) -> NDArray[np.int64]:
    """Places of windows, in blocks of about their time of year; first: where they begin, counted in

    windows from the first of training.
    """
    day, many = past.stated.window / timedelta(days=1), len(past.trained)
    length, year = max(round(years.BLOCK / day), 1), round(years.YEAR / day)
    every, made = np.arange(many - length + 1), []
    for at in range(first, first + windows, length):
        off = (every - at + year // 2) % year - year // 2
        near = every[(np.abs(off) <= length / 2) & ((every - at) % past.week == 0)]
        made.append(random.choice(near) + np.arange(length))
    return np.concatenate(made)[:windows]


def _nothing(windows: int) -> tuple[Profile | None, ...]:
    return (None,) * windows


def _window(past: Reference, at: int, place: int, said: Profile | None) -> Profiled:
    """A window of a time that never was, on a weekday of its own."""
    one, width = past.trained[place], past.stated.window
    since = (past.since or datetime(2000, 1, 1, tzinfo=UTC)) + at * width
    counts = Counts(one.rows, one.rows, 0, 0, 0, 0, 0, 0)
    late = Late(None, {name: ages[place] for name, ages in past.ages.items()})
    return Profiled(Window(since, since + width), "", one, counts, (), said, late)


def _blocks(
    random: np.random.Generator, many: int, windows: int, week: int = 1
) -> NDArray[np.int64]:
    """Places of windows, in blocks that go on at the first after the last.

    They begin anywhere, but each on the weekday that it comes to stand on.
    """
    length, whole = max(min(BLOCK, many // 4), 1), many // week * week
    blocks = np.arange(-(-windows // length)) * length
    starts = blocks + week * random.integers(0, whole // week, len(blocks))
    return ((starts[:, None] + np.arange(length)) % whole).ravel()[:windows]


def _begun(past: Reference, some: _Stream) -> int:
    """How often an alarm began."""
    loud = np.array([one >= past.alarm for one in _totals(past, some, 1)], dtype=np.int64)
    return int(loud[:1].sum() + (np.diff(loud) > 0).sum())


def _totals(past: Reference, some: _Stream, first: int) -> Iterator[float]:
    """The evidence after each window, from so many windows on."""
    for day in range(first, len(some.seen) + 1):
        yield max(drift.total(one, past.alarm) for one in _watched(past, some, day))


def _watched(past: Reference, some: _Stream, day: int) -> tuple[tuple[Part, ...], ...]:
    """All that is watched after so many windows: what stays, what is held against a year before."""
    beside = pulse.pulse("", some.reference, some.seen[:day], (), past.since)
    cut = [one._replace(live=_until(one.live, day)) for one in some.parts]
    return (*cut[: some.stay], *beside), tuple(cut[some.stay :])


def _until(live: Windows, day: int) -> Windows:
    return Windows(*(one[:day] for one in live))


def _delay(
    past: Reference, random: np.random.Generator, shift: tuple[str, float], streams: int
) -> Delay:
    """Each stream moves another column, in turn, up and down; or all of them volume or lag."""
    late, (what, size) = [], shift
    for number in range(streams):
        some = _drawn(past, random, BEFORE + AFTER)
        some = _moved(some, number, size) if what == "column" else _befallen(some, what, size)
        totals = enumerate(_totals(past, some, BEFORE + 1), start=1)
        late.append(next((day for day, one in totals if one >= past.alarm), np.inf))
    found = proportion.quantile(np.array(late, dtype=np.float64), 0.5, unit="windows")
    return Delay(what, size, finite(found), int(np.isfinite(late).sum()), streams)


def _moved(some: _Stream, number: int, size: float) -> _Stream:
    """From BEFORE on one column lies off: numbers by their location, texts by a level."""
    every = [
        (part, at)
        for part, one in enumerate(some.parts)
        for at in detector.telling(one.reference.components)
    ]
    counted = [(part, at) for part, at in every if some.parts[part].weight[at] > 0] or every
    part, at = counted[number % len(counted)]
    live = some.parts[part].live
    distance = live.distance.copy()
    distance[BEFORE:, at] += size * (-1) ** number
    moved = some.parts[part]._replace(live=live._replace(distance=distance))
    return some._replace(parts=(*some.parts[:part], moved, *some.parts[part + 1 :]))


def _befallen(some: _Stream, what: str, size: float) -> _Stream:
    """From BEFORE on fewer decisions come, or every source is later."""
    change = {"volume": _fewer, "lag": _later}[what]
    moved = tuple(change(one, size) for one in some.seen[BEFORE:])
    return some._replace(seen=(*some.seen[:BEFORE], *moved))


def _fewer(one: Profiled, share: float) -> Profiled:
    counts = one.counts._replace(decisions=math.floor(share * one.counts.decisions))
    return msgspec.structs.replace(one, counts=counts)


def _later(one: Profiled, by: float) -> Profiled:
    ages = one.late.ages if one.late else {}
    moved = {name: None if age is None else age + by for name, age in ages.items()}
    return msgspec.structs.replace(one, late=Late(None, moved))
