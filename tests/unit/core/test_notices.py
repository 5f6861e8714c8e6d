"""What a door decided by itself."""

from datetime import UTC, datetime
from pathlib import Path

from mainstay.core import notices
from mainstay.core.notices import Notice
from mainstay.life.serve.notices import Notices

AT = datetime(2024, 3, 1, tzinfo=UTC)


def recalled(sequence: int, version: str = "v2") -> Notice:
    return Notice(AT, sequence, version, "recalled", "it is slow", {"n": 3.0})


def test_what_was_told_is_read_in_order(tmp_path: Path) -> None:
    writer = Notices(tmp_path)
    told = [recalled(1), recalled(2)]
    kept = [writer.add(one) for one in told]
    writer.close()

    assert kept == [True, True]
    assert list(notices.read(tmp_path)) == told


def test_only_the_routing_at_hand_counts(tmp_path: Path) -> None:
    writer = Notices(tmp_path)
    writer.add(recalled(1))
    writer.close()

    assert notices.recalled(tmp_path, 1) == recalled(1)
    assert notices.recalled(tmp_path, 2) is None


def test_a_door_that_told_nothing_has_no_folder_of_notices(tmp_path: Path) -> None:
    Notices(tmp_path).close()

    assert list(notices.read(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []
