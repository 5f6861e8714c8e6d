"""`mainstay up`."""

from pathlib import Path

import pytest
import small_project
from teams import NAMES, of_two

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
        Part("door", ("serve", str(tmp_path), "--port", "8080", "--environment", "production")),
        Part("control", ("control", *where, "--port", "0")),
        Part("worker", ("worker", *where, "--environment", "production")),
    ]
    assert "http://127.0.0.1:8080" in capsys.readouterr().out


def test_a_team_has_one_of_each_and_a_door_for_all_its_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with of_two(tmp_path) as team:
        kept: list[Part] = []
        monkeypatch.setattr(up.processes, "kept", lambda parts, _: kept.extend(parts) or 0)

        assert outcome(["up", "--folder", str(team), "--port", "0"]) == 0

    folders = tuple(str(team / name) for name in NAMES)
    assert kept[0].words[: len(folders) + 1] == ("serve", *folders)
    assert [one.words[2] for one in kept[1:]] == [str(team)] * 2
    assert (team / "churn" / ".mainstay" / "serving").is_dir()


def test_it_needs_a_contract_and_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(["up", "--folder", str(tmp_path)]) == 2
    monkeypatch.setenv("MAINSTAY_URL", "http://127.0.0.1:1")
    assert outcome(["up", "--folder", str(tmp_path)]) == 2
