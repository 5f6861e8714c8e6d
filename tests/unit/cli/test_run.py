"""`mainstay run`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_where_a_person_must_act_the_exit_code_says_so(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["run", "--folder", str(as_author)]) == 3
    assert "v1 waits for lead" in capsys.readouterr().out
