"""A notice is safe or counted, and stops nothing."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.core import notices
from mainstay.core.notices import Notice
from mainstay.life.serve.notices import Notices

TOLD = Notice(datetime(2024, 3, 1, tzinfo=UTC), 4, "v2", "recalled", "it is slow", {})


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_another_process_sees_what_was_told(tmp_path: Path) -> None:
    first = Notices(tmp_path)
    first.add(TOLD)

    assert Notices(tmp_path).recalled(4) == "it is slow"
    assert Notices(tmp_path).recalled(5) == ""
    first.close()


def test_a_full_disk_is_counted_and_the_next_notice_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Notices(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        lost = writer.add(TOLD)
    kept = writer.add(TOLD._replace(sequence=5))
    writer.close()

    assert (lost, kept, writer.lost) == (False, True, 1)
    assert notices.recalled(tmp_path, 5) is not None


def test_notices_that_cannot_be_read_recall_nobody(tmp_path: Path) -> None:
    writer = Notices(tmp_path)
    writer.add(TOLD)
    writer.close()
    (file,) = (tmp_path / notices.FOLDER).iterdir()
    file.write_bytes(b"\0" * 8 + file.read_bytes())

    assert Notices(tmp_path).recalled(4) == ""
