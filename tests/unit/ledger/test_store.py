"""Appending: chained, durable, together with what follows, from many processes at once."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.core.errors import Bug, Conflict, Mistake
from mainstay.core.nouns import Actor
from mainstay.ledger import blobs, chain, state, store
from mainstay.ledger.chain import START
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

ALICE = Actor("alice")
Told = Callable[..., int]


def test_what_is_appended_is_read_back(ledger: Ledger, tmp_path: Path) -> None:
    appended = [
        ledger.append("Assessed", "m", ALICE, {"worth": 1.5, "é": None}),
        ledger.append("Decided", "n", ALICE, {}),
    ]

    with Ledger(ledger.path, ledger.url) as other:
        assert list(other.events()) == appended
        assert other.head() == (2, appended[1].hash)
    assert appended[1].previous == appended[0].hash
    assert appended[0].previous == START.hash


def test_an_empty_ledger_starts_at_the_start(ledger: Ledger) -> None:
    assert ledger.head() == START
    assert list(ledger.events()) == []


def test_events_are_asked_by_kind_subject_and_place(lived: Ledger) -> None:
    def asked(**question: object) -> list[int]:
        return [event.seq for event in lived.events(**question)]

    assert asked(since=13) == [14, 15]
    assert asked(kind="HoldoutOpened") == [4, 6]
    assert asked(kind="HoldoutOpened", since=4, subject="flight-delay") == [6]
    assert asked(subject="other") == []


def test_every_page_is_read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mainstay.ledger.store.PAGE", 3)
    for number in range(10):
        ledger.append("Assessed", "ab"[number % 2], ALICE, {})

    assert [event.seq for event in ledger.events()] == list(range(1, 11))
    assert [event.seq for event in ledger.events(subject="b")] == [2, 4, 6, 8, 10]


def test_events_are_read_backwards_and_by_number(
    lived: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PAGE", 3)
    every = list(lived.events())

    assert list(lived.backwards(page=2)) == every[::-1]
    assert [one.seq for one in lived.backwards("Built")] == [10, 3]
    assert [one.seq for one in lived.backwards(("Built", "Approved"), until=10)] == [8, 3]
    assert list(lived.backwards(subject="another")) == []
    assert lived.newest(4) == tuple(every[-4:])
    assert lived.newest(1, "Built", "flight-delay") == (every[9],)
    assert lived.newest(0) == ()
    assert lived.numbered([15, 2, 2, 7, 99, 1]) == {at: every[at - 1] for at in (1, 2, 7, 15)}
    assert list(lived.events(kind=("Built", "Approved"))) == [every[2], every[7], every[9]]


def test_reading_does_not_hold_others_up(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.append("Assessed", "m", ALICE, {})
    reading = ledger.events()
    next(reading)

    with Ledger(ledger.path, ledger.url) as other:
        other.append("Assessed", "m", ALICE, {})

    assert [event.seq for event in reading] == [2, 3, 4]


def test_an_unknown_kind_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Mistake, match="no event is called Promoted"):
        ledger.append("Promoted", "m", ALICE, {})

    assert ledger.head() == START


def test_a_blob_must_be_there_before_an_event_names_it(ledger: Ledger) -> None:
    with pytest.raises(Bug, match="not stored yet"):
        ledger.append("Assessed", "m", ALICE, {"blobs": ["ab" * 32]})

    sha = blobs.stored(ledger.blobs, b"page")

    assert ledger.append("Assessed", "m", ALICE, {"blobs": [sha]}).seq == 1


def test_what_json_cannot_hold_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(TypeError):
        ledger.append("Assessed", "m", ALICE, {"worth": object()})

    assert ledger.head() == START


def test_several_events_happen_together_or_not_at_all(ledger: Ledger, told: Told) -> None:
    with contextlib.suppress(KeyError), ledger.transaction():
        told("ContractRegistered", digest="c", revision=1)
        assert state.contract(ledger, "flight-delay").digest == "c"
        raise KeyError

    assert ledger.head() == START
    assert state.contract(ledger, "flight-delay") is None


def test_an_event_that_fails_inside_leaves_the_others_whole(ledger: Ledger, told: Told) -> None:
    with ledger.transaction():
        told("ContractRegistered", digest="c", revision=1)
        with pytest.raises(Conflict):
            told("Approved", number=1, certificate="")
        told("Assessed")

    assert [event.kind for event in ledger.events()] == ["ContractRegistered", "Assessed"]
    assert verify(ledger) == ()


def test_the_time_is_that_of_the_clock(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clock").write_text("2013-04-02T02:00:00+02:00")
    monkeypatch.setenv("MAINSTAY_CLOCK", str(tmp_path / "clock"))

    ledger.append("Assessed", "m", ALICE, {})

    assert next(ledger.stored()).time == "2013-04-02T00:00:00Z"


WRITER = """
import sys
from pathlib import Path
from mainstay.core.nouns import Actor
from mainstay.ledger.store import Ledger

path, url, writer, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
sys.stdin.readline()
with Ledger(path, url) as ledger:
    for number in range(count):
        payload = {"key": f"{writer}-{number}", "result": {}}
        ledger.append("StepDone", "m", Actor("alice"), payload)
"""


def test_eight_processes_lose_nothing_and_fork_nothing(ledger: Ledger) -> None:
    command = [sys.executable, "-c", WRITER, str(ledger.path), ledger.url]
    writers = [
        subprocess.Popen([*command, str(number), "25"], stdin=subprocess.PIPE, text=True)
        for number in range(8)
    ]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()

    assert [writer.communicate() and writer.returncode for writer in writers] == [0] * 8
    keys = {event.payload["key"] for event in ledger.events()}
    assert len(keys) == ledger.head().seq == 200
    assert verify(ledger) == ()


def test_who_reads_and_then_appends_is_not_overtaken(ledger: Ledger) -> None:
    def register(_: int) -> None:
        with Ledger(ledger.path, ledger.url) as mine, mine.transaction():
            last = state.contract(mine, "m")
            payload = {"digest": "c", "revision": last.revision + 1 if last else 1}
            mine.append("ContractRegistered", "m", ALICE, payload)

    threads = [threading.Thread(target=register, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert state.contract(ledger, "m").revision == 8
    assert [chain.event(row).seq for row in ledger.stored()] == list(range(1, 9))
