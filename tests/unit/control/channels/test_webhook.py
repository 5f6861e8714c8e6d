"""Signed CloudEvents at a real receiver."""

import pytest
from msgspec import json
from receiving import MESSAGE, Receiver

from mainstay.control.channels import signature, webhook
from mainstay.control.channels.config import Webhook
from mainstay.core import clock
from mainstay.core.errors import Mistake


def test_a_receiver_can_prove_who_sent_it_and_tell_repeats(receiver: Receiver) -> None:
    channel = Webhook(f"{receiver.url}/hook", "shared secret")

    webhook.send(channel, MESSAGE)
    webhook.send(channel, MESSAGE)

    first, second = receiver.posts
    now = clock.machine().timestamp()
    assert signature.verified("shared secret", first.headers[signature.HEADER], first.body, now)
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == MESSAGE.id
    assert b"shared secret" not in first.body


def test_the_event_is_a_cloud_event_in_structured_json(receiver: Receiver) -> None:
    webhook.send(Webhook(receiver.url, "s"), MESSAGE)

    [post] = receiver.posts
    said = json.decode(post.body)
    assert post.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert {name: said[name] for name in ("specversion", "id", "source", "type")} == {
        "specversion": "1.0",
        "id": "no-show-7",
        "source": "/mainstay/no-show",
        "type": "mainstay.incident.opened",
    }
    assert said["time"] == "2024-03-01T00:00:00Z"
    assert said["data"]["cost"]["low"] == 80
    assert all(name.isalnum() and name.islower() for name in said), "as CloudEvents name attributes"


def test_nothing_goes_out_unsigned(receiver: Receiver) -> None:
    with pytest.raises(Mistake, match="no secret"):
        webhook.send(Webhook(receiver.url, ""), MESSAGE)

    assert receiver.posts == []
