from collections.abc import Callable
from datetime import UTC, date, datetime

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Mistake
from mainstay.data import times

SIX = datetime(2013, 1, 31, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "layout", "zone"),
    [
        ("2013-01-31T06:00:00Z", "", ""),
        ("2013-01-31 06:00:00", "", ""),
        ("2013-01-31T07:00:00+01:00", "", ""),
        ("2013-01-31 01:00", "", "America/New_York"),
        ("2013-01-31T06:00:00Z", "", "America/New_York"),
        ("2013-01-31 07:00+01:00 ", "", "America/New_York"),
        ("2013-01-31 06:00 UTC", "", "America/New_York"),
        ("2013-01-31 07:00 Europe/Paris", "", "America/New_York"),
        ("31/01/2013 06h", "%d/%m/%Y %Hh", ""),
        ("31/01/2013 07h", "%d/%m/%Y %Hh", "Europe/Paris"),
        ("31/01/2013 07h +0100", "%d/%m/%Y %Hh %z", "America/New_York"),
    ],
)
def test_text_becomes_the_moment_it_names(
    stored: Callable[..., ir.Table], text: str, layout: str, zone: str
) -> None:
    table = stored({"seen_at": "string"}, seen_at=[text, None])

    made = times.moments(table, "seen_at", layout, zone)

    assert made.seen_at.to_pyarrow().to_pylist() == [SIX, None]


def test_a_day_begins_at_midnight_of_its_zone(stored: Callable[..., ir.Table]) -> None:
    table = stored({"day": "date"}, day=[date(2013, 1, 31)])

    made = times.moments(table, "day", zone="Europe/Paris")

    assert made.day.to_pyarrow().to_pylist() == [datetime(2013, 1, 30, 23, tzinfo=UTC)]


def test_a_moment_stays_what_it_is_whatever_the_zone(stored: Callable[..., ir.Table]) -> None:
    table = stored({"seen_at": "timestamp('UTC')"}, seen_at=[SIX])

    made = times.moments(table, "seen_at", zone="Asia/Tokyo")

    assert made.seen_at.to_pyarrow().to_pylist() == [SIX]


def test_plain_times_are_read_in_their_zone(bench: Backend) -> None:
    rows = pa.table({"seen_at": pa.array([datetime(2013, 7, 1, 2)], pa.timestamp("us"))})  # noqa: DTZ001
    table = bench.create_table("plain_times", rows, temp=True, overwrite=True)

    made = times.moments(table, "seen_at", zone="America/New_York")

    assert made.seen_at.to_pyarrow().to_pylist() == [datetime(2013, 7, 1, 6, tzinfo=UTC)]


@pytest.mark.parametrize(("text", "layout"), [("soon", ""), ("2013-13-01", ""), ("1 May", "%d/%m")])
def test_text_that_is_no_time_is_counted_and_shown(
    stored: Callable[..., ir.Table], text: str, layout: str
) -> None:
    table = stored({"seen_at": "string"}, seen_at=[text, None, "2013-01-31"])

    with pytest.raises(Mistake, match=f"seen_at: .* no time, for example '{text}'"):
        times.moments(table, "seen_at", layout)


def test_a_number_is_no_time(stored: Callable[..., ir.Table]) -> None:
    table = stored({"seen_at": "int64"}, seen_at=[1])

    with pytest.raises(Mistake, match="seen_at is int64"):
        times.moments(table, "seen_at")
