"""`mainstay runs`."""

from pathlib import Path

import small_project

from mainstay.cli.main import outcome


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)

    assert outcome(["runs", "show", "7", "--folder", str(tmp_path)]) == 2
    assert outcome(["runs", "list", "--folder", str(tmp_path), "--job", "run"]) == 0
