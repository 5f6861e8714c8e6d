"""Properties of a source, all of them one question to its engine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import ibis.expr.types as ir
import pytest
import small_project

from mainstay.contract import document
from mainstay.data import measured, promises
from mainstay.data.promises import Asked

NOW = datetime(2024, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TIME = "timestamp('UTC')"
CLAUSES = (
    "{property: freshness, at_most: 1h}, {property: frequency, at_most: 1h},"
    " {property: throughput, at_least: 2}, {property: completeness, element: rain, at_least: 1},"
    " {property: uniqueness, at_least: 1}, {property: retention, at_least: 1d},"
    " {property: latency, element: came_at, at_most: 1h},"
    " {property: time_of_availability, element: came_at, at_most: 1h}"
)


@pytest.fixture
def asked() -> tuple[Asked, ...]:
    text = small_project.CONTRACT.replace("take: [rain]", f"take: [rain], sla: [{CLAUSES}]")
    contract = document.parsed(text.encode(), Path("contract.yaml")).contract
    return promises.asked(promises.promises(contract), NOW - 3 * DAY, NOW, NOW)


@pytest.fixture
def weather(stored: Callable[..., ir.Table]) -> ir.Table:
    """Three days: two rows, three, one; the last comes five hours after the end of its day."""
    hours = (1, 2, 25, 26, 27, 40)
    seen = [NOW - 3 * DAY + at * HOUR for at in hours]
    types = {"town": "string", "seen_at": TIME, "came_at": TIME, "rain": "float64"}
    came = [*(one + HOUR for one in seen[:5]), seen[5] + 13 * HOUR]
    return stored(types, town=["north"] * 6, seen_at=seen, came_at=came, rain=[1.0] * 5 + [None])


def test_all_answers_come_of_one_question(weather: ir.Table, asked: tuple[Asked, ...]) -> None:
    with patch.object(type(weather), "to_pyarrow", autospec=True,
                      side_effect=type(weather).to_pyarrow) as questions:  # fmt: skip
        found = measured.found(asked, weather, NOW)

    assert questions.call_count == 1
    fresh, gaps, volume, there, keys, kept, late, by_hour = found
    assert (fresh.value, kept.value) == (32 * 3600, 71 * 3600)
    assert (gaps.value, gaps.rows) == (32 * 3600, 6)
    assert (volume.value, volume.periods, volume.rows) == (2, 2, 6)
    assert (there.value, keys.value) == (5 / 6, 6)
    assert (late.value, late.silent) == (13 * 3600, 0)
    assert by_hour.value == 5 * 3600


def test_the_worst_of_all_whole_periods_counts(weather: ir.Table, asked: tuple[Asked, ...]) -> None:
    half = asked[2]._replace(since=NOW - 2.5 * DAY)

    (found,) = measured.found((half,), weather, NOW)

    assert (found.value, found.periods, found.rows) == (4, 1, 4)
