"""`mainstay key and trust`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_a_key_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAINSTAY_KEYS", str(tmp_path))

    assert outcome(["key", "new", "ana"]) == 0
    assert outcome(["key", "new", "ana"]) == 4
    assert outcome(["trust", "ana", "--role", "author"]) == 0

    assert "ana is trusted as author." in capsys.readouterr().out
