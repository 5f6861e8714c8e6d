"""The only source of time."""

import time
from datetime import UTC, datetime
from pathlib import Path

from mainstay.core import settings


def now() -> datetime:
    """The present moment, UTC: of the machine, or of the replay file when one is set."""
    replay = settings.clock_file()
    return read(replay) if replay else machine()


def machine() -> datetime:
    """The present moment of the machine, UTC, for who knows that no replay file is set."""
    return datetime.now(UTC)


def read(replay: Path) -> datetime:
    """The moment a replay file holds: one RFC 3339 time with a zone."""
    moment = datetime.fromisoformat(replay.read_text(encoding="utf-8").strip())
    if moment.tzinfo is None:
        raise ValueError(f"{replay} holds a time without a zone")
    return moment.astimezone(UTC)


def is_replay() -> bool:
    """Whether time comes from a replay file."""
    return settings.clock_file() is not None


def stopwatch() -> float:
    """Seconds of a monotonic clock, for durations only."""
    return time.perf_counter()
