"""`mainstay backup and restore`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_copy_is_made_and_refused_a_second_time(
    as_author: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "copy")

    assert outcome(["backup", target, "--folder", str(as_author)]) == 0
    assert outcome(["backup", target, "--folder", str(as_author)]) == 4
    assert outcome(["restore", target, "--folder", str(as_author)]) == 4

    assert "verified" in capsys.readouterr().out
