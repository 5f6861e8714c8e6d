"""One message to one channel."""

from pathlib import Path

from receiving import MESSAGE, Receiver

from mainstay.control.channels.config import Alertmanager, Log, Webhook
from mainstay.control.channels.send import send


def test_each_kind_of_channel_is_reached(receiver: Receiver, tmp_path: Path) -> None:
    send(Log(file=str(tmp_path / "log")), MESSAGE)
    send(Webhook(receiver.url, "s"), MESSAGE)
    send(Alertmanager(receiver.url), MESSAGE)

    assert (tmp_path / "log").stat().st_size
    assert [one.path for one in receiver.posts] == ["/", "/api/v2/alerts"]
