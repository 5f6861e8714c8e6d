"""`mainstay demo`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_months_that_leave_no_year_to_live_are_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["demo", "--train-months", "12", "--out", str(tmp_path / "demo")]) == 2

    assert "1 to 9" in capsys.readouterr().err
