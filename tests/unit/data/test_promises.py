"""What sources agreed on, as questions to their rows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.data import promises

NOW = datetime(2024, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def contract(of_decisions: str = "", of_weather: str = "") -> Contract:
    text = small_project.CONTRACT.replace(
        "entity: patient", f"entity: patient, sla: [{of_decisions}]"
    )
    text = text.replace("take: [rain]", f"take: [rain], sla: [{of_weather}]")
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def test_each_knows_its_columns_or_those_it_names() -> None:
    made = contract(
        "{property: uniqueness, at_least: 1}, {property: freshness, at_most: 1d}",
        "{property: uniqueness, at_least: 1}, {property: completeness, element: rain, at_least: 1},"
        " {property: latency, element: came_at, at_most: 1h}, {property: schema},"
        " {property: freshness, element: came_at, at_most: 1h}",
    )

    found = promises.promises(made)

    assert [(one.clause, one.time, one.seen, one.columns) for one in found] == [
        ("uniqueness, decisions", "at", "", ("visit",)),
        ("freshness, decisions", "at", "", ("visit",)),
        ("uniqueness, weather", "seen_at", "", ("town", "seen_at")),
        ("completeness, weather", "seen_at", "", ("rain",)),
        ("latency, weather", "seen_at", "came_at", ("town", "seen_at")),
        ("freshness, weather", "came_at", "", ("town", "seen_at")),
    ]


def test_the_freshness_of_a_context_is_a_promise_that_stops_nothing() -> None:
    text = small_project.CONTRACT.replace("within: 6h", "within: 6h, freshness: 3h")

    (one,) = promises.fresh(document.parsed(text.encode(), Path("contract.yaml")).contract)

    assert (one.clause, one.sla.bound, one.sla.on_breach) == (
        "freshness, weather", 3 * HOUR, "warn",
    )  # fmt: skip
    assert promises.fresh(contract()) == ()


def test_periods_wait_for_rows_that_may_be_on_their_way() -> None:
    both = "{property: throughput, at_least: 1, over: 12h}, {property: freshness, at_most: 3h}"
    some = promises.promises(contract(of_weather=both))

    volume, age = promises.newest(some, NOW - DAY, NOW)

    assert (volume.wait, volume.last) == (3 * HOUR, NOW - 3 * HOUR)
    assert volume.since == NOW - DAY - 15 * HOUR + timedelta(microseconds=1)
    long, _ = promises.newest(some, NOW - HOUR, NOW)
    assert long.since == NOW - 27 * HOUR + timedelta(microseconds=1)
    assert (age.since, age.until) == (None, NOW)


def test_at_the_bench_a_period_is_asked_about_and_states_are_those_of_now() -> None:
    both = "{property: throughput, at_least: 1}, {property: retention, at_least: 3d}"
    some = promises.promises(contract(both))

    volume, kept = promises.asked(some, NOW - 9 * DAY, NOW - 2 * DAY, NOW)

    assert (volume.since, volume.until) == (NOW - 9 * DAY, NOW - 2 * DAY)
    assert (kept.since, kept.until) == (None, NOW)
