"""What happened, kept as figures."""

import json
from pathlib import Path

import pytest

from mainstay.cli.demo.story import Story, peak_mb


def test_steps_add_up_and_the_total_is_no_less(tmp_path: Path) -> None:
    story = Story()
    for _ in range(2):
        with story.step("work"):
            pass
    story.figures["failed"] = 0
    story.written(tmp_path / "demo.json")
    made = json.loads((tmp_path / "demo.json").read_text())

    assert made["failed"] == 0
    assert made["seconds"]["total"] >= made["seconds"]["work"] >= 0
    assert 1 < made["peak_mb"] < 100_000


def test_a_line_says_when_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    Story().tell("April", "live")

    assert capsys.readouterr().out == "  April    live\n"


def test_memory_is_counted_in_megabytes() -> None:
    assert 1 < peak_mb() < 100_000
