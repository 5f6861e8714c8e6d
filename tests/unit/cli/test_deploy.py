"""`mainstay deploy and rollback`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_an_approved_version_is_deployed(
    as_approver: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--folder", str(as_approver)]
    assert outcome(["approve", "v1", *folder]) == 0
    assert outcome(["deploy", "v1", "--live", *folder]) == 0

    shown = capsys.readouterr().out
    assert "mainstay deploy v1" in shown
    assert "v1 is live and answers everything" in shown


def test_two_shares_at_once_are_a_mistake(as_approver: Path) -> None:
    assert outcome(["deploy", "v1", "--live", "--canary", "--folder", str(as_approver)]) == 2


@pytest.mark.parametrize("asked", [["--shadow", "--live"], ["--shadow", "0.5", "--canary"]])
def test_a_shadow_has_no_share_of_the_answers(as_approver: Path, asked: list[str]) -> None:
    assert outcome(["deploy", "v1", *asked, "--folder", str(as_approver)]) == 2


def test_a_shadow_of_nobody_is_a_conflict(as_approver: Path) -> None:
    assert outcome(["deploy", "v1", "--shadow", "--folder", str(as_approver)]) not in (0, 2)


def test_a_rollback_without_history_is_a_conflict(as_approver: Path) -> None:
    said = outcome(["rollback", "--because", "slow", "--folder", str(as_approver)])

    assert said != 0
