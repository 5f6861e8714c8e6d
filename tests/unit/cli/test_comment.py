"""`mainstay comment` and `mainstay find`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_words_are_found_and_said_from_the_terminal(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--folder", str(as_author)]

    assert outcome(["comment", "look again", "--version", "v1", *folder]) == 0
    assert "On record, of v1." in capsys.readouterr().out
    assert outcome(["find", "rain", *folder]) == 0
    assert "field" in capsys.readouterr().out
    assert outcome(["incident", "acknowledge", "9", "--because", "x", *folder]) == 2
