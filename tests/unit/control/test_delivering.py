"""Delivery: at least once, to each channel by itself, through failures, silences and kills."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import lived
import pytest
import receiving
import small_project
from msgspec import json
from receiving import Receiver, configured, finding, looked

from mainstay.control import delivering, telling
from mainstay.control.commands import Silence
from mainstay.control.harm import Standing
from mainstay.control.incidents import Known
from mainstay.control.project import Project
from mainstay.control.silencing import silence
from mainstay.core.nouns import Verdict
from mainstay.ledger import outbox

LATE, TODAY = finding("freshness", "weather"), Standing("today", "late", source="weather.db")
HOOK = '[channels.{name}]\nkind = "webhook"\nurl = "{url}"\nsecret = "shared"\n'
KILLED = """
import sys
from pathlib import Path
from mainstay.control import delivering, project, telling
from mainstay.ledger import outbox
outbox.settled = lambda *_: sys.stdout.write("sent\\n") and sys.stdout.flush() or input()
with project.opened(Path(sys.argv[1])) as opened:
    delivering.delivered(opened, telling.channels(opened))
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving.receiver() as made:
        yield made


def told(project: Project, **channels: str) -> int:
    """An incident that is to be told on webhooks by name; its number."""
    text = "".join(HOOK.format(name=name, url=url) for name, url in channels.items())
    configured(project.places.folder, text)
    return looked(project, Known(LATE, TODAY))[LATE.what].incident.id


def after(project: Project, **passed: float) -> None:
    lived.set_clock(project.places.folder, small_project.AFTER + timedelta(**passed))


def test_what_was_told_is_told_no_more(burning: Project, receiver: Receiver) -> None:
    told(burning, ops=receiver.url)

    first, second = delivering.deliver(burning), delivering.deliver(burning)

    assert (first.facts["told"], second.facts["told"]) == (1, 0)
    assert (first.verdict, len(receiver.posts)) == (Verdict.PASS, 1)


def test_a_dead_channel_holds_up_nothing_else_and_is_tried_again(
    burning: Project, receiver: Receiver
) -> None:
    receiver.status[0] = 503
    with receiving.receiver() as well:
        told(burning, ill=receiver.url, well=well.url)
        first = delivering.deliver(burning)
        receiver.status[0] = 200
        soon = delivering.deliver(burning)
        after(burning, seconds=30)
        later = delivering.deliver(burning)

    assert (first.facts["told"], first.verdict) == (1, Verdict.UNSURE)
    assert first.lines == ("▲ ill: 127.0.0.1 answers 503",)
    assert (soon.facts["told"], later.facts["told"]) == (0, 1)
    assert len(well.posts) == 1
    assert {one.body for one in receiver.posts} == {receiver.posts[0].body}, "the same id"


def test_who_says_nothing_is_left_to_the_next_time(
    burning: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told(burning, silent=f"http://127.0.0.1:{silent.getsockname()[1]}")
        said = delivering.deliver(burning)

    assert said.facts["failed"] == {"silent": delivering.NO_ANSWER}
    [left] = outbox.waiting(burning.ledger)
    assert (left.attempts, left.error) == (1, delivering.NO_ANSWER)


def test_a_silence_that_ends_tells_what_still_stands_and_nothing_that_is_over(
    burning: Project, receiver: Receiver
) -> None:
    number = told(burning, ops=receiver.url)
    until = small_project.AFTER + timedelta(days=1)
    silence(burning, Silence(number, until, "known"))
    delivering.deliver(burning)
    quiet = len(receiver.posts)
    after(burning, days=1)
    delivering.deliver(burning)
    loud = len(receiver.posts)
    silence(burning, Silence(number, until + timedelta(days=1), "known"))
    looked(burning, closed=(number,))
    after(burning, days=2)
    said = delivering.deliver(burning)

    assert (quiet, loud) == (0, 2)
    assert said.facts["waiting"] == []
    kinds = [json.decode(one.body)["data"]["kind"] for one in receiver.posts]
    assert kinds == ["opened", "changed", "closed"]


@pytest.mark.slow
def test_a_kill_between_the_telling_and_its_record_tells_again_under_the_same_id(
    burning: Project, receiver: Receiver
) -> None:
    told(burning, ops=receiver.url)
    folder = burning.places.folder
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)],
        env=small_project.environment(folder, "nobody"), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "sent\n"
    process.kill()
    process.communicate()

    soon = delivering.deliver(burning)
    after(burning, seconds=30)
    later = delivering.deliver(burning)

    assert (soon.facts["told"], later.facts["told"]) == (0, 1)
    assert [one.headers["idempotency-key"] for one in receiver.posts] == ["no-show-2"] * 2


def test_a_look_killed_before_its_end_tells_nobody_of_what_is_not_on_record(
    burning: Project, receiver: Receiver
) -> None:
    configured(burning.places.folder, HOOK.format(name="ops", url=receiver.url))
    with contextlib.suppress(RuntimeError), burning.ledger.transaction():
        looked(burning, Known(LATE, TODAY))
        raise RuntimeError

    assert delivering.deliver(burning).facts["told"] == 0
    assert receiver.posts == []


def test_what_a_channel_meets_does_not_stop_the_others(
    burning: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(burning, ops=receiver.url)
    monkeypatch.setattr(delivering, "send", lambda *_: 1 / 0)

    said = delivering.deliver(burning)

    assert said.facts["failed"] == {"ops": "ZeroDivisionError"}
    assert telling.channels(burning).keys() == {"ops"}
    assert "shared" not in repr(outbox.waiting(burning.ledger)), "no secret is kept"
