"""`mainstay watch`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_before_a_deployment_it_says_what_to_do(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["watch", "--folder", str(as_author)]) == 2
    assert "hint: mainstay deploy" in capsys.readouterr().err
