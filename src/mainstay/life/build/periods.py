"""Which stretch of decision time is trained on, and which is held out."""

from datetime import datetime, time, timedelta

import msgspec

from mainstay.core.errors import Mistake
from mainstay.core.nouns import Window


class Periods(msgspec.Struct, frozen=True):
    """train ends one `known_after` before hold_out begins, so no label of one reaches the other."""

    train: Window
    hold_out: Window


def periods(
    whole: Window, *, hold_out: timedelta, known_after: timedelta, most: timedelta | None = None
) -> Periods:
    """The last `hold_out` of a period is held out, the rest but for the gap is trained on.

    most: at most that much history before the gap is trained on. Raises Mistake when nothing
    would be left to train on.
    """
    held = Window(whole.until - hold_out, whole.until)
    until = held.since - known_after
    since = max(whole.since, until - most) if most else whole.since
    if since >= until:
        raise Mistake(
            f"{_days(whole)} days of decisions leave nothing to train on beside a hold-out of"
            f" {hold_out.days} days",
            hint="give a longer period, or a shorter certify.hold_out",
        )
    return Periods(Window(since, until), held)


def midnight_after(moment: datetime) -> datetime:
    """The next midnight in the moment's own zone.

    Where a period ends with the last decision it ends there, so that the period, and with it every
    digest, stays the same until rows arrive.
    """
    return datetime.combine(moment.date() + timedelta(days=1), time(), tzinfo=moment.tzinfo)


def _days(window: Window) -> int:
    return (window.until - window.since).days
