"""What acting is worth a week."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mainstay.control import project, stakes, versions
from mainstay.core.nouns import Estimate, Evidence, Window

START = datetime(2024, 3, 1, tzinfo=UTC)


def money(value: float, n: int = 0, unit: str = "EUR per 1,000") -> Estimate:
    return Estimate(value, value - 10, value + 10, n, unit)


def test_what_is_lost_a_day_is_lost_seven_times_a_week() -> None:
    assert stakes.of_incident(None) is None
    assert stakes.of_incident(money(20, 5, "EUR")) == Estimate(140, 70, 210, 5, "EUR")


def test_money_per_1000_rows_becomes_that_of_a_week_of_them() -> None:
    two_weeks = Window(START, START + timedelta(days=14))
    one = Evidence("value_per_1000", "v1", "", "", two_weeks, money(50, 4_000))

    assert stakes.pace(one) == Estimate(100, 80, 120, 4_000, "EUR")
    assert stakes.pace(Evidence("value_per_1000", "v1", "", "", None, money(50, 4_000))) is None


def test_a_version_without_a_gate_of_money_has_no_worth_that_is_known(as_author: Path) -> None:
    with project.opened(as_author) as opened:
        assert stakes.of_version(opened, versions.found(opened, "v1")) is None
