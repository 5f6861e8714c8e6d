"""`mainstay verify`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


@pytest.mark.parametrize(
    ("what", "code"),
    [(["ledger"], 0), (["bundle", "v1"], 0), (["certificate", "v1"], 1)],
)
def test_what_holds_is_zero_and_what_does_not_is_one(
    as_author: Path, what: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["verify", *what, "--folder", str(as_author)]) == code
    assert capsys.readouterr().out
