"""Keys, trust, copies."""

import shutil
from pathlib import Path

import conftest
import pytest
import small_project

from mainstay.control.commands import Backup, NewKey, Restore, Schedule, Trust
from mainstay.control.handle import answer, handle
from mainstay.control.queries import History, VerifyBundle, VerifyLedger
from mainstay.core import settings
from mainstay.core.errors import Broken, Conflict, Mistake
from mainstay.core.nouns import Verdict


def test_a_key_and_its_role_are_made_in_two_steps(tmp_path: Path) -> None:
    with settings.given({"MAINSTAY_KEYS": str(tmp_path)}):
        made = handle(tmp_path, NewKey("ana"))
        bound = handle(tmp_path, Trust("ana", "author"))

    assert made.next == "mainstay trust ana --role author"
    assert bound.facts == {"name": "ana", "roles": ["author"]}


def test_an_unknown_role_is_a_mistake(tmp_path: Path) -> None:
    with settings.given({"MAINSTAY_KEYS": str(tmp_path)}), pytest.raises(Mistake, match="no role"):
        handle(tmp_path, Trust("ana", "emperor"))


def test_a_backup_brings_everything_back(as_author: Path, tmp_path: Path) -> None:
    handle(as_author, Backup(str(tmp_path / "copy")))
    shutil.rmtree(as_author / ".mainstay")

    handle(as_author, Restore(str(tmp_path / "copy")))

    assert answer(as_author, VerifyLedger()).verdict is Verdict.PASS
    assert answer(as_author, VerifyBundle("v1")).verdict is Verdict.PASS


def test_a_damaged_backup_is_not_put_in_place(as_author: Path, tmp_path: Path) -> None:
    handle(as_author, Backup(str(tmp_path / "copy")))
    shutil.rmtree(as_author / ".mainstay")
    blob = next((tmp_path / "copy" / "blobs").iterdir())
    blob.write_bytes(b"other")

    with pytest.raises(Broken):
        handle(as_author, Restore(str(tmp_path / "copy")))

    assert not (as_author / ".mainstay").exists()


def test_nothing_is_restored_over_a_living_project(as_author: Path, tmp_path: Path) -> None:
    handle(as_author, Backup(str(tmp_path / "copy")))

    with pytest.raises(Conflict):
        handle(as_author, Restore(str(tmp_path / "copy")))


def test_a_ledger_on_a_server_is_backed_up_and_restored_as_one_in_a_file(
    born: Path, tmp_path: Path, server: str
) -> None:
    """Out of a file into a schema, where work goes on, and from there into another file."""
    there, back = tmp_path / "there", tmp_path / "back"
    for folder in (there, back):
        folder.mkdir()
        (folder / "contract.yaml").write_bytes((born / "contract.yaml").read_bytes())
    with conftest.acting(small_project.copied(born, tmp_path / "born"), small_project.AUTHOR):
        handle(tmp_path / "born", Backup(str(tmp_path / "first")))
        with settings.given({"MAINSTAY_LEDGER": f"{server}?schema=kept"}):
            handle(there, Restore(str(tmp_path / "first")))
            handle(there, Schedule("run", "0 6 * * *"))
            assert answer(there, VerifyLedger()).verdict == "pass"
            assert not (there / ".mainstay" / "ledger.db").exists()
            handle(there, Backup(str(tmp_path / "second")))
            with pytest.raises(Conflict, match="holds a ledger already"):
                handle(back, Restore(str(tmp_path / "first")))
        handle(back, Restore(str(tmp_path / "second")))

        assert answer(back, VerifyLedger()).verdict == "pass"
        kinds = [one["kind"] for one in answer(back, History(3)).facts["events"]]
        assert kinds[-1] == "Scheduled"
