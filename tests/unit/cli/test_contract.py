"""`mainstay contract`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_contract_with_mistakes_is_told_line_by_line(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = as_author / "contract.yaml"
    path.write_text(path.read_text().replace("owner:", "ovner:"))

    assert outcome(["contract", "check", "--folder", str(as_author)]) == 2

    told = capsys.readouterr().err
    assert "contract.yaml:3:1: ovner is not a clause" in told
    assert told.splitlines()[-1].endswith("nothing was run.")


def test_every_clause_is_explained(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["contract", "explain", "--folder", str(as_author)]) == 0

    assert "certify.lasts" in capsys.readouterr().out
