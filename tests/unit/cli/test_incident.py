"""`mainstay incident`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import receiving
from msgspec import json
from receiving import configured, finding, looked

from mainstay.cli.main import outcome
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known


@pytest.fixture
def burning(tmp_path: Path) -> Iterator[Path]:
    """An incident, 2, and a channel to tell it on."""
    with receiving.project_of(tmp_path) as project:
        configured(tmp_path, f'[channels.ops]\nkind = "log"\nfile = "{tmp_path / "log"}"\n')
        looked(project, Known(finding("drift", "rain"), Standing()))
        yield tmp_path


def test_incidents_are_listed_shown_silenced_and_told(
    burning: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--folder", str(burning)]

    assert outcome(["incident", "list", *where]) == 1
    assert outcome(["incident", "show", "2", *where]) == 1
    assert outcome(["incident", "deliver", *where]) == 0
    assert outcome(["incident", "silence", "2", "--for", "2d", "--because", "known", *where]) == 0
    capsys.readouterr()
    assert outcome(["incident", "list", "--json", *where]) == 1

    [one] = json.decode(capsys.readouterr().out)["facts"]["open"]
    assert one["silenced"]["because"] == "known"
    assert (burning / "log").read_text().count("\n") == 1


@pytest.mark.parametrize(
    "given",
    [["--for", "2 hours"], [], ["--for", "1d", "--until", "2024-03-04"], ["--until", "2020-01-01"]],
)
def test_a_silence_without_one_end_to_come_is_a_mistake(burning: Path, given: list[str]) -> None:
    asked = ["incident", "silence", "2", "--because", "x", *given, "--folder", str(burning)]

    assert outcome(asked) == 2
