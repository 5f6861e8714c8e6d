"""Whoever fails too often waits."""

from datetime import UTC, datetime, timedelta

import pytest

from mainstay.core.errors import Crowded
from mainstay.web import attempts
from mainstay.web.attempts import MOST, SPAN, Attempts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def failed(name: str, times: int) -> Attempts:
    made = Attempts()
    for _ in range(times):
        made.failed(name, NOW)
    return made


def test_after_so_many_failures_a_name_waits_and_no_other() -> None:
    made = failed("ana", MOST)

    with pytest.raises(Crowded, match="too many attempts"):
        made.refuse("ana", NOW)
    made.refuse("lead", NOW)


def test_one_failure_less_does_not_wait() -> None:
    failed("ana", MOST - 1).refuse("ana", NOW)


def test_it_is_over_after_a_while_or_a_success() -> None:
    made = failed("ana", MOST)

    made.refuse("ana", NOW + SPAN + timedelta(seconds=1))
    made = failed("ana", MOST)
    made.succeeded("ana")
    made.refuse("ana", NOW)


def test_names_that_are_made_up_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "NAMES", 3)
    made = Attempts()

    for number in range(50):
        made.failed(f"n{number}", NOW)

    assert len(made._failed) == 3
