"""Who registered which contract, and what differs between two of them."""

from pathlib import Path

import pytest
import small_project

from mainstay.control import project
from mainstay.control.handle import answer
from mainstay.control.queries import Revisions
from mainstay.core import digest
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Actor

SHORTER = small_project.CONTRACT.replace("certify:\n", "certify:\n  lasts: 90d\n")
OWNED = SHORTER.replace("owner: clinic", "owner: desk")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """r1, then r2 with another term; a third stands in the folder."""
    (tmp_path / "contract.yaml").write_text(OWNED)
    with project.opened(tmp_path) as opened:
        for number, text in enumerate((small_project.CONTRACT, SHORTER), 1):
            said = {"digest": digest.of_value(text), "revision": number, "text": text}
            opened.ledger.append("ContractRegistered", "no-show", Actor("ana"), said)
    return tmp_path


def test_what_stands_is_held_against_the_newest_on_record(folder: Path) -> None:
    facts = answer(folder, Revisions()).facts

    assert (facts["old"], facts["new"], facts["stands"]) == ("r2", "now", False)
    assert [(one["revision"], one["by"]) for one in facts["revisions"]] == [
        ("r1", "ana"), ("r2", "ana"),
    ]  # fmt: skip
    assert [(one["path"], one["opens"]) for one in facts["changes"]] == [("owner", "re-approve")]
    assert [line for line in facts["lines"] if line[:1] in "+-"] == [
        "-owner: clinic", "+owner: desk",
    ]  # fmt: skip


def test_any_two_can_be_asked_for(folder: Path) -> None:
    said = answer(folder, Revisions("r1", "2"))

    assert said.headline.startswith("2 revisions on record. r1 to r2: 1 clause changed;")
    assert said.facts["changes"][0]["words"].startswith("certify.lasts: ")
    assert said.facts["opens"] == ["recertify"]
    assert "they say the same" in answer(folder, Revisions("r2", "r2")).headline


def test_what_names_none_is_refused_and_before_any_there_is_none(
    folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(Mistake, match="'newest' names no revision"):
        answer(folder, Revisions("newest"))
    with pytest.raises(Missing, match="no revision r9"):
        answer(folder, Revisions("r9"))

    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "contract.yaml").write_text(small_project.CONTRACT)
    assert answer(tmp_path / "other", Revisions()).facts["revisions"] == []
