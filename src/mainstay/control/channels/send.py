"""One message to one channel."""

from typing import get_args

import msgspec

from mainstay.control.channels import alertmanager, lineage, log, mail, note, relay, webhook
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
from mainstay.control.channels.note import Note
from mainstay.core.errors import Bug


def send(channel: Channel, body: str) -> None:
    """body: a Message or a Note, or an event for OpenLineage, as JSON.

    Raises MainstayError where it was not taken; then nobody may have read it, or somebody.
    """
    if isinstance(channel, OpenLineage):
        lineage.send(channel, body.encode())
    elif msgspec.json.decode(body, type=_Said).kind in get_args(note.Kind):
        _noted(channel, msgspec.json.decode(body, type=Note))
    else:
        _told(channel, msgspec.json.decode(body, type=Message))


class _Said(msgspec.Struct):
    """What kind it is."""

    kind: str


def _noted(channel: Log | Mail | Webhook | Alertmanager | Apprise, said: Note) -> None:
    match channel:
        case Log():
            log.noted(channel, said)
        case Mail():
            mail.noted(channel, said)
        case Webhook():
            webhook.noted(channel, said)
        case Alertmanager():
            raise Bug("an Alertmanager holds incidents, and nothing else")
        case Apprise():
            relay.noted(channel, said)


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
