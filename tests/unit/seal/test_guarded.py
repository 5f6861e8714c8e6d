"""Files that decide who may do what."""

from pathlib import Path

import pytest

from mainstay.core.errors import Conflict, Missing, Refused
from mainstay.seal import guarded


def test_what_is_written_is_read_again_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "list.json"
    with guarded.alone(path, "list") as written:
        written(b"{}")

    assert guarded.content(path, "list") == b"{}\n"
    assert [one.name for one in path.parent.iterdir()] == ["list.json"]


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    with (
        guarded.alone(path, "list"),
        pytest.raises(Conflict, match="somebody is writing the list"),
        guarded.alone(path, "list"),
    ):
        pass


def test_a_file_of_others_is_refused_and_one_that_is_not_there_missing(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    with pytest.raises(Missing, match="cannot be read"):
        guarded.content(path, "list")
    path.write_bytes(b"{}")
    path.chmod(0o666)

    with pytest.raises(Refused, match="others can write the list"):
        guarded.content(path, "list")
