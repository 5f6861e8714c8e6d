"""A stream as the watch sees it: profiled in the bins of its reference, judged after every window.

Everything is the product's own: data.profile counts, life.watch.parts and life.watch.drift judge.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import ibis
from ibis.backends.duckdb import Backend

from bench.drifting.streams import LEVELS, NUMBERS, QUIET, WINDOW, Stream
from mainstay.contract.operation import Watch
from mainstay.core.nouns import Window
from mainstay.data import profile
from mainstay.data.live import Counts
from mainstay.data.profile import Profile
from mainstay.life.watch import drift, parts, pulse
from mainstay.life.watch.drift import Drift
from mainstay.life.watch.order import Profiled
from mainstay.life.watch.parts import Group, Part
from mainstay.stats.components import Windows

NAMES = (*(f"n{at}" for at in range(NUMBERS)), *(f"c{at}" for at in range(len(LEVELS))))
DAY, BEGIN = timedelta(days=1), datetime(2020, 1, 6, tzinfo=UTC)
EQUAL: Mapping[str, float] = {}


class Lived(NamedTuple):
    """What the watch made of a stream. alarms: how often an alarm began while nothing had happened;

    delay: windows from what happened to the first alarm after it, None where there was none or one
    was on before; named: the column named first then.
    """

    windows: int
    alarms: int
    delay: int | None
    named: str


def lived(engine: Backend, stream: Stream, budget: float, *, until: bool = False) -> Lived:
    """until: nothing more is judged once what happened was found."""
    past, live = (counted(engine, stream)[at] for at in (0, 1))
    alarms, on = 0, False
    for day, one in enumerate(looks(past, live, budget), start=1):
        loud = one.total >= one.alarm
        if until and day > QUIET and one.broken:
            return Lived(day, alarms, None if on else day - QUIET, _named(one))
        alarms, on = alarms + (loud and not on and not (until and day > QUIET)), loud
    return Lived(len(live), alarms, None, "")


def _named(found: Drift) -> str:
    """First, of columns; nothing where only the volume carries the alarm."""
    return found.moved[0].column if found.moved else ""


def counted(engine: Backend, stream: Stream) -> tuple[tuple[Profile, ...], tuple[Profile, ...]]:
    """The reference windows, and those after them."""
    tables = []
    for name, rows in (("past", stream.past), ("live", stream.live)):
        tables.append(engine.create_table(name, rows, overwrite=True))
    past, live = tables
    bins = profile.bins(past, NAMES)
    windows = int(stream.past[WINDOW][-1].as_py()) + 1
    return (
        profile.grouped(past, bins, past[WINDOW], windows),
        profile.grouped(live, bins, live[WINDOW], stream.days),
    )


def looks(past: tuple[Profile, ...], live: tuple[Profile, ...], budget: float) -> Iterator[Drift]:
    """What is said after every window. The counts are scored once, not once per look."""
    rate = timedelta(days=365.25) / DAY / budget
    stated = Watch.model_validate({"window": "1d", "false_alarms": f"{rate:.12f} per year"})
    seen = tuple(_profiled(at, one) for at, one in enumerate(live))
    since = BEGIN - len(past) * DAY
    whole = (*parts.parts(Group(NAMES, None), {}, past, seen, (), since),)
    for day in range(1, len(live) + 1):
        volume = pulse.volume(past, seen[:day], since)
        some = (*(_first(one, day) for one in whole), volume)
        yield drift.judged(stated, drift.DRIFT, some, seen[:day])


def _first(part: Part, day: int) -> Part:
    """The same after so many windows."""
    live = Windows(*(one[:day] for one in part.live))
    return part._replace(live=live, windows=part.windows[:day])


def _profiled(at: int, one: Profile) -> Profiled:
    answered = Counts(one.rows, one.rows, 0, 0, 0, 0, 0, 0)
    return Profiled(Window(BEGIN + at * DAY, BEGIN + (at + 1) * DAY), "v1", one, answered)


def engine() -> Backend:
    return ibis.duckdb.connect(threads=1)
