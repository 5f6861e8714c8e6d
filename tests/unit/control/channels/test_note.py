"""What is told that is no incident."""

from pathlib import Path

import pytest
import small_project
from msgspec import json

from mainstay.control.channels import send
from mainstay.control.channels.config import Alertmanager, Log
from mainstay.control.channels.note import Note, whole
from mainstay.core.errors import Bug

NOTE = Note(
    "head-1", "head", small_project.END, (), "Head", "it is this", "https://m.example/audit"
)


def test_a_note_ends_with_the_page_where_one_acts() -> None:
    assert whole(NOTE) == "it is this\n\nhttps://m.example/audit"


def test_a_line_holds_all_of_it_but_the_page(tmp_path: Path) -> None:
    body = json.encode({**json.decode(json.encode(NOTE)), "page": "<p>long</p>"}).decode()

    send.send(Log(file=str(tmp_path / "log")), body)

    line = json.decode((tmp_path / "log").read_bytes())
    assert (line["id"], line["kind"], line["page"]) == ("head-1", "head", "")


def test_an_alertmanager_holds_incidents_alone() -> None:
    with pytest.raises(Bug):
        send.send(Alertmanager("http://127.0.0.1:9"), json.encode(NOTE).decode())
