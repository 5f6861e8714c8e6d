"""Alerts as the API v2 of the Alertmanager takes them."""

from datetime import datetime

from msgspec import json, structs
from receiving import MESSAGE, Receiver

from mainstay.control.channels import alertmanager
from mainstay.control.channels.config import Alertmanager
from mainstay.core import clock


def sent(receiver: Receiver) -> dict[str, object]:
    alert, *_ = json.decode(receiver.posts[-1].body)
    return alert


def test_an_alert_has_the_form_that_api_v2_takes(receiver: Receiver) -> None:
    alertmanager.send(Alertmanager(f"{receiver.url}/", token="bearer"), MESSAGE)

    alert, post = sent(receiver), receiver.posts[-1]
    assert post.path == "/api/v2/alerts"
    assert post.headers["authorization"] == "Bearer bearer"
    assert alert.keys() == {"labels", "annotations", "startsAt", "endsAt"}
    for some in (alert["labels"], alert["annotations"]):
        assert all(isinstance(value, str) and value for value in some.values())
    assert alert["labels"]["alertname"] == "mainstay_freshness"
    assert alert["labels"]["severity"] == "warning"


def test_it_stands_until_it_is_over_under_the_same_labels(receiver: Receiver) -> None:
    stands = structs.replace(MESSAGE, stands=datetime.fromisoformat("2099-01-01T00:00:00+00:00"))
    alertmanager.send(Alertmanager(receiver.url), stands)
    first = sent(receiver)
    alertmanager.send(Alertmanager(receiver.url), structs.replace(stands, kind="closed"))
    last = sent(receiver)

    assert first["labels"] == last["labels"]
    assert first["endsAt"] == "2099-01-01T00:00:00Z"
    assert datetime.fromisoformat(str(last["endsAt"])) <= clock.machine()
    assert "authorization" not in receiver.posts[-1].headers


def test_another_urgency_ends_the_alert_of_the_one_before(receiver: Receiver) -> None:
    alertmanager.send(Alertmanager(receiver.url), structs.replace(MESSAGE, urgency="now"))
    louder = structs.replace(MESSAGE, kind="changed", urgency="now")
    alertmanager.send(Alertmanager(receiver.url), louder)

    opened, changed = (json.decode(one.body) for one in receiver.posts)
    now = clock.machine()
    over = [
        one["labels"]["severity"] for one in changed if datetime.fromisoformat(one["endsAt"]) <= now
    ]
    assert len(opened) == 1
    assert changed[0]["labels"] == opened[0]["labels"]
    assert sorted({"warning", "info"}) == sorted(set(over) - {"critical"})
