"""A form with a file, read as it was sent and no other way."""

from pathlib import Path

import pytest
from asking import OWN, control, given
from visiting import visit

from mainstay.control import admission
from mainstay.control.commands import SendLabels
from mainstay.core import clock
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistake
from mainstay.ledger.store import Ledger
from mainstay.web import uploads
from mainstay.web.uploads import Part

RAW = bytes(range(256)) + b"\r\n--x\r\n\n\r"
"""Bytes of a file that looks like all that stands between parts."""


def sent(form: str, name: str = "l.parquet", content: bytes = RAW) -> bytes:
    return (
        b'--b0\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n' + form.encode()
        + f'\r\n--b0\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--b0--\r\n"
    )  # fmt: skip


def test_parts_are_read_byte_for_byte() -> None:
    found = uploads.parsed(sent("f"), b"b0")

    assert found == {"csrf": Part(b"f"), "file": Part(RAW, "l.parquet")}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"--b0--", b"--b0\r\n\r\nx", sent("f").replace(b'name="csrf"', b"none"),
        sent("f").removesuffix(b"--\r\n"), b"before" + sent("f"),
        b'--b0\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 30 + b"--b0--\r\n",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    if content == b"--b0--":
        assert uploads.parsed(content, b"b0") == {}
        return
    with pytest.raises(Mistake, match="cannot be read"):
        uploads.parsed(content, b"b0")


@pytest.mark.parametrize("role", ["data-engineer", "viewer"])
def test_a_file_of_labels_is_one_command_of_who_may(folder: Path, role: str) -> None:
    done: list[object] = []
    door = control(folder, act=lambda _, command, __: (done.append(command), Answer("Done."))[1])
    given(folder, "dan", role)
    with Ledger(folder / ".mainstay" / "ledger.db") as ledger:
        made = admission.begun(ledger, "dan", clock.machine())
    shown = {
        "cookie": f"mainstay_session={made.secret}",
        "content_type": 'multipart/form-data; boundary="b0"', **OWN,
    }  # fmt: skip

    good = door.ask("POST", "/data/labels", sent(made.form), **shown)
    forged = door.ask("POST", "/data/labels", sent("x"), **shown)
    empty = door.ask("POST", "/data/labels", sent(made.form, name=""), **shown)
    plain = door.ask("POST", "/data/labels", b"csrf=x", **{**shown, "content_type": "text/plain"})

    may = role == "data-engineer"
    assert [one.status for one in (good, forged, empty, plain)] == (
        [303, 403, 400, 400] if may else [403] * 4
    )
    assert done == ([SendLabels("l.parquet", RAW)] if may else [])


def test_the_form_stands_for_who_may_send() -> None:
    drawn = uploads.form(visit("data-engineer"))

    assert 'enctype="multipart/form-data"' in drawn
    assert uploads.form(visit("viewer")) == ""
