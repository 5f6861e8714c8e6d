"""One source of time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainstay.core import clock, settings


def test_without_a_replay_file_it_is_now() -> None:
    with settings.given({"MAINSTAY_CLOCK": ""}):
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
        assert not clock.is_replay()


def test_a_replay_file_says_what_time_it_is_in_utc(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2013-04-01T02:00:00+02:00\n")

    with settings.given({"MAINSTAY_CLOCK": str(tmp_path / "clock")}):
        assert clock.now() == datetime(2013, 4, 1, tzinfo=UTC)
        assert clock.is_replay()


def test_a_replay_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2013-04-01T02:00:00")

    with pytest.raises(ValueError, match="without a zone"):
        clock.read(tmp_path / "clock")


def test_a_stopwatch_never_goes_back() -> None:
    first = clock.stopwatch()

    assert clock.stopwatch() >= first
