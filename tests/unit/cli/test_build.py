"""`mainstay build`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_an_unchanged_project_says_so(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["build", "--folder", str(as_author)]) == 0

    assert "Nothing changed" in capsys.readouterr().out
