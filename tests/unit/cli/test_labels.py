"""`mainstay labels`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_file_is_taken_in(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (as_author / "late.csv").write_text("visit,missed\nv1,1\n")

    assert outcome(["labels", "late.csv", "--folder", str(as_author)]) == 0
    assert "Received 1 labels: 1 new, 0 repeated, 0 corrected." in capsys.readouterr().out


def test_a_file_is_asked_for(as_author: Path) -> None:
    assert outcome(["labels", "--folder", str(as_author)]) == 2
