"""`mainstay features`."""

from pathlib import Path

from mainstay.cli.main import outcome


def test_a_beginning_is_asked_for(as_author: Path) -> None:
    assert outcome(["features", "--folder", str(as_author)]) == 2
