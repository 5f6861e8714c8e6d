"""`mainstay score`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_before_anything_is_live_there_is_nothing_to_score(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = outcome(["score", "--folder", str(as_author), "--since", "2024-02-01"])

    assert code == 2
    assert "no version of no-show is live" in capsys.readouterr().err


def test_a_unit_that_nobody_knows_is_a_mistake(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["score", "--from", "x.parquet", "--partition", "week", "--version", "v1"]

    code = outcome([*asked, "--folder", str(as_author)])

    assert code == 2
    assert "hour, day, month, year, all" in capsys.readouterr().err


def test_a_day_is_no_table(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["score", "--from", "2024-02-01", "--folder", str(as_author)])

    assert code == 2
    assert "hint: --since 2024-02-01" in capsys.readouterr().err
