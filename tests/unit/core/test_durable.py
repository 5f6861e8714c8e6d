"""Files whole or not at all."""

from pathlib import Path

import pytest

from mainstay.core import durable


def test_content_appears_under_its_name_and_leaves_no_draft(tmp_path: Path) -> None:
    durable.write(tmp_path / "file", b"old")
    durable.write(tmp_path / "file", b"new")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()

    with pytest.raises(OSError, match="directory"):
        durable.write(tmp_path / "file", b"content")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_with_links_is_made_durable(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")

    durable.sync_all(tmp_path)

    with pytest.raises(FileNotFoundError):
        durable.sync(tmp_path / "link")
