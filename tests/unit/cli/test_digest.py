"""`mainstay digest` on a terminal."""

from pathlib import Path

import pytest
import small_project
from msgspec import json

from mainstay.cli.main import outcome
from mainstay.core import settings


def test_a_week_is_shown_written_and_told_to_nobody_without_channels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    words, page = ["digest", "--folder", str(tmp_path)], tmp_path / "week.html"
    with settings.given({"MAINSTAY_KEYS": str(tmp_path / "keys")}):
        codes = [
            outcome([*words, "--json", "--role", "auditor", "--page", str(page)]),
            outcome([*words, "--send"]),
            outcome([*words, "--role", "king"]),
        ]
    said = capsys.readouterr().out

    assert codes == [0, 0, 2]
    assert page.read_text().startswith("<!doctype html>")
    assert "No channel takes digests." in said
    facts = json.decode(said[: said.rindex("}") + 1])["facts"]
    assert facts["digest"]["role"] == "auditor"
    assert "page" not in facts
