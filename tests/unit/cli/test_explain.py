"""`mainstay explain`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_one_gate_is_shown_with_its_method(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["explain", "v1", "stopped", "--folder", str(as_author)]) == 0

    assert "Clopper-Pearson" in capsys.readouterr().out
