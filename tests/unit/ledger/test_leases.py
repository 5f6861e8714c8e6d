"""Leases: one holder at a time, and late effects are stopped."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mainstay.core import clock
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Actor
from mainstay.ledger import leases
from mainstay.ledger.leases import Lease
from mainstay.ledger.store import Ledger

MINUTE = timedelta(minutes=1)
START = datetime(2013, 4, 2, tzinfo=UTC)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds of the machine pass."""
    passed = [0.0]
    monkeypatch.setattr(clock, "machine", lambda: START + timedelta(seconds=passed[0]))

    def pass_by(seconds: float) -> None:
        passed[0] += seconds

    return pass_by


def test_one_holder_at_a_time(ledger: Ledger, wait: Callable[[float], None]) -> None:
    first = leases.claimed(ledger, "train", "a", MINUTE)
    assert first == Lease("train", "a", 1, START.timestamp() + 60)
    assert leases.claimed(ledger, "train", "b", MINUTE) is None
    assert leases.claimed(ledger, "other", "b", MINUTE).fence == 1

    wait(60)

    assert leases.claimed(ledger, "train", "b", MINUTE).fence == 2


def test_a_late_worker_has_no_effect(ledger: Ledger, wait: Callable[[float], None]) -> None:
    late = leases.claimed(ledger, "train", "a", MINUTE)
    wait(61)
    leases.claimed(ledger, "train", "b", MINUTE)

    def work() -> None:
        with ledger.transaction():
            ledger.append("Assessed", "m", Actor("a"), {})
            leases.held(ledger, late)

    with pytest.raises(Conflict, match="a no longer holds train"):
        work()

    assert list(ledger.events()) == []


def test_a_lease_that_ran_out_is_lost_even_if_nobody_else_took_it(
    ledger: Ledger, wait: Callable[[float], None]
) -> None:
    lease = leases.claimed(ledger, "train", "a", MINUTE)
    leases.held(ledger, lease)
    wait(60)

    with pytest.raises(Conflict):
        leases.held(ledger, lease)
    with pytest.raises(Conflict):
        leases.extended(ledger, lease, MINUTE)


def test_a_lease_can_be_extended(ledger: Ledger, wait: Callable[[float], None]) -> None:
    lease = leases.claimed(ledger, "train", "a", MINUTE)
    wait(59)

    longer = leases.extended(ledger, lease, MINUTE)

    wait(59)
    leases.held(ledger, longer)
    assert (longer.fence, longer.until) == (1, START.timestamp() + 119)


def test_a_lease_given_back_is_free_at_once(ledger: Ledger, wait: Callable[[float], None]) -> None:
    first = leases.claimed(ledger, "train", "a", MINUTE)
    leases.released(ledger, first)

    second = leases.claimed(ledger, "train", "b", MINUTE)

    leases.released(ledger, first)
    leases.held(ledger, second)
    assert second.fence == 2


def test_a_lease_is_known_by_its_name_until_it_is_gone(ledger: Ledger) -> None:
    held = leases.claimed(ledger, "job", "a", MINUTE)

    assert leases.of(ledger, "job") == held
    leases.gone(ledger, "job")
    assert leases.of(ledger, "job") is None
    with pytest.raises(Conflict):
        leases.held(ledger, held)
