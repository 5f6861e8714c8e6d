"""One message to one channel."""

from pathlib import Path

from msgspec import json
from receiving import MESSAGE, Receiver

from mainstay.control.channels.config import Alertmanager, Log, OpenLineage, Webhook
from mainstay.control.channels.send import send


def test_each_kind_of_channel_is_reached(receiver: Receiver, tmp_path: Path) -> None:
    body = json.encode(MESSAGE).decode()

    send(Log(file=str(tmp_path / "log")), body)
    send(Webhook(receiver.url, "s"), body)
    send(Alertmanager(receiver.url), body)
    send(OpenLineage(url=receiver.url), "{}")

    assert (tmp_path / "log").stat().st_size
    paths = [one.path for one in receiver.posts]
    assert paths == ["/", "/api/v2/alerts", "/api/v1/lineage"]
