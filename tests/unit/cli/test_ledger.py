"""`mainstay ledger`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_events_are_printed_newest_last(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["ledger", "show", "--kind", "Certified", "--folder", str(as_author)]) == 0

    assert "Certified" in capsys.readouterr().out.splitlines()[-2]
