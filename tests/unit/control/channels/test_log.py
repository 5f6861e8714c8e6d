"""Lines of JSON."""

from pathlib import Path

import pytest
from msgspec import json
from receiving import MESSAGE

from mainstay.control.channels import log
from mainstay.control.channels.config import Log
from mainstay.core.errors import Unavailable


def test_each_message_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "incidents.jsonl"
    for _ in range(2):
        log.send(Log(file=str(file)), MESSAGE)
    log.send(Log(), MESSAGE)

    lines = [*file.read_text().splitlines(), capsys.readouterr().err.strip()]
    assert [json.decode(line)["id"] for line in lines] == [MESSAGE.id] * 3


def test_a_file_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        log.send(Log(file=str(tmp_path)), MESSAGE)
