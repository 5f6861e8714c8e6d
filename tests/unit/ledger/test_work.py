"""Work on a run: what it leaves is written with its end, under its lease, or not at all."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from mainstay.core.errors import Mistake, Unavailable
from mainstay.core.nouns import Actor, Verdict
from mainstay.ledger import runs, work
from mainstay.ledger.chain import Act
from mainstay.ledger.runs import Run
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify
from mainstay.ledger.work import Do, Done

START = datetime(2013, 4, 2, tzinfo=UTC)
SHORT = timedelta(seconds=0.3)


@pytest.fixture
def due(ledger: Ledger) -> Ledger:
    """A ledger in which one run is due."""
    runs.planned(ledger, "m", "run", START)
    return ledger


def effect(what: str) -> Act:
    return Act("BackedUp", "m", Actor("worker"), {"head": what})


def effects(ledger: Ledger) -> list[str]:
    return [event.payload["head"] for event in ledger.events(kind="BackedUp")]


def state(ledger: Ledger) -> tuple[str, str]:
    run = runs.one(ledger, 1)
    return run.state, run.headline


def attempt(ledger: Ledger, do: Do, duration: timedelta = work.LEASE) -> Run | None:
    with Ledger(ledger.path, ledger.url) as mine:
        return work.attempted(mine, "m", "worker", do, duration)


def test_what_it_leaves_is_written_with_its_end(ledger: Ledger, due: Ledger) -> None:
    done = Done("well", Verdict.PASS, acts=(effect("one"), effect("two")))

    assert attempt(due, lambda *_: done).id == 1

    assert (state(ledger), effects(ledger)) == (("done", "well"), ["one", "two"])
    assert attempt(due, lambda *_: done) is None
    assert verify(ledger) == ()


def test_acts_that_cannot_be_written_leave_nothing(ledger: Ledger, due: Ledger) -> None:
    done = Done("well", acts=(effect("one"), Act("Nonsense", "m", Actor("a"), {})))

    with pytest.raises(Mistake, match="Nonsense"):
        attempt(due, lambda *_: done)

    assert (state(ledger)[0], effects(ledger)) == ("running", [])


def test_who_stalls_beyond_the_lease_leaves_nothing_not_even_a_line(
    ledger: Ledger, due: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_beating", lambda *_: None)  # as a process that is stopped
    tried: list[str] = []

    def stall(mine: Ledger, run: Run) -> Done:
        time.sleep(0.4)
        assert attempt(due, lambda *_: Done("faster", acts=(effect("theirs"),))).id == run.id
        for act in (lambda: mine.append(*effect("late")), lambda: runs.said(mine, 1, "late")):
            try:
                act()
            except Exception as error:  # noqa: BLE001 - whatever it is
                tried.append(str(error))
        return Done("slower", acts=(effect("mine"),))

    attempt(due, stall, SHORT)

    assert (state(ledger), effects(ledger)) == (("done", "faster"), ["theirs"])
    assert [one[:23] for one in tried] == ["worker no longer holds "] * 2
    assert runs.tail(ledger, 1, 9) == ()


def test_who_works_long_keeps_the_lease(ledger: Ledger, due: Ledger) -> None:
    def slow(*_: object) -> Done:
        time.sleep(2)
        assert attempt(due, lambda *_: Done("stolen")) is None
        return Done("well")

    before = threading.active_count()

    attempt(due, slow, timedelta(seconds=1))

    assert state(ledger) == ("done", "well")
    assert threading.active_count() == before


def test_what_may_help_is_tried_again_and_what_cannot_is_not(ledger: Ledger, due: Ledger) -> None:
    def away(*_: object) -> Done:
        raise Unavailable("the source is away")

    def wrong(*_: object) -> Done:
        raise Mistake("no such column")

    def ours(*_: object) -> Done:
        raise KeyError("left")

    attempt(due, away)
    assert state(ledger) == ("due", "the source is away")
    assert attempt(due, away) is None  # its pause is not over
    for number, act in ((2, wrong), (3, ours)):
        runs.planned(ledger, "m", f"job {number}", START)
        attempt(due, act)

    found = [(one.state, one.headline) for one in runs.listed(ledger, "m", 2)]
    assert found == [("failed", "our mistake: KeyError('left')"), ("failed", "no such column")]
    assert "KeyError: 'left'" in runs.tail(ledger, 3, 1)[0].text


def test_what_stops_the_process_gives_the_run_back(ledger: Ledger, due: Ledger) -> None:
    def stopped(*_: object) -> Done:
        raise SystemExit

    with pytest.raises(SystemExit):
        attempt(due, stopped)

    assert state(ledger) == ("due", "")
    assert attempt(due, lambda *_: Done("well")).attempts == 1


def test_who_waits_goes_on_when_somebody_acted(ledger: Ledger, due: Ledger) -> None:
    attempt(due, lambda *_: Done("v1 waits", waits="lead to approve v1"))
    assert runs.one(ledger, 1).waits == "lead to approve v1"
    assert attempt(due, lambda *_: Done("never")) is None

    ledger.append(*effect("somebody acted"))
    runs.resumed(ledger, "m", ("BackedUp",))

    assert attempt(due, lambda *_: Done("deployed")).id == 1
    assert state(ledger) == ("done", "deployed")
