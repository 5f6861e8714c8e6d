"""The journal of a door."""

import os
from pathlib import Path

import pytest

from mainstay.core import frames
from mainstay.life.serve.journal import FILE, Journal


def test_what_is_added_is_on_disk_after_closing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(100):
        journal.add(b"%d" % number)
    journal.close()

    assert list(frames.read(tmp_path / FILE)) == [b"%d" % number for number in range(100)]


def test_who_waits_goes_on_when_it_is_on_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    kept = journal.kept(journal.add(b"one"))
    found = list(frames.read(tmp_path / FILE))
    journal.close()

    assert kept
    assert found == [b"one"]


def test_a_journal_goes_on_after_a_torn_frame(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(frames.framed(b"one") + frames.framed(b"torn")[:-2])
    journal = Journal(tmp_path)
    journal.add(b"two")
    journal.close()

    assert list(frames.read(tmp_path / FILE)) == [b"one", b"two"]


def test_without_room_a_frame_is_lost_and_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, every=60, room=20)
    numbers = [journal.add(b"0123456789"), journal.add(b"0123456789")]
    lost = journal.lost
    journal.close()

    assert (numbers, lost) == ([1, 0], 1)
    assert not journal.kept(0, timeout=0)


def test_a_disk_that_fails_loses_and_tells_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    journal = Journal(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", full)
        kept = journal.kept(journal.add(b"lost"))
    safe = journal.kept(journal.add(b"safe"))
    journal.close()

    assert (kept, safe, journal.lost) == (False, True, 1)
    assert list(frames.read(tmp_path / FILE)) == [b"safe"]
