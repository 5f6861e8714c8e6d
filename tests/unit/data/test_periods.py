"""Whole periods of the calendar."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import ibis.expr.types as ir
import pytest

from mainstay.data import periods

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY = datetime(2024, 2, 26, tzinfo=UTC)
TIME = "timestamp('UTC')"


@pytest.mark.parametrize("length", [DAY / 24, DAY, WEEK])
def test_a_time_lies_in_the_period_that_began_last(
    stored: Callable[..., ir.Table], length: timedelta
) -> None:
    times = [MONDAY, MONDAY + 6.3 * DAY, MONDAY + WEEK - timedelta(microseconds=1), None]
    table = stored({"at": TIME}, at=times)

    found = table.select(
        number=periods.period(table["at"], length), ended=periods.ended(table["at"], length)
    )

    for at, row in zip(times[:3], found.to_pyarrow().to_pylist(), strict=False):
        began = periods.began(row["number"], length)
        assert began <= at < began + length
        assert row["ended"] == (began + length).timestamp()
    assert found.to_pyarrow().to_pylist()[3] == {"number": None, "ended": None}


def test_weeks_begin_on_mondays_and_days_at_midnight() -> None:
    assert periods.began(periods.first(MONDAY, WEEK), WEEK) == MONDAY
    assert periods.began(periods.first(MONDAY + DAY / 2, DAY), DAY) == MONDAY + DAY


def test_only_what_is_whole_and_over_lies_between_first_and_after() -> None:
    since, until = MONDAY + DAY / 2, MONDAY + 3.5 * DAY

    assert periods.after(until, DAY) - periods.first(since, DAY) == 2
    assert periods.after(MONDAY + DAY, DAY) - periods.first(MONDAY, DAY) == 1
