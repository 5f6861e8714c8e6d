"""Rows that break a promise, set aside."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis.expr.types as ir
import pytest
import small_project

from mainstay.contract import document
from mainstay.data import aside, promises, sla
from mainstay.data.aside import Aside

NOW = datetime(2024, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TIME = "timestamp('UTC')"
TYPES = {"town": "string", "seen_at": TIME, "came_at": TIME, "rain": "float64"}
Stored = Callable[..., ir.Table]


def weather(stored: Stored, hours: list[int], late: int = 1, rain: object = None) -> ir.Table:
    """Rows at hours since three days ago; the first comes so many hours late, the others one."""
    seen = [NOW - 3 * DAY + at * HOUR for at in hours]
    came = [one + (late if at == 0 else 1) * HOUR for at, one in enumerate(seen)]
    values = rain or [1.0] * len(seen)
    return stored(TYPES, town=["n"] * len(seen), seen_at=seen, came_at=came, rain=values)


def kept(clause: str, table: ir.Table) -> tuple[ir.Table, Aside]:
    stated = f"sla: [{{{clause}, on_breach: quarantine}}], take: [rain]"
    text = small_project.CONTRACT.replace("take: [rain]", stated)
    contract = document.parsed(text.encode(), Path("contract.yaml")).contract
    some = promises.asked(promises.promises(contract), NOW - 3 * DAY, NOW, NOW)
    (found,) = sla.judged(some, {"weather": table}, NOW)
    assert found.broken
    return aside.kept(found, table, None, NOW)


def hours(table: ir.Table) -> list[int]:
    rows = table.order_by("seen_at").to_pyarrow().to_pylist()
    return [(one["seen_at"] - NOW + 3 * DAY) // HOUR for one in rows]


@pytest.mark.parametrize(
    ("clause", "stays"),
    [
        ("property: latency, element: came_at, at_most: 2h", [2, 3, 30, 31]),
        ("property: throughput, at_least: 3", [1, 2, 3]),
        ("property: throughput, at_most: 2", [30, 31]),
        ("property: completeness, element: rain, at_least: 1", [1, 2, 3, 31]),
    ],
)
def test_what_breaks_it_is_set_aside_and_counted(
    stored: Stored, clause: str, stays: list[int]
) -> None:
    every = [1, 2, 3, 30, 31]
    table = weather(stored, every, late=5, rain=[1.0, 1.0, 1.0, None, 1.0])

    left, away = kept(clause, table)

    assert hours(left) == stays
    assert hours(away.table) == [one for one in every if one not in stays]
    assert away.rows == len(every) - len(stays)
    assert left.columns == away.table.columns == tuple(TYPES)


def test_the_rows_of_a_day_that_came_too_late_are_set_aside(stored: Stored) -> None:
    clause = "property: time_of_availability, element: came_at, at_most: 3h"

    left, _ = kept(clause, weather(stored, [1, 2, 30, 50], late=30))

    assert hours(left) == [2, 30, 50]


def test_copies_stay_once_and_rows_that_differ_go_all(stored: Stored) -> None:
    table = weather(stored, [1, 2, 2, 3, 3], rain=[1.0, 4.0, 4.0, 5.0, 6.0])

    left, away = kept("property: uniqueness, at_least: 1", table)

    assert hours(left) == [1, 2]
    assert hours(away.table) == [2, 2, 3, 3]
    assert away.rows == 3
    assert away.note == (
        "3 rows of weather are set aside: uniqueness of weather is 0.6, at least 1 is agreed"
    )


def test_a_row_that_does_not_say_stays_where_others_break_it(stored: Stored) -> None:
    seen = [NOW - 3 * DAY + at * HOUR for at in (1, 2)]
    table = stored(TYPES, town=["n", "n"], seen_at=seen, came_at=[None, seen[1] + 9 * HOUR],
                   rain=[1.0, 1.0])  # fmt: skip

    left, away = kept("property: latency, element: came_at, at_most: 2h", table)

    assert (hours(left), hours(away.table)) == ([1], [2])
