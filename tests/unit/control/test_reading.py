"""Questions that change nothing."""

import sqlite3
from pathlib import Path

import pytest

from mainstay.control.handle import answer
from mainstay.control.queries import Explain, History, VerifyBundle, VerifyLedger
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Verdict


def test_a_version_is_explained_whole_or_by_one_clause(as_author: Path) -> None:
    whole = answer(as_author, Explain("v1"))
    one = answer(as_author, Explain("v1", "roc_auc"))

    assert len(whole.evidence) > 5
    assert whole.headline.startswith("no-show v1 is certified: all ")
    assert [evidence.clause for evidence in one.evidence] == ["roc_auc"]
    assert any("block bootstrap" in line for line in one.lines)
    assert "weather feeds rain" in whole.lines
    assert "decisions feeds wait, kind, weekday" in whole.lines


def test_an_unknown_clause_is_answered_with_the_nearest(as_author: Path) -> None:
    with pytest.raises(Mistake, match="'roc_acu' is no gate") as mistake:
        answer(as_author, Explain("v1", "roc_acu"))

    assert "roc_auc" in mistake.value.hint


def test_history_is_told_oldest_first_and_narrowed_by_kind(as_author: Path) -> None:
    said = answer(as_author, History(kind="Built"))

    assert [event["kind"] for event in said.facts["events"]] == ["Built"]
    assert answer(as_author, History(last=2)).facts["events"][-1]["kind"] == "StepDone"


def test_a_ledger_that_holds_says_its_head_and_a_published_head_must_be_on_it(
    as_author: Path,
) -> None:
    said = answer(as_author, VerifyLedger())
    seq, _, sha = said.facts["head"].partition(":")

    assert said.verdict is Verdict.PASS
    assert answer(as_author, VerifyLedger(said.facts["head"])).verdict is Verdict.PASS
    assert answer(as_author, VerifyLedger(f"{seq}:{sha[::-1]}")).verdict is Verdict.FAIL


def test_an_edited_event_is_named(as_author: Path) -> None:
    with sqlite3.connect(as_author / ".mainstay" / "ledger.db") as database:
        database.execute("DROP TRIGGER event_never_changes")
        database.execute("UPDATE event SET kind = 'Rejected' WHERE kind = 'Built'")
    database.close()

    said = answer(as_author, VerifyLedger())

    assert said.verdict is Verdict.FAIL
    assert any("not what was hashed" in line for line in said.lines)


def test_a_bundle_as_built_holds(as_author: Path) -> None:
    assert answer(as_author, VerifyBundle("v1")).verdict is Verdict.PASS
