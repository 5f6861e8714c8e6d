"""`mainstay context`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


@pytest.mark.parametrize(
    ("words", "code"), [(["refresh"], 2), (["show"], 2), (["skew", "--since", "someday"], 2)]
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["context", *words, "--folder", str(tmp_path)]) == code
    assert capsys.readouterr().err
