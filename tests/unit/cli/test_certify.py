"""`mainstay certify`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_judgement_is_shown_with_every_gate(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["certify", "v1", "--folder", str(as_author)]) == 0

    assert "● holds   roc_auc" in capsys.readouterr().out


def test_an_unknown_version_is_a_mistake(as_author: Path) -> None:
    assert outcome(["certify", "v9", "--folder", str(as_author)]) == 2


def test_a_plan_says_what_days_will_tell_before_they_are_opened(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = outcome(["certify", "v1", "--plan", "--folder", str(as_author)])

    said = capsys.readouterr().out
    assert code in (0, 3)
    assert "days are needed at the value of training" in said
    assert "nothing was opened, no look is spent" in said
