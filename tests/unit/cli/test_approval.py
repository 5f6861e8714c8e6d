"""`mainstay review, waive, approve and reject`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_an_approver_reviews_and_approves(
    as_approver: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["review", "--folder", str(as_approver)]) == 3
    assert outcome(["approve", "v1", "--folder", str(as_approver)]) == 0

    assert "approved by lead" in capsys.readouterr().out


def test_a_rejection_without_reason_is_a_mistake(as_approver: Path) -> None:
    assert outcome(["reject", "v1", "--folder", str(as_approver)]) == 2


def test_an_author_who_approves_is_refused(as_author: Path) -> None:
    assert outcome(["approve", "v1", "--folder", str(as_author)]) == 4


def test_what_holds_needs_no_waiver(as_approver: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["waive", "v1", "roc_auc", "--because", "x", "--until", "2024-04-01"]

    assert outcome([*asked, "--folder", str(as_approver)]) == 2
    assert "holds: there is nothing to waive" in capsys.readouterr().err


def test_a_waiver_without_an_end_is_a_mistake(as_approver: Path) -> None:
    asked = ["waive", "v1", "roc_auc", "--because", "x", "--folder", str(as_approver)]

    assert outcome(asked) == 2
