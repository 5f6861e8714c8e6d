"""`mainstay up`."""

from pathlib import Path

import pytest
import small_project

from mainstay.cli import up
from mainstay.cli.main import outcome
from mainstay.cli.processes import Part


def test_all_three_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    kept: list[Part] = []
    monkeypatch.setattr(up.processes, "kept", lambda parts, _: kept.extend(parts) or 0)

    assert outcome(["up", "--folder", str(tmp_path), "--control-port", "0"]) == 0

    where = ("--folder", str(tmp_path))
    assert kept == [
        Part("door", ("serve", *where, "--port", "8080", "--environment", "production")),
        Part("control", ("control", *where, "--port", "0")),
        Part("worker", ("worker", *where, "--environment", "production")),
    ]
    assert "http://127.0.0.1:8080" in capsys.readouterr().out


def test_it_needs_a_contract_and_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(["up", "--folder", str(tmp_path)]) == 2
    monkeypatch.setenv("MAINSTAY_URL", "http://127.0.0.1:1")
    assert outcome(["up", "--folder", str(tmp_path)]) == 2
