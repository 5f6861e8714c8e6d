"""Whole periods of the calendar, in UTC, weeks from Monday: which one a time lies in, and when."""

import math
from datetime import UTC, datetime, timedelta

import ibis.expr.types as ir

from mainstay.core.typed import INTEGER, NUMBER
from mainstay.data.expression import constant

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def seconds(time: ir.Value) -> ir.Value:
    """Since 1970, as a number; how much of a second is kept hangs on the engine."""
    return time.epoch_seconds().cast(NUMBER)


def period(time: ir.Value, length: timedelta) -> ir.Value:
    """The number of the period that a time lies in, counted from a Monday."""
    since = seconds(time) - constant(_MONDAY.timestamp(), NUMBER)
    return (since / constant(length.total_seconds(), NUMBER)).floor().cast(INTEGER)


def ended(time: ir.Value, length: timedelta) -> ir.Value:
    """Seconds since 1970 at the end of the period that a time lies in."""
    whole = (period(time, length) + constant(1, INTEGER)).cast(NUMBER)
    start = constant(_MONDAY.timestamp(), NUMBER)
    return whole * constant(length.total_seconds(), NUMBER) + start


def first(since: datetime, length: timedelta) -> int:
    """The number of the first period that is whole from a time on."""
    return math.ceil((since - _MONDAY) / length)


def after(until: datetime, length: timedelta) -> int:
    """The number after that of the last period that is over at a time."""
    return math.floor((until - _MONDAY) / length)


def began(number: int, length: timedelta) -> datetime:
    """When a period began."""
    return _MONDAY + number * length
