"""`mainstay decisions`."""

from pathlib import Path

import pytest
import small_project

from mainstay.cli.main import outcome


def test_before_a_version_there_are_no_decisions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)

    assert outcome(["decisions", "v1", "--folder", str(tmp_path)]) == 2
    assert "no version yet" in capsys.readouterr().err
