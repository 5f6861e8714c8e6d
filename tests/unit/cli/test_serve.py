"""`mainstay serve`."""

from pathlib import Path

import pytest

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
