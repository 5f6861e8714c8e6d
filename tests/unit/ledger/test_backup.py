"""Copies that are verified, and the way back; what is refused stands in tests/refusals."""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mainstay.core.errors import Broken, Conflict, Missing, Mistake
from mainstay.core.nouns import Actor
from mainstay.ledger import chain, state
from mainstay.ledger.backup import Backup, backup, restore
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify


@pytest.fixture
def bundles(lived: Ledger) -> Path:
    folder = lived.path.parent / "bundles"
    (folder / "b1").mkdir(parents=True)
    (folder / "b1" / "manifest.json").write_text("{}")
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_was_backed_up_comes_back(lived: Ledger, bundles: Path, tmp_path: Path) -> None:
    made = backup(lived, tmp_path / "of" / "today" / "copy", (bundles,))

    restored = restore(tmp_path / "of" / "today" / "copy", tmp_path / "again")

    assert restored == made
    assert chain.head(made.head) == lived.head()
    with Ledger(tmp_path / "again" / "ledger.db") as ledger:
        assert list(ledger.events()) == list(lived.events())
        assert state.versions(ledger, "flight-delay") == state.versions(lived, "flight-delay")
        assert verify(ledger, head=lived.head()) == ()
    assert names(tmp_path / "again") == {"ledger.db", "blobs", "bundles"}
    assert (tmp_path / "again" / "bundles" / "b1" / "manifest.json").read_text() == "{}"


def test_nothing_else_is_left_behind(lived: Ledger, tmp_path: Path) -> None:
    backup(lived, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "again")

    assert names(tmp_path) == {"state", "copy", "again"}
    assert names(tmp_path / "copy") == {"ledger.db", "blobs", "backup.json"}


def test_a_ledger_without_blobs_and_folders_is_copied(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("Assessed", "m", Actor("alice"), {})

    made = backup(ledger, tmp_path / "copy", (tmp_path / "none",))

    assert list(made.files) == ["ledger.db"]
    assert restore(tmp_path / "copy", tmp_path / "again") == made


def test_an_empty_folder_is_filled(lived: Ledger, tmp_path: Path) -> None:
    for name in ("copy", "again"):
        (tmp_path / name).mkdir()

    backup(lived, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "again")

    assert "ledger.db" in names(tmp_path / "again")


def test_others_append_while_it_is_copied(lived: Ledger, tmp_path: Path) -> None:
    stop = threading.Event()

    def keep_appending() -> None:
        with Ledger(lived.path, lived.url) as other:
            while not stop.is_set():
                other.append("Assessed", "m", Actor("bob"), {})

    writer = threading.Thread(target=keep_appending)
    writer.start()
    try:
        made = backup(lived, tmp_path / "copy")
    finally:
        stop.set()
        writer.join()

    assert restore(tmp_path / "copy", tmp_path / "again").head == made.head
    assert verify(lived, head=chain.head(made.head)) == ()


def test_a_draft_left_by_a_crash_is_not_copied(lived: Ledger, tmp_path: Path) -> None:
    (lived.blobs / ".new-abc").write_text("half")

    made = backup(lived, tmp_path / "copy")

    assert not any(".new-" in path for path in made.files)


def test_a_target_in_use_is_a_conflict(lived: Ledger, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").touch()

    for target in (tmp_path / "copy", tmp_path / "copy" / "mine"):
        with pytest.raises(Conflict, match="not an empty folder"):
            backup(lived, target)

    assert names(tmp_path / "copy") == {"mine"}


def test_folders_that_cannot_be_copied_are_a_mistake(
    lived: Ledger, bundles: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "bundles"
    with pytest.raises(Mistake, match="would lie in one place"):
        backup(lived, tmp_path / "copy", (bundles, other))
    (bundles / "link").symlink_to(tmp_path)

    with pytest.raises(Mistake, match="is a symbolic link"):
        backup(lived, tmp_path / "copy", (bundles,))

    assert names(tmp_path) == {"state"}


def test_a_ledger_that_does_not_hold_is_not_backed_up(
    lived: Ledger, tmp_path: Path, told: Callable[..., int]
) -> None:
    lived.rows("UPDATE version SET status = 'approved' WHERE number = 2")

    with pytest.raises(Broken, match=r"event 12: table version.*'rejected'$"):
        backup(lived, tmp_path / "copy")
    lived.rows("DELETE FROM incident")
    with pytest.raises(Broken, match=r"'rejected', and 1 more$"):
        backup(lived, tmp_path / "copy")

    assert names(tmp_path) == {"state"}


def test_what_is_no_backup_is_told(lived: Ledger, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="there is no backup"):
        restore(lived.path.parent, tmp_path / "again")
    (tmp_path / "backup.json").write_text("{")

    with pytest.raises(Broken, match="damaged"):
        restore(tmp_path, tmp_path / "again")


def test_the_manifest_is_plain(lived: Ledger, tmp_path: Path) -> None:
    made = backup(lived, tmp_path / "copy")

    content = (tmp_path / "copy" / "backup.json").read_bytes()

    assert msgspec.json.decode(content, type=Backup) == made
    assert set(msgspec.json.decode(content)) == {"made", "head", "files"}
