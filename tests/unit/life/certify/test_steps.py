"""What a judgement does, and how long it takes."""

import pytest

from mainstay.core import clock
from mainstay.life.certify.steps import Steps


def test_each_step_is_told_and_timed_until_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    moments = iter([1.0, 3.0, 3.0, 3.5, 4.0, 9.0])
    monkeypatch.setattr(clock, "stopwatch", lambda: next(moments))
    steps = Steps(told.append)

    for step in ("goals", "slices", "goals"):
        steps(step)

    assert told == ["goals", "slices", "goals"]
    assert steps.ended() == {"goals": 7.0, "slices": 0.5}
    assert steps.ended() == {"goals": 7.0, "slices": 0.5}


def test_nothing_begun_takes_no_time() -> None:
    assert Steps(lambda _: None).ended() == {}
