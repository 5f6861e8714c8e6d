"""`mainstay check-features`."""

import json
from pathlib import Path

import pytest
import small_project

from mainstay.cli.main import outcome


def test_a_difference_is_exit_code_1_and_told_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_project.written(tmp_path / "no-show")
    text = "def features(frame):\n    return frame.assign(weekday=frame['at'].dt.day)\n"
    (folder / "f.py").write_text(text)
    asked = ["check-features", "f.py", "--rows", "40", "--folder", str(folder)]

    assert outcome([*asked, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)["facts"]
    assert (said["rows"], said["first"]["column"]) == (40, "weekday")
