"""When a job is due: cron's five fields on the clock of a zone, or the end of each window. Pure."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSimError

from mainstay.contract.batch import FIELDS, cron
from mainstay.core.errors import Mistake

EACH_WINDOW = "each window"
SLACK = timedelta(minutes=2)
"""After the end of a window: by then doors, which write within 50 ms, have written its answers."""
RECENT = timedelta(days=32)
"""How far back turns that were missed are counted one by one."""


class Windows(NamedTuple):
    """Windows of the field: each begins at a multiple of its width after `since`."""

    since: datetime
    width: timedelta


class Turn(NamedTuple):
    """The newest turn that is due, UTC, and how many before it nobody took."""

    due: datetime
    missed: int


class Rhythm(NamedTuple):
    """words: five fields of cron, or `each window`; empty: never. zone: of the clock of cron."""

    words: str
    zone: str = "UTC"


def checked(words: str, zone: str) -> Rhythm:
    """The rhythm. Raises Mistake for one that cannot be read, or never comes."""
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise Mistake(f"{zone!r} is no time zone", hint="Europe/Berlin, or UTC") from error
    try:
        if words != EACH_WINDOW:
            next(cron(words, datetime(2024, 1, 1, tzinfo=place)))
    except (CronSimError, StopIteration) as error:
        raise Mistake(
            f"{words!r} is no rhythm: {str(error) or 'that day never comes'}",
            hint=f"{FIELDS}, or '{EACH_WINDOW}'",
        ) from error
    return Rhythm(words, zone)


def turn(rhythm: Rhythm, windows: Windows, after: datetime, until: datetime) -> Turn | None:
    """The newest turn later than `after` and not later than `until`; None where there is none.

    A time that the clock skips in spring is due right after the gap; one that it shows twice in
    autumn is due once, but for rhythms of every hour or minute, which go on as time does.
    """
    if not rhythm.words or until <= after:
        return None
    if rhythm.words == EACH_WINDOW:
        return _ended(windows, after, until)
    recent = _turns(rhythm, max(after, until - RECENT), until)
    found = recent or _turns(rhythm, after, until)
    return Turn(found[-1], len(found) - 1) if found else None


def following(rhythm: Rhythm, windows: Windows, now: datetime) -> datetime | None:
    """The first turn later than now; None where there is none."""
    if not rhythm.words:
        return None
    if rhythm.words == EACH_WINDOW:
        since, width = windows
        return since + ((now - SLACK - since) // width + 1) * width + SLACK
    return next(cron(rhythm.words, now.astimezone(ZoneInfo(rhythm.zone)))).astimezone(UTC)


def _turns(rhythm: Rhythm, after: datetime, until: datetime) -> list[datetime]:
    zone = ZoneInfo(rhythm.zone)
    found = (one.astimezone(UTC) for one in cron(rhythm.words, after.astimezone(zone)))
    return list(takewhile(lambda one: one <= until, found))


def _ended(windows: Windows, after: datetime, until: datetime) -> Turn | None:
    """Of windows that are over by then."""
    since, width = windows
    last = (until - SLACK - since) // width
    missed = last - max((after - SLACK - since) // width, 0)
    return Turn(since + last * width + SLACK, missed - 1) if missed > 0 else None
