"""`mainstay status`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_status_is_zero_unless_asked_to_check(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["status", "--folder", str(as_author)]) == 0
    assert outcome(["status", "--check", "--folder", str(as_author)]) == 3

    assert "v1 waits for lead" in capsys.readouterr().out
