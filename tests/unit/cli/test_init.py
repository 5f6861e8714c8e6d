"""`mainstay init`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_init_refuses_to_overwrite(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = ["--from", "data/visits.parquet", "--label", "missed"]

    assert outcome(["init", *table, "--folder", str(as_author)]) == 4

    assert "nothing is overwritten" in capsys.readouterr().err
