"""`mainstay serve`."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from small_project import Serving

from mainstay.cli.main import outcome


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--environment", "replay"], "needs its clock"),
        (["--clock", "clock"], "does not follow a replay clock"),
        (["--environment", "replay", "--clock", "clock"], "cannot be read"),
    ],
)
def test_a_door_and_its_clock_are_of_one_kind(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "clock").write_text("soon")
    monkeypatch.chdir(tmp_path)

    assert outcome(["serve", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = outcome(["serve", "--port", port])

    assert code == 5
    assert f"port {port} of 127.0.0.1 cannot be had" in capsys.readouterr().err


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_door_says_when_it_is_ready_and_ends_when_it_is_told(
    end: signal.Signals, serving: Serving
) -> None:
    serving.publish(1)
    command = [sys.executable, "-c", "from mainstay.cli.main import main; main()", "serve"]
    folders = ["--serving", str(serving.folder), "--log", str(serving.log), "--port", "0"]
    variables = {name: text for name, text in os.environ.items() if name != "MAINSTAY_CLOCK"}
    with subprocess.Popen(
        [*command, *folders], env=variables, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        ready = process.stdout.readline()
        process.send_signal(end)
        rest, changes = process.communicate(timeout=20)

    assert process.returncode == 0
    assert ready.startswith("Ready: v1 answers everything (routing 1); v1 by its baseline: ")
    assert "expired at" in ready
    assert (rest, changes) == ("", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a", "b", "--log", "c"], "a FOLDER has its own --serving and --log"),
        (["a", "a"], "two models cannot have one folder"),
        (["--serving", "a", "--serving", "b", "--log", "c"], "do not go together"),
        (["--serving", "a", "--serving", "b", "--log", "c", "--log", "c"], "cannot have one"),
    ],
)
def test_folders_that_do_not_go_together_are_a_mistake(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)

    assert outcome(["serve", *arguments]) == 2
    assert said in capsys.readouterr().err
