"""`mainstay data`."""

import json
from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_changes_are_told_from_the_terminal(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--folder", str(as_author)]

    assert outcome(["data", "changes", "--source", "weather", *shared]) == 0
    assert "No change of data is on record." in capsys.readouterr().out
    assert outcome(["data", "changes", "--json", *shared]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["changes"] == []
