"""Whether sources keep what their owners agreed on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.errors import Broken, Mistake, Unsure
from mainstay.core.nouns import Verdict, Window
from mainstay.data import promises, sla
from mainstay.data.sla import Judged

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TYPES = {"town": "string", "seen_at": "timestamp('UTC')", "came_at": "timestamp('UTC')",
         "rain": "float64"}  # fmt: skip
Stored = Callable[..., ir.Table]
Times = list[datetime | None]


def contract(clause: str) -> Contract:
    text = small_project.CONTRACT.replace("take: [rain]", f"sla: [{{{clause}}}], take: [rain]")
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def weather(stored: Stored, seen: Times, came: Times | None = None, **more: object) -> ir.Table:
    values: dict[str, object] = {
        "town": ["north"] * len(seen), "seen_at": seen, "came_at": came or seen,
        "rain": [1.0] * len(seen), **more,
    }  # fmt: skip
    return stored(TYPES, **values)


def judged(clause: str, table: ir.Table, since: datetime | None = None) -> Judged:
    some = promises.asked(promises.promises(contract(clause)), since, NOW, NOW)
    (found,) = sla.judged(some, {"weather": table}, NOW)
    return found


def value(clause: str, table: ir.Table, since: datetime | None = None) -> float | None:
    seen = judged(clause, table, since).evidence.estimate
    return seen.value if seen else None


def hourly(days: int, *, but: tuple[int, ...] = ()) -> Times:
    """Every hour of some days before the midnight before now, without some of the days."""
    since = NOW.replace(hour=0) - days * DAY
    return [since + at * HOUR for at in range(24 * days) if at // 24 not in but]


@pytest.mark.parametrize(
    ("clause", "measured", "verdict"),
    [
        ("property: freshness, at_most: 13h", 13, "pass"),
        ("property: freshness, at_most: 12h", 13, "fail"),
        ("property: retention, at_least: 4d", 4.5, "pass"),
        ("property: retention, at_most: 4d", 4.5, "fail"),
        ("property: frequency, at_most: 13h", 13, "pass"),
        ("property: frequency, at_most: 2h", 13, "fail"),
        ("property: throughput, at_least: 24", 24, "pass"),
        ("property: throughput, at_least: 25", 24, "fail"),
        ("property: throughput, at_most: 23", 24, "fail"),
        ("property: throughput, at_least: 1, over: 1h", 0, "fail"),
        ("property: availability, at_least: 1", 1, "pass"),
        ("property: completeness, element: rain, at_least: 0.99", 1, "pass"),
        ("property: uniqueness, at_least: 1", 1, "pass"),
        ("property: uniqueness, element: town, at_least: 0.5", 1 / 96, "fail"),
    ],
)
def test_every_property_is_measured_on_the_rows(
    stored: Stored, clause: str, measured: float, verdict: str
) -> None:
    found = judged(clause, weather(stored, hourly(4)))

    assert found.evidence.estimate
    assert found.evidence.estimate.value == pytest.approx(measured)
    assert found.evidence.verdict == verdict


def test_rows_after_now_do_not_exist(stored: Stored) -> None:
    table = weather(stored, [NOW - 9 * HOUR, NOW - 3 * HOUR, NOW + HOUR])
    unseen = weather(stored, [NOW - 9 * HOUR, NOW - 3 * HOUR], [NOW - 9 * HOUR, NOW + HOUR])

    assert value("property: freshness, at_most: 2h", table) == 3
    assert value("property: freshness, at_most: 2h", unseen) == 3
    late = value("property: latency, element: came_at, at_most: 2h", unseen)
    assert late == 0


def test_a_day_without_rows_breaks_what_is_agreed_of_periods(stored: Stored) -> None:
    table = weather(stored, hourly(6, but=(3,)))
    since = NOW.replace(hour=0) - 6 * DAY

    assert value("property: availability, at_least: 1", table, since) == 5 / 6
    assert value("property: throughput, at_least: 20", table, since) == 0
    found = judged("property: throughput, at_least: 20", table, since)
    assert found.evidence.note == "1 of 6 periods of 1d have no row"


def test_without_a_beginning_the_oldest_period_may_be_half(stored: Stored) -> None:
    table = weather(stored, hourly(3)[20:])

    assert value("property: throughput, at_least: 20", table) == 24


def test_a_period_counts_once_its_rows_may_no_longer_come(stored: Stored) -> None:
    table = weather(stored, [*hourly(3), NOW.replace(hour=1)])
    late = ", over: 12h}, {property: freshness, at_most: 1d"

    assert value("property: throughput, at_least: 9, over: 12h", table) == 1
    some = promises.asked(
        promises.promises(contract(f"property: throughput, at_least: 9{late}")), None, NOW, NOW
    )
    first, _ = sla.judged(some, {"weather": table}, NOW)
    assert first.evidence.estimate
    assert first.evidence.estimate.value == 12


def test_latency_is_that_of_the_slowest_row(stored: Stored) -> None:
    seen = hourly(2)
    came = [one + (3 if at == 7 else 1) * HOUR for at, one in enumerate(seen) if one]

    found = judged("property: latency, element: came_at, at_most: 2h",
                   weather(stored, seen, came))  # fmt: skip

    assert sla.told(found) == "latency of weather is 3 h, at most 2 h is agreed"


def test_a_row_that_does_not_say_when_it_came_leaves_latency_unsure(stored: Stored) -> None:
    seen = hourly(2)
    table = weather(stored, seen, [None, *(one for one in seen[1:])])

    found = judged("property: latency, element: came_at, at_most: 2h", table)

    assert found.evidence.verdict is Verdict.UNSURE
    assert found.evidence.note == "1 rows do not say since when they could be seen"


@pytest.mark.parametrize(("hours", "verdict"), [(6, "pass"), (7, "fail")])
def test_the_rows_of_a_day_are_there_by_an_hour(stored: Stored, hours: int, verdict: str) -> None:
    seen = hourly(3)
    came = [one.replace(hour=0) + DAY + hours * HOUR for one in seen if one]

    found = judged("property: time_of_availability, element: came_at, at_most: 6h",
                   weather(stored, seen, came))  # fmt: skip

    assert found.evidence.estimate
    assert (found.evidence.estimate.value, found.evidence.verdict) == (hours, verdict)


def test_a_day_of_which_nothing_is_there_by_its_hour_is_broken(stored: Stored) -> None:
    since = NOW.replace(hour=0) - 3 * DAY

    found = judged("property: time_of_availability, element: came_at, at_most: 6h",
                   weather(stored, hourly(3, but=(2,))), since)  # fmt: skip

    assert found.evidence.verdict is Verdict.FAIL
    assert found.evidence.note == "1 of 3 periods of 1d have no row"


@pytest.mark.parametrize(
    "clause",
    ["freshness, at_most: 2h", "frequency, at_most: 2h", "throughput, at_least: 1",
     "availability, at_least: 1"],
)  # fmt: skip
def test_an_empty_source_is_broken_not_unknown(stored: Stored, clause: str) -> None:
    assert judged(f"property: {clause}", weather(stored, [])).evidence.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "clause",
    ["freshness, at_most: 2h", "retention, at_least: 2d", "frequency, at_most: 2h",
     "throughput, at_least: 1"],
)  # fmt: skip
def test_rows_that_say_no_time_leave_it_unsure(stored: Stored, clause: str) -> None:
    found = judged(f"property: {clause}", weather(stored, [None, None]))

    assert found.evidence.verdict is Verdict.UNSURE
    with pytest.raises(Unsure, match=r"is not known .* the build is stopped"):
        sla.refuse((found,), "the build")


def test_missing_values_and_repeated_keys_count(stored: Stored) -> None:
    some = [NOW - 2 * HOUR, NOW - HOUR, NOW - HOUR, NOW - HOUR]
    table = weather(stored, some, rain=[1.0, None, 2.0, 3.0])

    assert value("property: completeness, element: rain, at_least: 0.9", table) == 0.75
    assert value("property: uniqueness, at_least: 1", table) == 0.5


@pytest.mark.parametrize("clause", [
    "latency, element: came_at, at_most: 2h", "completeness, element: rain, at_least: 1",
    "uniqueness, at_least: 1",
])  # fmt: skip
def test_where_no_new_row_came_nothing_is_said_of_rows(stored: Stored, clause: str) -> None:
    some = promises.promises(contract(f"property: {clause}"))
    table = weather(stored, [NOW - 9 * DAY])
    new = promises.newest(some, NOW - DAY, NOW)
    every = promises.asked(some, NOW - DAY, NOW, NOW)

    said, asked = (sla.judged(one, {"weather": table}, NOW)[0].evidence for one in (new, every))

    assert (said.verdict, said.note) == (None, "it holds no row that can be seen")
    assert asked.verdict is Verdict.UNSURE


def test_a_row_that_was_never_seen_is_not_there(stored: Stored) -> None:
    stated = "available_at: came_at, sla: [{property: freshness, at_most: 2h}], take: [rain]"
    text = small_project.CONTRACT.replace("take: [rain]", stated)
    read = document.parsed(text.encode(), Path("contract.yaml")).contract
    table = weather(stored, [NOW - 9 * HOUR, NOW - HOUR], [NOW - 9 * HOUR, None])

    (found,) = sla.judged(
        promises.asked(promises.promises(read), None, NOW, NOW), {"weather": table}, NOW
    )

    assert found.evidence.estimate
    assert found.evidence.estimate.value == 9


def test_what_blocks_is_refused_and_what_warns_is_not(stored: Stored) -> None:
    table = weather(stored, [NOW - 9 * HOUR])
    blocks = judged("property: freshness, at_most: 2h", table)
    warns = judged("property: freshness, at_most: 2h, on_breach: warn", table)

    sla.refuse((warns,), "the build")
    with pytest.raises(Broken, match="freshness of weather is 9 h, at most 2 h is agreed: the b"):
        sla.refuse((warns, blocks), "the build")


def test_a_column_that_is_not_there_is_named(stored: Stored) -> None:
    with pytest.raises(Mistake, match="weather has no column rian"):
        judged("property: completeness, element: rian, at_least: 0.9", weather(stored, [NOW]))


CAME = "property: latency, element: came_at, at_most: 2h"


@pytest.mark.parametrize(
    ("share", "measured", "verdict"),
    [("", 5, "fail"), (", of_rows: 0.9", 0.95, "pass"), (", of_rows: 0.96", 0.95, "fail")],
)
def test_a_latency_may_be_that_of_a_share_of_rows(
    stored: Stored, share: str, measured: float, verdict: str
) -> None:
    seen = [NOW - DAY + at * HOUR / 10 for at in range(100)]
    came = [one + (5 * HOUR if at < 5 else HOUR) for at, one in enumerate(seen)]

    found = judged(CAME + share, weather(stored, seen, came))

    assert found.evidence.estimate
    assert found.evidence.estimate.value == pytest.approx(measured)
    assert found.evidence.verdict == verdict


def test_a_share_of_rows_is_told_with_what_it_keeps(stored: Stored) -> None:
    table = weather(stored, [NOW - DAY] * 4, [NOW - DAY + at * HOUR for at in range(4)])

    found = judged(f"{CAME}, of_rows: 0.9", table)

    assert sla.told(found) == (
        "latency of weather within 2h, by share of rows, is 0.75, at least 0.9 is agreed"
    )


def test_rows_that_do_not_say_since_when_leave_a_share_unsure(stored: Stored) -> None:
    table = weather(stored, [NOW - DAY] * 4, [NOW - DAY, NOW - DAY, NOW - DAY, None])

    assert judged(f"{CAME}, of_rows: 0.5", table).evidence.verdict is Verdict.UNSURE


def within(clause: str, table: ir.Table, span: Window) -> tuple[float | None, int]:
    """The value over so many whole periods of a stretch, as of its end."""
    asked = promises.asked(promises.promises(contract(clause)), span.since, span.until, span.until)
    (found,) = sla.judged(asked, {"weather": table}, span.until)
    seen = found.evidence.estimate
    return (seen.value, seen.n) if seen else (None, 0)


def test_days_may_be_those_of_a_zone(stored: Stored) -> None:
    """Each day of Berlin has its row half an hour after midnight, also where clocks are set."""
    days = [datetime(2023, 10, 20, 0, 30, tzinfo=BERLIN) + at * DAY for at in range(14)]
    table = weather(stored, [one.astimezone(UTC) for one in days])
    span = Window(days[0] - HOUR / 2, days[-1])

    assert within("property: throughput, at_most: 1, zone: Europe/Berlin", table, span) == (1, 13)
    assert within("property: availability, at_least: 1, zone: Europe/Berlin", table, span) == (
        1,
        13,
    )


def test_a_day_of_a_zone_is_due_by_its_own_clocks(stored: Stored) -> None:
    """Seen at 06:00 in Berlin after each day, which is five hours after a day of UTC."""
    days = [datetime(2024, 2, 20, 12, tzinfo=BERLIN) + at * DAY for at in range(6)]
    came = [(one + 18 * HOUR).astimezone(UTC) for one in days]
    table = weather(stored, [one.astimezone(UTC) for one in days], came)
    due = "property: time_of_availability, element: came_at, at_most: 6h"
    span = Window(days[0] - 12 * HOUR, came[-1] + 7 * HOUR)

    assert within(f"{due}, zone: Europe/Berlin", table, span)[0] == 6
    assert within(due, table, span)[0] == 5
