"""How decisions are cut into partitions: by the hour, day, month or year of their time, UTC."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.contract.batch import Unit
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Window
from mainstay.core.typed import INTEGER, NUMBER
from mainstay.data import dialect
from mainstay.data.expression import constant

MOST = 10_000
"""Partitions of one run: each is a question and two files."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
_BUCKET, _ROWS, _FIRST, _LAST = "mainstay_since", "mainstay_rows", "mainstay_first", "mainstay_last"


class Cut(NamedTuple):
    """One partition to be made: its name, its window, how many rows it has now."""

    name: str
    window: Window
    rows: int


def cut(table: ir.Table, time: str, unit: Unit) -> tuple[Cut, ...]:
    """The partitions that have rows, in the order of time."""
    moment = table[time]
    if unit == "all":
        asked = table.aggregate(**{_FIRST: moment.min(), _LAST: moment.max(), _ROWS: table.count()})
        (found,) = asked.to_pyarrow().to_pylist()
        if not found[_ROWS]:
            return ()
        first, last = (found[one].replace(tzinfo=UTC) for one in (_FIRST, _LAST))
        return (Cut("all", Window(first, last + timedelta(microseconds=1)), found[_ROWS]),)
    rows: Counter[datetime] = Counter()
    for begin, count in _counted(moment, unit):
        rows[_begin(begin, unit)] += count
    if len(rows) > MOST:
        hint = "take larger ones, or less time: --partition month, --since DATE"
        raise Mistake(f"there are more than {MOST:,} partitions by the {unit}", hint)
    return tuple(
        Cut(f"{begin:{_NAME[unit]}}", Window(begin, _next(begin, unit)), count)
        for begin, count in rows.items()
    )


def aligned(moment: datetime, unit: Unit) -> bool:
    """Whether a partition begins at a moment."""
    begin = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    match unit:
        case "all":
            return True
        case "hour":
            return begin == moment
        case "day":
            return begin.replace(hour=0) == moment
        case "month":
            return begin.replace(hour=0, day=1) == moment
        case "year":
            return begin.replace(hour=0, day=1, month=1) == moment


def _counted(moment: ir.Value, unit: Unit) -> Iterator[tuple[datetime, int]]:
    """How many rows each hour or day has, in order; of days months and years are made.

    By whole seconds since 1970: what calendars say of each row costs four times as much.
    """
    width = timedelta(hours=1) if unit == "hour" else timedelta(days=1)
    seconds = constant(width.total_seconds(), NUMBER)
    number = (dialect.whole_seconds(moment) / seconds).floor().cast(INTEGER)
    counted = number.name(_BUCKET).as_table().group_by(_BUCKET)
    found = counted.aggregate(**{_ROWS: lambda rows: rows.count()}).order_by(_BUCKET)
    some = found.limit(MOST + 1) if unit in ("hour", "day") else found
    for one in some.to_pyarrow().to_pylist():
        yield _EPOCH + one[_BUCKET] * width, one[_ROWS]


def _begin(moment: datetime, unit: Unit) -> datetime:
    """Where the partition of an hour or a day begins."""
    match unit:
        case "month":
            return moment.replace(day=1)
        case "year":
            return moment.replace(month=1, day=1)
        case _:
            return moment


def _next(begin: datetime, unit: Unit) -> datetime:
    """Where the partition after begins."""
    match unit:
        case "hour":
            return begin + timedelta(hours=1)
        case "month":
            return (begin + timedelta(days=31)).replace(day=1)
        case "year":
            return begin.replace(year=begin.year + 1)
        case _:
            return begin + timedelta(days=1)
