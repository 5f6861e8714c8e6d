"""The control plane somewhere else; a real one is asked in tests/e2e/test_control.py."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from mainstay.control import remote
from mainstay.control.commands import (
    Approve,
    Build,
    Labels,
    NewKey,
    NewToken,
    Rollback,
    SendWaiver,
    Trust,
    Waive,
)
from mainstay.control.queries import Status
from mainstay.core import clock, errors, settings
from mainstay.core.answers import Answer
from mainstay.core.errors import (
    Conflict,
    Finding,
    Missing,
    Mistake,
    Mistakes,
    Refused,
    Unavailable,
)
from mainstay.core.nouns import Evidence, Limit
from mainstay.seal import keys, trust, waiver
from mainstay.seal.waiver import Missed


class Told(BaseHTTPRequestHandler):
    """Answers what the test set, and keeps what it was asked."""

    status: ClassVar[int] = 200
    reply: ClassVar[bytes] = b""
    asked: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.append((self.path, self.headers["authorization"] or "", body))
        self.send_response(self.status)
        self.send_header("location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.reply)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Told.status, Told.reply, Told.asked = 200, msgspec.json.encode(Answer("Fine.")), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_command_travels_as_it_is_with_the_token(url: str) -> None:
    with settings.given({"MAINSTAY_TOKEN": "mainstay_control_x"}):
        said = remote.handle(url, Rollback("it hurts"))

    assert said == Answer("Fine.")
    body = b'{"type":"rollback","because":"it hurts"}'
    assert Told.asked == [("/api/commands", "Bearer mainstay_control_x", body)]


def test_a_query_goes_to_the_other_door(url: str) -> None:
    remote.answer(url, Status())

    assert Told.asked == [("/api/queries", "", b'{"type":"status"}')]


@pytest.mark.parametrize(
    "error",
    [
        Conflict("not now", hint="later"),
        Refused("not you"),
        Mistakes([Finding("contract.yaml", 3, 1, "no owner", "write one")]),
    ],
)
def test_an_error_there_is_the_same_error_here(url: str, error: errors.MainstayError) -> None:
    Told.status, Told.reply = 400, msgspec.json.encode({"error": errors.facts(error)})

    with pytest.raises(type(error)) as found:
        remote.answer(url, Status())

    assert (str(found.value), found.value.hint) == (str(error), error.hint)


@pytest.mark.parametrize(("status", "reply"), [(302, b""), (200, b"<html>"), (502, b"{}")])
def test_what_is_no_control_plane_is_told(url: str, status: int, reply: bytes) -> None:
    Told.status, Told.reply = status, reply

    with pytest.raises(Unavailable, match="not as a control plane does"):
        remote.answer(url, Status())

    assert len(Told.asked) == 1


def test_what_needs_files_here_is_not_sent(url: str) -> None:
    with pytest.raises(Mistake, match="build needs the files of the project"):
        remote.handle(url, Build())

    assert Told.asked == []


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("ftp://host", Mistake),
        ("host", Mistake),
        ("http://", Mistake),
        ("http://user:secret@127.0.0.1", Mistake),
        ("http://[", Mistake),
        ("http://127.0.0.1:99999", Mistake),
        ("http://mainstay.example.org", Refused),
        ("http://127.0.0.1.evil.example", Refused),
    ],
)
def test_no_token_goes_where_it_could_be_read(
    address: str, error: type[errors.MainstayError]
) -> None:
    with settings.given({"MAINSTAY_TOKEN": "secret"}), pytest.raises(error) as found:
        remote.answer(address, Status())

    assert "secret" not in str(found.value)


def test_nobody_there_is_told(url: str) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        remote.answer("http://127.0.0.1:1", Status())


def test_labels_go_by_their_content(url: str, tmp_path: Path) -> None:
    (tmp_path / "late.csv").write_text("x")

    remote.handle(url, Labels(str(tmp_path / "late.csv")))

    assert Told.asked[0][2] == b'{"type":"labels_send","name":"late.csv","content":"eA=="}'
    with pytest.raises(Missing, match="cannot be read"):
        remote.handle(url, Labels(str(tmp_path / "none.csv")))


def test_an_answer_without_a_certificate_is_not_signed(url: str) -> None:
    with pytest.raises(Unavailable, match="gave no certificate"):
        remote.handle(url, Approve("v1"))


def shortfall(version: str = "v2", clause: str = "roc_auc") -> Missed:
    gate = Evidence(clause, version, "hold-out", "m", limit=Limit("at_least", 0.9), verdict="fail")
    return Missed("m", version, "0" * 64, "1" * 64, gate)


def test_a_waiver_is_signed_here_and_only_its_signature_is_sent(url: str, tmp_path: Path) -> None:
    key = keys.new(tmp_path, "lead")
    trust.trusted(tmp_path, "lead", "approver")
    facts = {"shortfall": msgspec.to_builtins(shortfall())}
    Told.reply = msgspec.json.encode(Answer("roc_auc of m v2 fail.", facts=facts))
    until = clock.now() + timedelta(days=30)

    with settings.given({"MAINSTAY_KEYS": str(tmp_path), "MAINSTAY_KEY": "lead"}):
        remote.handle(url, Waive("v2", "roc_auc", "agreed", until))

    (_, _, question), (_, _, body) = Told.asked
    assert question == b'{"type":"shortfall","version":"v2","clause":"roc_auc"}'
    sent = msgspec.json.decode(body, type=SendWaiver)
    assert sent.waiver.shortfall == shortfall()
    assert (sent.waiver.by, sent.waiver.reason, sent.waiver.expires) == ("lead", "agreed", until)
    held = waiver.signer(waiver.Signed(sent.waiver, sent.signature), trust.read(tmp_path))
    assert held.key == key.id
    assert key.private.private_bytes_raw() not in body


@pytest.mark.parametrize("other", [shortfall(version="v3"), shortfall(clause="accuracy")])
def test_another_gate_than_was_asked_for_is_not_signed(url: str, other: Missed) -> None:
    Told.reply = msgspec.json.encode(Answer("m", facts={"shortfall": msgspec.to_builtins(other)}))

    with pytest.raises(Refused, match="asked for 'roc_auc' of v2, and was given"):
        remote.handle(url, Waive("v2", "roc_auc", "agreed", clock.now()))


def test_an_answer_without_a_gate_is_not_signed(url: str) -> None:
    with pytest.raises(Unavailable, match="gave no gate"):
        remote.handle(url, Waive("v2", "roc_auc", "agreed", clock.now()))


def test_keys_and_tokens_of_doors_are_about_this_machine() -> None:
    assert all(map(remote.is_local, (NewKey("a"), Trust("a", "author"), NewToken("a", ("m",)))))
    assert not any(map(remote.is_local, (Status(), Approve("v1"), Build())))
