"""`mainstay token`."""

import json
from pathlib import Path

import pytest

from mainstay.cli.main import outcome
from mainstay.seal import tokens


def test_a_token_is_shown_once_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAINSTAY_KEYS", str(tmp_path))
    arguments = ["token", "new", "shop", "--model", "no-show", "--days", "30", "--json"]

    assert outcome(arguments) == 0
    said = json.loads(capsys.readouterr().out)["facts"]["token"]
    assert tokens.read(tmp_path / tokens.FILE).holder(said.encode()).models == ("no-show",)
    assert outcome(arguments) == 4
    assert outcome(["token", "revoke", "shop"]) == 0
    assert outcome(["token", "revoke", "shop"]) == 2
    assert outcome(["token", "new", "shop", "--model", "m", "--days", "9999"]) == 2
