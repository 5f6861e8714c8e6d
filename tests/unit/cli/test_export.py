"""`mainstay export`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_file_is_printed_or_written(
    as_author: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["export", "cron", "--folder", str(as_author)]

    assert outcome(asked) == 0
    printed = capsys.readouterr().out
    assert outcome([*asked, "--out", str(tmp_path / "due")]) == 0

    assert "mainstay run" in printed
    assert (tmp_path / "due").read_text() == printed
    assert "a crontab" in capsys.readouterr().out


def test_another_scheduler_is_a_mistake_that_names_those_there_are(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["export", "jenkins", "--folder", str(as_author)]) == 2

    assert "'cron', 'github', 'airflow', 'dagster'" in capsys.readouterr().err
