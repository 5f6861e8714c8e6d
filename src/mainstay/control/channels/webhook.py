"""A CloudEvent 1.0 in structured JSON, signed."""

import msgspec

from mainstay.control.channels import address, signature
from mainstay.control.channels.config import Webhook
from mainstay.control.channels.message import Message, title
from mainstay.control.channels.note import Note
from mainstay.core import clock
from mainstay.core.errors import Mistake
from mainstay.core.secret import revealed


def send(channel: Webhook, message: Message) -> None:
    """Raises Mistake without a secret, and as `address.posted` does."""
    _posted(channel, message.id, event(message))


def noted(channel: Webhook, note: Note) -> None:
    """The same, of a note."""
    facts = msgspec.to_builtins(msgspec.structs.replace(note, page=""))
    _posted(channel, note.id, _event(note.id, note, f"mainstay.{note.kind}", note.kind, facts))


def _posted(channel: Webhook, id_: str, body: bytes) -> None:
    secret = revealed(channel.secret)
    if not secret:
        raise Mistake("the webhook has no secret to sign with", hint="secret = {env = ...}")
    address.posted(
        channel.url,
        body,
        {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "idempotency-key": id_,
            signature.HEADER: signature.signed(secret, body, clock.machine().timestamp()),
        },
        private=channel.private,
        authority=channel.authority,
    )


def event(message: Message) -> bytes:
    """Source and id together tell repeats: they are the same each time it is sent."""
    facts = {**msgspec.to_builtins(message), "title": title(message)}
    about = f"incident/{message.incident}"
    return _event(message.id, message, f"mainstay.incident.{message.kind}", about, facts)


def _event(id_: str, of: Message | Note, kind: str, about: str, facts: dict[str, object]) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": id_,
            "source": f"/mainstay/{of.models[0]}" if of.models else "/mainstay",
            "type": kind,
            "subject": about,
            "time": of.time,
            "datacontenttype": "application/json",
            "data": facts,
        }
    )
