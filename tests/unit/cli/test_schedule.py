"""`mainstay schedule`, `runs` and `worker` from the terminal."""

import json
from pathlib import Path

import pytest
import small_project

from mainstay.cli.main import outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    return tmp_path


def test_a_rhythm_is_set_stopped_and_given_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def schedule(*words: str) -> int:
        return outcome(["schedule", *words, "--folder", str(folder)])

    assert schedule("set", "run", "30 6  * * 1-5", "--zone", "Europe/Berlin") == 0
    assert "run: 30 6 * * 1-5 Europe/Berlin, next " in capsys.readouterr().out
    assert schedule("stop", "run") == 0
    assert "run: stopped, next never." in capsys.readouterr().out
    assert schedule("reset", "run") == 0
    assert schedule("set", "run", " ") == 2
    assert schedule("list") == 0
    assert "each window" in capsys.readouterr().out


def test_a_job_asked_for_is_done_by_a_worker_and_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("schedule", "now", "verify"), ("worker", "--once"), ("runs", "list")):
        assert outcome([*words, "--folder", str(folder)]) == 0
    assert "1 runs were due and are done." in capsys.readouterr().out

    assert outcome(["runs", "show", "1", "--folder", str(folder), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert (facts["run"]["job"], facts["run"]["state"]) == ("verify", "done")


def test_a_worker_needs_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_URL", "http://127.0.0.1:1")

    assert outcome(["worker", "--folder", str(folder)]) == 2
