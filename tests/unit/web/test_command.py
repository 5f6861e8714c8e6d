"""`mainstay control`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome
from mainstay.web import command
from mainstay.web.process import Opening


def test_the_command_line_says_what_is_served_where(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Opening] = []
    monkeypatch.setattr(command.process, "run", lambda opening, *_: asked.append(opening))

    assert outcome(["control", "--folder", str(folder), "--port", "0"]) == 0
    assert asked == [Opening(folder, "127.0.0.1", 0)]


def test_what_is_refused_is_told_as_everywhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["control", "--folder", str(folder), "--host", "0.0.0.0"]) == 4
    assert "nobody can sign in yet" in capsys.readouterr().err
