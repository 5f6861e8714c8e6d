"""`mainstay worker`."""

from pathlib import Path

import pytest
import small_project

from mainstay.cli.main import outcome


def test_once_does_what_is_due_and_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)

    assert outcome(["worker", "--once", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "0 runs were due and are done.\n"
