"""The week, mentions and heads: through real mail and a real webhook, once, with their links."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import get_args

import pytest
import receiving
from aiosmtpd.controller import Controller
from msgspec import json
from receiving import Receiver, configured, finding, looked

from mainstay.control import delivering, digests, jobs, telling
from mainstay.control.channels.message import Message
from mainstay.control.commands import Comment, Grant, SendDigests
from mainstay.control.handle import answer, handle
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.control.queries import DigestOf, VerifyLedger
from mainstay.control.roles import Role
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Actor
from mainstay.ledger import outbox

LATE, TODAY = finding("freshness", "weather"), Standing("today", "late", source="weather.db")
ADDRESS = "https://mainstay.example.org"
FILE = """
address = "https://mainstay.example.org"

[people]
ana = "ana@example.org"

[channels.post]
kind = "email"
host = "127.0.0.1"
port = {port}
tls = "none"
from = "mainstay@example.org"
to = ["team@example.org"]
mentions = true
head = true
digests = ["approver", "data-engineer"]

[channels.hook]
kind = "webhook"
url = "{url}"
secret = "shared"
mentions = true
head = true
digests = ["approver"]

[channels.lines]
kind = "log"
file = "{log}"
"""


class Box:
    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - the name of its hook
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving.receiver() as made:
        yield made


@pytest.fixture
def box(burning: Project, receiver: Receiver) -> Iterator[Box]:
    made = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(made, hostname="127.0.0.1", port=port)
    server.start()
    try:
        log = burning.places.folder / "lines"
        configured(burning.places.folder, FILE.format(port=port, url=receiver.url, log=log))
        yield made
    finally:
        server.stop()


def bodies(receiver: Receiver) -> list[dict[str, object]]:
    return [json.decode(one.body) for one in receiver.posts]


def text_of(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content()


def test_the_week_reaches_every_channel_that_takes_it_once(
    burning: Project, box: Box, receiver: Receiver
) -> None:
    looked(burning, Known(LATE, TODAY))
    folder = burning.places.folder

    said = handle(folder, SendDigests())
    again = handle(folder, SendDigests())

    assert said.facts["roles"] == {"approver": 2, "data-engineer": 1}
    assert again.facts["told"] == 0
    weekly = [one for one in box.letters if "The week" in one["subject"]]
    assert sorted(one["subject"].partition(":")[0] for one in weekly) == [
        "The week for approver", "The week for data-engineer",
    ]  # fmt: skip
    engineer = next(one for one in weekly if "data-engineer" in one["subject"])
    assert f"weather.db: {LATE.what}; hurts 1: no-show" in text_of(engineer)
    assert f"{ADDRESS}/" in text_of(engineer)
    page = engineer.get_body(("html",)).get_content()
    assert f'href="{ADDRESS}/models/no-show"' in page
    assert "<script" not in page
    (hook,) = [one for one in bodies(receiver) if one["type"] == "mainstay.digest"]
    assert hook["data"]["link"] == f"{ADDRESS}/"


def test_a_channel_that_fails_gets_the_week_later(
    burning: Project, box: Box, receiver: Receiver
) -> None:
    receiver.status[0] = 500
    handle(burning.places.folder, SendDigests())
    waiting = [one for one in outbox.waiting(burning.ledger) if one.channel == "hook"]

    receiver.status[0] = 200
    due = burning.places.folder / "clock"
    due.write_text("2024-03-05T00:00:00+00:00")
    delivering.delivered(burning, telling.channels(burning))

    assert [one.error for one in waiting] == ["127.0.0.1 answers 500"]
    assert outbox.waiting(burning.ledger) == ()
    assert {one["id"] for one in bodies(receiver)} == {waiting[0].id.removesuffix("-hook")}


@pytest.mark.parametrize("role", get_args(Role))
def test_every_role_has_a_week_of_one_screen(burning: Project, role: Role) -> None:
    looked(burning, Known(LATE, TODAY))
    burning.ledger.append("Granted", "*", Actor("ada"), {
        "name": "eve", "role": "viewer", "model": "*", "expires": None})  # fmt: skip

    said = answer(burning.places.folder, DigestOf(role))

    assert said.headline.startswith("no-show ▲ no version yet.")
    assert 2 <= len(said.lines) <= 40
    assert any("eve" in line for line in said.lines) == (role == "admin")
    assert any("verify ledger" in line for line in said.lines) == (role in ("auditor", "admin"))
    assert said.facts["page"].startswith("<!doctype html>")


def test_no_role_has_no_week(burning: Project) -> None:
    with pytest.raises(Mistake, match="'aprover' is no role") as error:
        answer(burning.places.folder, DigestOf("aprover"))

    assert "approver" in error.value.hint


def test_what_is_longer_than_a_screen_is_counted() -> None:
    lines = tuple(map(str, range(20)))

    short = digests._short(digests.Section("x", lines, "/"))

    assert len(short.lines) == digests.MOST + 1
    assert short.lines[-1] == "and 12 more"


def test_who_is_named_hears_of_it_with_the_page_where_they_act(
    burning: Project, box: Box, receiver: Receiver
) -> None:
    folder = burning.places.folder
    number = looked(burning, Known(LATE, TODAY))[LATE.what].incident.id
    handle(folder, Grant("ana", "data-engineer"))
    handle(folder, Grant("otto", "viewer"))
    handle(folder, Comment("@ana and @otto: is it the feed?", incident=number))

    delivering.delivered(burning, telling.channels(burning))

    (letter,) = [one for one in box.letters if "names you" in one["subject"]]
    assert letter["to"] == "ana@example.org"
    assert "is it the feed?" in text_of(letter)
    assert f"{ADDRESS}/incidents/{number}" in text_of(letter)
    (hook,) = [one for one in bodies(receiver) if one["type"] == "mainstay.mention"]
    assert hook["data"]["to"] == ["ana", "otto"]
    assert hook["data"]["link"] == f"{ADDRESS}/incidents/{number}"


def test_a_comment_that_names_nobody_is_told_to_nobody(burning: Project, box: Box) -> None:
    number = looked(burning, Known(LATE, TODAY))[LATE.what].incident.id
    before = len(outbox.waiting(burning.ledger))

    handle(burning.places.folder, Comment("mend it", incident=number))

    assert len(outbox.waiting(burning.ledger)) == before


def test_every_alert_carries_its_link(burning: Project, box: Box, receiver: Receiver) -> None:
    number = looked(burning, Known(LATE, TODAY))[LATE.what].incident.id

    delivering.delivered(burning, telling.channels(burning))

    (letter,) = box.letters
    assert f"act at:    {ADDRESS}/incidents/{number}" in text_of(letter)
    assert bodies(receiver)[0]["data"]["link"] == f"{ADDRESS}/incidents/{number}"
    line = json.decode((burning.places.folder / "lines").read_bytes())
    assert line["link"] == f"{ADDRESS}/incidents/{number}"


def test_without_an_address_a_link_leads_where_control_was_started_last(
    burning: Project, tmp_path: Path
) -> None:
    configured(burning.places.folder, '[channels.team]\nkind = "log"\nfile = "x"\n')
    looked(burning, Known(LATE, TODAY))
    before = [json.decode(one.body, type=Message).link for one in outbox.waiting(burning.ledger)]

    burning.places.address.write_text("http://127.0.0.1:8090")

    assert before == [""]
    assert telling.link(burning, "/incidents/1") == "http://127.0.0.1:8090/incidents/1"


def test_the_head_is_told_and_what_was_told_proves_the_record(
    burning: Project, box: Box, receiver: Receiver
) -> None:
    done = jobs.head(burning, "production")
    with burning.ledger.transaction():
        for act in done.acts:
            burning.ledger.append(*act)
    delivering.delivered(burning, telling.channels(burning))

    (letter,) = box.letters
    head = bodies(receiver)[0]["data"]["head"]
    assert f"mainstay verify ledger --head {head}" in text_of(letter)
    assert answer(burning.places.folder, VerifyLedger(head)).verdict == "pass"
    forged = f"{head.partition(':')[0]}:{'0' * 64}"
    assert answer(burning.places.folder, VerifyLedger(forged)).verdict == "fail"
