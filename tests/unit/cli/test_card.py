"""`mainstay card`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_card_is_printed_or_written(
    as_author: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["card", "v1", "--folder", str(as_author)]) == 0
    printed = capsys.readouterr().out

    file = tmp_path / "README.md"
    assert outcome(["card", "--out", str(file), "--folder", str(as_author)]) == 0

    assert printed == file.read_text()
    assert printed.startswith("---\nmodel_name: ")
    assert capsys.readouterr().out == f"Wrote {file}.\n"


def test_as_json_it_is_a_fact(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["card", "--json", "--folder", str(as_author)]) == 0

    assert '"card": "---' in capsys.readouterr().out
