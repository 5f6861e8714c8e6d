"""`mainstay impact`."""

import json
from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_exit_codes_say_whether_something_breaks(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--rows", "50", "--folder", str(as_author), "--json"]

    assert outcome(["impact", "weather.rain", "--becomes", "missing", *shared]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["facts"]["models"][0]["verdict"] == "fail"
    assert outcome(["impact", "weather.rain", *shared]) == 2
