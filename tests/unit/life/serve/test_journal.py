"""The journal of a door."""

import os
import threading
import time
from collections import deque
from pathlib import Path

import pytest

from mainstay.core import clock, journals
from mainstay.core.entries import Entry
from mainstay.life.serve import journal as journal_module
from mainstay.life.serve.journal import Journal


def full(handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_what_is_added_is_on_disk_after_closing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(100):
        journal.add(b"%d" % number)
    journal.close()

    assert list(journals.read(tmp_path)) == [b"%d" % number for number in range(100)]


def test_who_waits_goes_on_when_it_is_on_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path, every=60)
    kept = journal.kept(journal.add(b"one"))
    found = list(journals.read(tmp_path))
    journal.close()

    assert kept
    assert found == [b"one"]


def test_who_asks_later_is_told_the_same(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    numbers = [journal.add(b"one"), journal.add(b"two")]

    assert [journal.kept(one) for one in reversed(numbers)] == [True, True]
    journal.close()
    assert not journal.kept(0)
    assert not journal.kept(3, timeout=0)


def test_one_that_has_nothing_to_write_sleeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, every=0.001)
    journal.kept(journal.add(b"one"))
    time.sleep(0.02)
    looks: list[float] = []
    read = clock.stopwatch
    monkeypatch.setattr(clock, "stopwatch", lambda: looks.append(0) or read())
    time.sleep(0.05)
    slept = not looks
    journal.add(b"two")
    time.sleep(0.05)
    found = list(journals.read(tmp_path))
    journal.close()

    assert slept
    assert found == [b"one", b"two"]


def test_a_journal_leaves_the_files_of_others_as_they_are(tmp_path: Path) -> None:
    first, second = Journal(tmp_path), Journal(tmp_path)
    second.add(b"two")
    first.add(b"one")
    second.close()
    first.close()

    assert list(journals.read(tmp_path)) == [b"one", b"two"]


def test_a_file_that_has_grown_gives_way_to_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path, largest=30)
    for number in range(9):
        journal.kept(journal.add(b"frame %d" % number))
    journal.close()

    assert len(journals.files(tmp_path)) == 5
    assert list(journals.read(tmp_path)) == [b"frame %d" % number for number in range(9)]


def test_without_room_a_frame_is_lost_and_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, every=60, room=20)
    numbers = [journal.add(b"0123456789"), journal.add(b"0123456789")]
    lost, standing = journal.lost, journal.standing()
    journal.close()

    assert (numbers, lost) == ([1, 0], 1)
    assert (standing.lost, standing.waiting) == (1, 18)
    assert not journal.kept(0, timeout=0)


def test_files_that_nobody_brings_take_so_much_and_no_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path, largest=30, most=100)
    kept = [journal.kept(journal.add(b"frame %d" % number)) for number in range(9)]
    standing = journal.standing()
    size = journals.size(tmp_path)
    journal.close()

    assert kept == [True] * 6 + [False] * 3
    assert (standing.lost, standing.full, standing.kept) == (3, True, 90)
    assert size == 90
    assert len(list(journals.read(tmp_path))) == 6


def test_a_full_journal_goes_on_when_files_were_brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "LOOKS", 0.0)
    journal = Journal(tmp_path, most=40)
    kept = [journal.kept(journal.add(b"frame %d" % number)) for number in range(3)]
    first = journals.files(tmp_path)[0]
    closed = journals.is_closed(first)
    first.path.unlink()
    kept.append(journal.kept(journal.add(b"frame 3")))
    standing = journal.standing()
    journal.close()

    assert kept == [True, True, False, True]
    assert closed
    assert (standing.lost, standing.full) == (1, False)


def test_files_of_another_process_count(tmp_path: Path) -> None:
    other = Journal(tmp_path)
    other.kept(other.add(bytes(range(90))))
    journal = Journal(tmp_path, most=100)
    kept = journal.kept(journal.add(b"frame"))
    journal.close()
    other.close()

    assert not kept


def test_a_disk_that_fails_loses_and_tells_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", full)
        kept = journal.kept(journal.add(b"lost"))
    safe = journal.kept(journal.add(b"safe"))
    journal.close()

    assert (kept, safe, journal.lost) == (False, True, 1)
    assert list(journals.read(tmp_path)) == [b"safe"]


def test_half_a_frame_that_cannot_be_taken_back_stays_the_last_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def half(handle: int, content: bytes) -> int:
        write(handle, content[:9])
        return full(handle)

    journal = Journal(tmp_path)
    first = journal.kept(journal.add(b"first"))
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", half)
        broken.setattr(os, "ftruncate", lambda handle, _: full(handle))
        torn = journal.kept(journal.add(b"torn"))
    last = journal.kept(journal.add(b"last"))
    journal.close()

    assert (first, torn, last) == (True, False, True)
    assert list(journals.read(tmp_path)) == [b"first", b"last"]


def test_a_slow_disk_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()
    monkeypatch.setattr(os, "fdatasync", lambda _: going.wait())
    journal = Journal(tmp_path, room=1_000)
    numbers = [journal.add(b"a frame")]
    while journal.standing().waiting:
        going.wait(0.01)
    numbers += [journal.add(b"a frame") for _ in range(100)]
    standing = journal.standing()
    going.set()
    journal.close()

    assert numbers[:3] == [1, 2, 3]
    assert numbers.count(0) == standing.lost == journal.lost == 34
    assert standing.lag > 0
    assert len(list(journals.read(tmp_path))) == 67


def test_what_waits_is_packed_into_parts_and_let_go_of() -> None:
    group = deque[bytes | Entry](b"%d" % at * 400_000 for at in range(1, 8))

    parts = journal_module._packed(group)

    assert not group
    assert b"".join(parts) == b"".join(b"%d" % at * 400_000 for at in range(1, 8))
    assert [len(one) for one in parts] == [1_200_000, 1_200_000, 400_000]
