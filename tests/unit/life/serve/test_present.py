"""The present of a door."""

import os
from datetime import datetime, timedelta

import pytest
from small_project import Serving

from mainstay.core import clock
from mainstay.life.serve import present
from mainstay.life.serve.present import ABSENT, Present, fingerprint


def test_every_move_of_a_replay_clock_is_seen_at_once(serving: Serving) -> None:
    now, start = Present(), clock.now()
    moments = [start + timedelta(hours=hour) for hour in range(300)]
    seen = []
    for moment in moments:
        serving.clock.write_text(moment.isoformat())
        seen.append(now.now())

    assert seen == moments


def test_two_moves_within_one_tick_of_the_file_system_are_two(serving: Serving) -> None:
    now, before = Present(), serving.clock.stat()
    first = now.now()
    later = first + timedelta(days=1)
    serving.clock.write_text(later.isoformat())
    os.utime(serving.clock, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert now.now() == later


def test_a_clock_that_stands_is_not_read_again(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "SETTLED", 0.0)
    now = Present()
    first = now.now()
    monkeypatch.setattr(clock, "read", lambda _: pytest.fail("read again"))

    assert now.now() == first


def test_a_clock_that_is_being_written_stands_still(serving: Serving) -> None:
    now = Present()
    before = now.now()
    serving.clock.write_text("")
    between = now.now()
    serving.clock.write_text("2030-01-01T00:00:00+00:00")

    assert between == before
    assert now.now() == datetime.fromisoformat("2030-01-01T00:00:00+00:00")


def test_a_clock_that_was_never_there_tells_no_time(serving: Serving) -> None:
    serving.clock.unlink()

    with pytest.raises(OSError, match="clock"):
        Present().now()
    assert fingerprint(serving.clock) == ABSENT
