"""How old the newest thing each source says is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis.expr.types as ir
import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.data.freshness import Freshness, freshness
from mainstay.data.rows import Sources
from mainstay.data.source import Source

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TIME = "timestamp('UTC')"
Stored = Callable[..., ir.Table]


def contract(clause: str = "") -> Contract:
    text = small_project.CONTRACT.replace("within: 6h", f"within: 6h{clause}")
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def sources(stored: Stored, **weather: list[datetime]) -> Sources:
    decisions = stored({"at": TIME}, at=[NOW - 3 * HOUR, NOW + HOUR])
    context = stored(dict.fromkeys(weather, TIME), **weather)
    return Sources(Source(decisions, "", ""), {"weather": Source(context, "", "")})


def test_a_source_without_an_agreement_is_not_asked(stored: Stored) -> None:
    found = freshness(contract(), sources(stored, seen_at=[NOW]), NOW)

    assert found == (Freshness("decisions", NOW - 3 * HOUR, 3 * HOUR, None),)
    assert not found[0].late


@pytest.mark.parametrize(("age", "late"), [(2, False), (3, True)])
def test_the_newest_row_up_to_now_says_how_late_a_source_is(
    stored: Stored, age: int, *, late: bool
) -> None:
    seen = [NOW - 9 * HOUR, NOW - age * HOUR, NOW + HOUR]

    _, weather = freshness(contract(", freshness: 2h"), sources(stored, seen_at=seen), NOW)

    assert weather == Freshness("weather", NOW - age * HOUR, age * HOUR, 2 * HOUR)
    assert weather.late is late


def test_a_row_that_cannot_be_seen_yet_is_not_there(stored: Stored) -> None:
    stated = contract(", freshness: 2h, available_at: came_at")
    times = {"seen_at": [NOW - 2 * HOUR, NOW], "came_at": [NOW - HOUR, NOW + HOUR]}

    _, weather = freshness(stated, sources(stored, **times), NOW)

    assert weather.age == 2 * HOUR


def test_a_source_that_shows_nothing_is_late(stored: Stored) -> None:
    _, weather = freshness(contract(", freshness: 2h"), sources(stored, seen_at=[]), NOW)

    assert (weather.newest, weather.age, weather.late) == (None, None, True)
