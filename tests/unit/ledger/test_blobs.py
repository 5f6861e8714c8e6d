"""Content under its own digest."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core import digest
from mainstay.core.errors import Broken, Missing
from mainstay.ledger import blobs


@given(st.binary(max_size=2000))
def test_content_comes_back_by_its_digest(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("state") / "blobs"

    sha = blobs.stored(folder, content)

    assert sha == digest.of_bytes(content) == blobs.stored(folder, content)
    assert blobs.read(folder, sha) == content
    assert [path.name for path in folder.iterdir()] == [sha]


def test_the_order_is_fsync_rename_fsync_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def watched_replace(source: str, target: str) -> None:
        done.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    blobs.stored(tmp_path, b"content")

    assert done == ["file", "rename", "folder"]


def test_a_blob_that_was_changed_is_broken_and_mended_by_storing_again(tmp_path: Path) -> None:
    sha = blobs.stored(tmp_path, b"content")
    (tmp_path / sha).write_bytes(b"contents")

    with pytest.raises(Broken, match="was changed"):
        blobs.read(tmp_path, sha)
    assert list(blobs.changed(tmp_path)) == [sha]

    blobs.stored(tmp_path, b"content")

    assert blobs.read(tmp_path, sha) == b"content"
    assert list(blobs.changed(tmp_path)) == []


def test_a_blob_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        blobs.read(tmp_path, "ab" * 32)


def test_what_is_no_blob_does_not_belong_there_but_a_draft_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / ("ab" * 32)).mkdir()
    (tmp_path / ".new-x").touch()

    assert list(blobs.changed(tmp_path)) == ["ab" * 32, "notes.txt"]
    assert list(blobs.changed(tmp_path / "none")) == []


def test_a_payload_names_its_certificate_and_its_blobs(tmp_path: Path) -> None:
    there = blobs.stored(tmp_path, b"content")
    payload = {"number": 1, "certificate": there, "blobs": ["c1", "c2"]}

    assert blobs.named(payload) == (there, "c1", "c2")
    assert blobs.missing(tmp_path, payload) == ("c1", "c2")
    assert blobs.named({"certificate": ""}) == blobs.named({}) == ()
