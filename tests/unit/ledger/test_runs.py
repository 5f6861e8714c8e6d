"""Runs: each turn planned once, done by one, caught up with in one, waiting for days."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mainstay.core import clock
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Actor, Verdict
from mainstay.ledger import runs
from mainstay.ledger.leases import Lease
from mainstay.ledger.runs import Run
from mainstay.ledger.store import Ledger

START = datetime(2013, 4, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets time of the machine pass."""
    passed = [timedelta()]
    monkeypatch.setattr(clock, "machine", lambda: START + passed[0])

    def pass_by(span: timedelta) -> None:
        passed[0] += span

    return pass_by


def claimed(ledger: Ledger, holder: str = "a") -> tuple[Run, Lease]:
    found = runs.claimed(ledger, "m", holder, MINUTE)
    assert found
    return found


def test_a_turn_is_planned_once_and_no_other_while_one_is_to_be_done(ledger: Ledger) -> None:
    assert runs.planned(ledger, "m", "run", START) == 1
    assert runs.planned(ledger, "m", "run", START) == 0
    assert runs.planned(ledger, "m", "run", START + MINUTE) == 0
    assert runs.planned(ledger, "m", "watch", START) == 2

    run, lease = claimed(ledger)
    assert runs.planned(ledger, "m", "run", START + MINUTE) == 0
    runs.ended(ledger, run, lease, "done", "well")

    assert runs.planned(ledger, "m", "run", START) == 0
    assert runs.planned(ledger, "m", "run", START + 3 * MINUTE, 2) == 3
    assert runs.last(ledger, "m", "run") == "2013-04-02T00:03:00+00:00"
    assert runs.last(ledger, "m", "none") == ""


def test_what_was_due_first_is_done_first_and_of_another_model_never(ledger: Ledger) -> None:
    runs.planned(ledger, "m", "late", START + MINUTE)
    runs.planned(ledger, "m", "early", START)
    runs.planned(ledger, "other", "theirs", START - MINUTE)

    order = [claimed(ledger)[0].job for _ in range(2)]

    assert order == ["early", "late"]
    assert runs.claimed(ledger, "m", "a", MINUTE) is None


def test_a_run_whose_worker_is_gone_is_taken_over_and_given_up_after_five(
    ledger: Ledger, wait: Callable[[timedelta], None]
) -> None:
    runs.planned(ledger, "m", "run", START)
    first = claimed(ledger, "gone")
    assert runs.claimed(ledger, "m", "b", MINUTE) is None

    for attempt in range(2, runs.MOST + 1):
        wait(MINUTE)
        assert claimed(ledger, "b")[0].attempts == attempt
    wait(MINUTE)

    assert runs.claimed(ledger, "m", "b", MINUTE) is None
    (given_up,) = runs.listed(ledger, "m", 9)
    assert (given_up.state, given_up.headline) == (
        "failed", "Given up after 5 attempts; the last said: nothing",
    )  # fmt: skip
    with pytest.raises(Conflict, match="gone no longer holds run 1"):
        runs.ended(ledger, *first, "done", "too late")


def test_a_run_put_off_comes_after_its_pause(
    ledger: Ledger, wait: Callable[[timedelta], None]
) -> None:
    runs.planned(ledger, "m", "run", START)
    runs.postponed(ledger, *claimed(ledger), MINUTE, "the source is away")
    assert runs.claimed(ledger, "m", "a", MINUTE) is None

    wait(MINUTE)

    run, lease = claimed(ledger)
    assert (run.attempts, run.headline, lease.fence) == (2, "the source is away", 2)


def test_a_run_given_back_is_free_and_was_not_begun(ledger: Ledger) -> None:
    runs.planned(ledger, "m", "run", START)
    runs.returned(ledger, *claimed(ledger))

    assert claimed(ledger)[0].attempts == 1


def test_a_run_waits_for_days_until_somebody_acts_and_only_the_newest_does(
    ledger: Ledger, wait: Callable[[timedelta], None], told: Callable[..., int]
) -> None:
    told("ContractRegistered", digest="c", revision=1)
    for day in range(3):
        runs.planned(ledger, "flight-delay", "run", START + timedelta(days=day))
        found = runs.claimed(ledger, "flight-delay", "a", MINUTE)
        runs.paused(ledger, *found, "lead to approve v1", "one waits")
        wait(timedelta(days=1))
    states = [one.state for one in runs.listed(ledger, "flight-delay", 9)]
    assert states == ["waiting", "done", "done"]
    assert runs.resumed(ledger, "flight-delay", ("Granted",)) == 0
    assert runs.claimed(ledger, "flight-delay", "a", MINUTE) is None

    granted = {"name": "x", "role": "viewer", "model": "*"}
    ledger.append("Granted", "flight-delay", Actor("ana"), granted)

    assert runs.resumed(ledger, "other", ("Granted",)) == 0
    assert runs.resumed(ledger, "flight-delay", ("Approved", "Granted")) == 1
    run, lease = runs.claimed(ledger, "flight-delay", "a", MINUTE)
    assert (run.id, run.waits, run.attempts, lease.fence) == (3, "", 1, 2)


def test_its_log_keeps_the_order_and_its_tail_is_read(ledger: Ledger) -> None:
    for word in ("one", "two", "three", "x" * 5_000):
        runs.said(ledger, 7, word)

    tail = runs.tail(ledger, 7, 3)

    assert [(one.number, one.text[:5]) for one in tail] == [(2, "two"), (3, "three"), (4, "xxxxx")]
    assert len(tail[-1].text) == runs.LONGEST_LINE
    assert runs.tail(ledger, 8, 3) == ()


def test_what_ended_long_ago_is_forgotten_but_not_the_newest_of_a_job(
    ledger: Ledger, wait: Callable[[timedelta], None]
) -> None:
    for day in range(2):
        runs.planned(ledger, "m", "run", START + timedelta(days=day))
        run, lease = claimed(ledger)
        runs.said(ledger, run.id, "words")
        runs.ended(ledger, run, lease, "done", "well", Verdict.PASS)
    assert runs.pruned(ledger) == 0

    wait(runs.KEPT + MINUTE)

    assert runs.pruned(ledger) == 1
    assert [one.id for one in runs.listed(ledger, "m", 9)] == [2]
    assert (runs.tail(ledger, 1, 9), len(runs.tail(ledger, 2, 9))) == ((), 1)
    assert runs.one(ledger, 2).verdict == "pass"
    assert runs.one(ledger, 1) is None


def test_what_is_outstanding_and_when_more_is_due_is_known(
    ledger: Ledger, wait: Callable[[timedelta], None]
) -> None:
    assert runs.outstanding(ledger) == ((), float("inf"))
    runs.planned(ledger, "m", "run", START)
    runs.planned(ledger, "other", "run", START)
    assert runs.outstanding(ledger)[0] == ("m", "other")

    run, lease = claimed(ledger)
    assert runs.outstanding(ledger)[0] == ("m", "other")
    runs.postponed(ledger, run, lease, 2 * MINUTE, "away")
    assert runs.outstanding(ledger) == (("other",), 120.0)
    wait(2 * MINUTE)
    assert runs.outstanding(ledger) == (("m", "other"), float("inf"))
    run, lease = claimed(ledger)
    runs.ended(ledger, run, lease, "failed", "no")

    assert runs.outstanding(ledger)[0] == ("other",)
    assert [one.headline for one in runs.failed(ledger, START)] == ["no"]
    assert runs.failed(ledger, START + timedelta(days=1)) == ()


def test_what_is_cancelled_is_nobodys_any_more(ledger: Ledger) -> None:
    runs.planned(ledger, "m", "run", START)
    run, lease = claimed(ledger)

    runs.cancelled(ledger, run.id, "called off")

    with pytest.raises(Conflict):
        runs.ended(ledger, run, lease, "done", "well")
    with pytest.raises(Conflict, match="run 1 is over"):
        runs.cancelled(ledger, run.id, "again")
    assert runs.claimed(ledger, "m", "b", MINUTE) is None
    assert [one.id for one in runs.listed(ledger, "m", 9, state="cancelled")] == [1]
    assert runs.listed(ledger, "m", 9, state="done") == ()


def test_how_long_one_usually_takes_is_that_of_the_newest_that_was_done(
    ledger: Ledger, wait: Callable[[timedelta], None]
) -> None:
    for at in range(3):
        runs.planned(ledger, "m", "run", START + at * MINUTE)
        run, lease = claimed(ledger)
        assert runs.usual(ledger, run) == (10.0 * at)
        wait(timedelta(seconds=10 * (at + 1)))
        runs.ended(ledger, run, lease, "done", "well")
