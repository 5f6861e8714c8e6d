"""`mainstay watch`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_before_a_deployment_it_says_what_to_do(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["watch", "--folder", str(as_author)]) == 2
    assert "hint: mainstay deploy" in capsys.readouterr().err


def test_a_trial_of_the_watch_says_what_it_cannot_draw(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["watch", "simulate", "--streams", "0", "--folder", str(as_author)]

    assert outcome(given) == 2
    assert "hint: 1 to 1,000 streams" in capsys.readouterr().err


@pytest.mark.slow
def test_a_trial_of_the_watch_is_told_beside_the_budget(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["watch", "simulate", "v1", "--streams", "2", "--windows", "20"]

    assert outcome([*given, "--folder", str(as_author)]) in (0, 3)
    said = capsys.readouterr().out
    assert "false alarms in 40 quiet windows" in said
    assert "≤ 1" in said
