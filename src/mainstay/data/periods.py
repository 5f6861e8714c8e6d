"""Whole periods of the calendar, weeks from Monday: which one a time lies in, and when.

By the clocks of a zone, or in UTC. What the clocks of a zone say is told by when they change, so
that every engine counts alike, whatever it knows of zones.
"""

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from mainstay.core.typed import INTEGER, NUMBER
from mainstay.data.expression import constant

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


class Calendar(NamedTuple):
    """How long its periods are, and by whose clocks: a zone's name, "" for UTC."""

    length: timedelta
    zone: str = ""


class Change(NamedTuple):
    """Until when clocks are ahead of UTC by so many seconds."""

    until: float
    ahead: float


def seconds(time: ir.Value) -> ir.Value:
    """Since 1970, as a number; how much of a second is kept hangs on the engine."""
    return time.epoch_seconds().cast(NUMBER)


def clock(time: ir.Value, zone: str) -> ir.Value:
    """What the clocks of a zone say, as seconds since they said 1970."""
    plain = seconds(time)
    if not zone:
        return plain
    *some, last = changes(zone)
    ahead = constant(last.ahead, NUMBER)
    if some:
        before = (
            (plain < constant(one.until, NUMBER), constant(one.ahead, NUMBER)) for one in some
        )
        ahead = ibis.cases(*before, else_=ahead)
    return plain + ahead


def period(time: ir.Value, by: Calendar) -> ir.Value:
    """The number of the period that a time lies in, counted from a Monday."""
    since = clock(time, by.zone) - constant(_MONDAY.timestamp(), NUMBER)
    return (since / constant(by.length.total_seconds(), NUMBER)).floor().cast(INTEGER)


def ended(time: ir.Value, by: Calendar) -> ir.Value:
    """What its clocks say at the end of the period that a time lies in, see `clock`."""
    whole = (period(time, by) + constant(1, INTEGER)).cast(NUMBER)
    start = constant(_MONDAY.timestamp(), NUMBER)
    return whole * constant(by.length.total_seconds(), NUMBER) + start


def first(since: datetime, by: Calendar) -> int:
    """The number of the first period that is whole from a time on."""
    return math.ceil((_said(since, by.zone) - _MONDAY) / by.length)


def after(until: datetime, by: Calendar) -> int:
    """The number after that of the last period that is over at a time."""
    return math.floor((_said(until, by.zone) - _MONDAY) / by.length)


def began(number: int, by: Calendar) -> datetime:
    """When a period began."""
    said = _MONDAY + number * by.length
    return said.replace(tzinfo=ZoneInfo(by.zone)).astimezone(UTC) if by.zone else said


@lru_cache
def changes(zone: str) -> tuple[Change, ...]:
    """Of the clocks of a zone from 1970 to 2069, in turn; the last lasts for good."""
    found, at = [], _FIRST
    while at < _LAST:
        if _ahead(at + _DAY, zone) != _ahead(at, zone):
            found.append(Change(_changed(at, zone).timestamp(), _ahead(at, zone)))
        at += _DAY
    return (*found, Change(math.inf, _ahead(_LAST, zone)))


def _changed(since: datetime, zone: str) -> datetime:
    """The second of a day from which on clocks are set otherwise than at its beginning."""
    before, low, high = _ahead(since, zone), since, since + _DAY
    while high - low > _SECOND:
        middle = low + (high - low) // (2 * _SECOND) * _SECOND
        low, high = (middle, high) if _ahead(middle, zone) == before else (low, middle)
    return high


def _ahead(time: datetime, zone: str) -> float:
    return (_said(time, zone) - time).total_seconds()


def _said(time: datetime, zone: str) -> datetime:
    """What the clocks of a zone say, as if it were UTC."""
    return time.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) if zone else time
