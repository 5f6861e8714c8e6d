"""Whole periods of the calendar."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pytest

from mainstay.data import periods
from mainstay.data.periods import Calendar

HOUR = timedelta(hours=1)
DAY, WEEK = Calendar(24 * HOUR), Calendar(7 * 24 * HOUR)
BERLIN = Calendar(24 * HOUR, "Europe/Berlin")
MONDAY = datetime(2024, 2, 26, tzinfo=UTC)
TIME = "timestamp('UTC')"


@pytest.mark.parametrize("length", [HOUR, 24 * HOUR, 7 * 24 * HOUR])
def test_a_time_lies_in_the_period_that_began_last(
    stored: Callable[..., ir.Table], length: timedelta
) -> None:
    by = Calendar(length)
    times = [
        MONDAY,
        MONDAY + 6.3 * 24 * HOUR,
        MONDAY + 7 * 24 * HOUR - timedelta(microseconds=1),
        None,
    ]
    table = stored({"at": TIME}, at=times)

    found = table.select(
        number=periods.period(table["at"], by), ended=periods.ended(table["at"], by)
    )

    for at, row in zip(times[:3], found.to_pyarrow().to_pylist(), strict=False):
        began = periods.began(row["number"], by)
        assert began <= at < began + length
        assert row["ended"] == (began + length).timestamp()
    assert found.to_pyarrow().to_pylist()[3] == {"number": None, "ended": None}


def test_weeks_begin_on_mondays_and_days_at_midnight() -> None:
    assert periods.began(periods.first(MONDAY, WEEK), WEEK) == MONDAY
    assert periods.began(periods.first(MONDAY + 12 * HOUR, DAY), DAY) == MONDAY + 24 * HOUR


def test_only_what_is_whole_and_over_lies_between_first_and_after() -> None:
    since, until = MONDAY + 12 * HOUR, MONDAY + 3.5 * 24 * HOUR

    assert periods.after(until, DAY) - periods.first(since, DAY) == 2
    assert periods.after(MONDAY + 24 * HOUR, DAY) - periods.first(MONDAY, DAY) == 1


def test_days_of_a_zone_are_those_of_its_clocks(stored: Callable[..., ir.Table]) -> None:
    """Clocks of Berlin are set forward on 31 March 2024 at 01:00 UTC, back on 27 October."""
    zone = ZoneInfo("Europe/Berlin")
    hours = range(0, 24 * 400, 1)
    times = [datetime(2023, 12, 30, 22, 30, tzinfo=UTC) + hour * HOUR for hour in hours]
    table = stored({"at": TIME}, at=times)

    found = table.select(
        number=periods.period(table["at"], BERLIN),
        until=periods.ended(table["at"], BERLIN) - periods.clock(table["at"], BERLIN.zone),
    )

    rows = found.to_pyarrow().to_pylist()
    local = [at.astimezone(zone) for at in times]
    origin = datetime(1970, 1, 5).date()  # noqa: DTZ001 - a day of the calendar
    assert [row["number"] for row in rows] == [(at.date() - origin).days for at in local]
    assert [row["until"] for row in rows] == [
        86_400 - at.hour * 3600 - at.minute * 60 for at in local
    ]


@pytest.mark.parametrize("day", ["2024-03-31", "2024-10-27", "2024-07-01"])
def test_a_day_of_a_zone_is_whole_from_its_midnight_on(day: str) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    number = periods.first(midnight, BERLIN)
    ends = periods.began(number + 1, BERLIN)

    assert periods.began(number, BERLIN) == midnight
    assert periods.first(midnight + timedelta(seconds=1), BERLIN) == number + 1
    assert periods.after(ends, BERLIN) == number + 1
    assert periods.after(ends - timedelta(seconds=1), BERLIN) == number
    assert (ends - periods.began(number, BERLIN)) / HOUR in (23, 24, 25)
