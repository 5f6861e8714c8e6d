"""One message to one channel."""

import msgspec

from mainstay.control.channels import alertmanager, lineage, log, mail, relay, webhook
from mainstay.control.channels.config import (
    Alertmanager,
    Apprise,
    Channel,
    Log,
    Mail,
    OpenLineage,
    Webhook,
)
from mainstay.control.channels.message import Message


def send(channel: Channel, body: str) -> None:
    """body: a Message, or an event for OpenLineage, as JSON.

    Raises MainstayError where it was not taken; then nobody may have read it, or somebody.
    """
    if isinstance(channel, OpenLineage):
        lineage.send(channel, body.encode())
    else:
        _told(channel, msgspec.json.decode(body, type=Message))


def _told(channel: Log | Mail | Webhook | Alertmanager | Apprise, message: Message) -> None:
    match channel:
        case Log():
            log.send(channel, message)
        case Mail():
            mail.send(channel, message)
        case Webhook():
            webhook.send(channel, message)
        case Alertmanager():
            alertmanager.send(channel, message)
        case Apprise():
            relay.send(channel, message)
